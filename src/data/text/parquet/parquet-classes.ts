import { z } from 'zod';
import { openParquet } from './parquet-rows.ts';

/** What the library datasets writes into a Parquet file about its columns; only what names classes is read. */
const infoSchema = z.object({
  info: z.object({
    features: z.record(
      z.string(),
      z.union([
        z.object({ _type: z.literal('ClassLabel'), names: z.array(z.string()).min(1) }),
        z.unknown().transform(() => undefined),
      ]),
    ),
  }),
});

/**
 * The names of the classes whose numbers stand in a column, in the order of the numbers; undefined where the file does
 * not name them.
 * @throws UserError if the file cannot be read
 */
export async function parquetClassNames(
  file: string,
  column: string,
): Promise<readonly string[] | undefined> {
  const { metadata } = await openParquet(file);
  const written = metadata.key_value_metadata?.find(({ key }) => key === 'huggingface')?.value;
  if (written === undefined) return undefined;
  let parsed: unknown;
  try {
    parsed = JSON.parse(written);
  } catch {
    return undefined;
  }
  const { features } = infoSchema.safeParse(parsed).data?.info ?? {};
  const names = features && Object.hasOwn(features, column) ? features[column]?.names : undefined;
  // Two classes of one name could not be told apart by it.
  return names && new Set(names).size === names.length ? names : undefined;
}

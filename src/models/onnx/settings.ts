import { join } from 'node:path';
import { z } from 'zod';
import { fileProblem } from '../../base/file-problem.ts';
import { readNamed } from '../../base/regular-file.ts';
import { UserError } from '../../base/user-error.ts';
import { type GraphNames, graphNamesSchema } from '../../experiment/architectures/onnx-graph.ts';
import { type RawConfig, size } from '../huggingface/description.ts';
import { namesKey } from './names.ts';

/** Far more than any has. */
const longestConfig = 16e6;

const count = size
  .max(2 ** 31)
  .optional()
  .catch(undefined);

/** What of a config.json helps to use a graph; nothing of it must be there. */
const schema = z.object({
  vocab_size: count,
  pad_token_id: z.int().min(0).optional().catch(undefined),
  max_position_embeddings: count,
  n_positions: count,
});

export type GraphSettings = z.output<typeof schema>;

export interface Beside {
  readonly raw: RawConfig;
  readonly settings: GraphSettings;
  /** What was said of the graph when its weights were saved. */
  readonly names?: GraphNames;
}

/** The config.json beside a graph; empty where there is none. */
export async function settingsBeside(folder: string): Promise<Beside> {
  const file = join(folder, 'config.json');
  let text: string;
  try {
    text = (await readNamed(file, longestConfig)).toString('utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { raw: {}, settings: {} };
    throw fileProblem(error, file);
  }
  const found = z.record(z.string(), z.unknown()).safeParse(parsed(text));
  if (!found.success)
    throw new UserError(`${file} is not a JSON object.`, {
      remedy: 'Restore the file that came with the model, or take it away.',
      place: file,
    });
  const settings = schema.parse(found.data);
  const own = found.data[namesKey];
  if (own === undefined) return { raw: found.data, settings };
  const names = graphNamesSchema.safeParse(own);
  if (!names.success)
    throw new UserError(`${file}: "${namesKey}" does not name parts of a graph.`, {
      remedy: 'Restore the file that was saved with the weights, or take that key away.',
      place: file,
    });
  return { raw: found.data, settings, names: names.data };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

import { parquetClassNames } from './parquet/parquet-classes.ts';
import { tableFormat } from './rows/rows.ts';

/**
 * Names of the classes that a table's labels are numbers of, where the file has them: Parquet as the library datasets
 * writes it.
 * @param given what the experiment says the labels are: where these are numbers, labels stay numbers
 * @throws UserError if the file cannot be read
 */
export async function classesOfTable(
  file: string,
  labelColumn: string,
  given: readonly string[] | undefined,
): Promise<readonly string[] | undefined> {
  if (tableFormat(file) !== 'parquet') return undefined;
  const names = await parquetClassNames(file, labelColumn);
  const asNumbers =
    given?.every((name) => /^\d+$/.test(name)) && !given.every((name) => names?.includes(name));
  return asNumbers ? undefined : names;
}

import { UserError } from '../../../base/user-error.ts';
import { parquetRows } from '../parquet/parquet-rows.ts';
import { csvRows } from './csv-rows.ts';
import { jsonRows } from './json-rows.ts';

/** One row of a table: the columns that were asked for, and where it stands for messages: 'line 7', 'row 7'. */
export interface Row {
  readonly values: Readonly<Record<string, unknown>>;
  readonly place: string;
}

/** Columns by name; or these and, up to {@link mostColumns} in all, the others that hold single values. */
export type Columns = readonly string[] | { readonly andOthers: readonly string[] };

/** So many are read where nobody names them. */
export const mostColumns = 50;

/** Reads chosen columns of a file, row by row. */
export type RowReader = (file: string, columns: Columns) => AsyncIterable<Row>;

const readers: Readonly<Record<string, RowReader>> = {
  csv: (file, columns) => csvRows(file, columns, ','),
  tsv: (file, columns) => csvRows(file, columns, '\t'),
  jsonl: jsonRows,
  ndjson: jsonRows,
  parquet: parquetRows,
};

/** The format of a table, from its name; `.gz` behind it is allowed where the format is text. */
export function tableFormat(file: string): string | undefined {
  const extension = /\.([a-z]+)(\.gz)?$/i.exec(file)?.[1]?.toLowerCase();
  return extension !== undefined && Object.hasOwn(readers, extension) ? extension : undefined;
}

/**
 * Streams a table by the format its name ends in.
 * @throws UserError if the format is unknown, the file cannot be read, or a column is not there.
 */
export function readRows(file: string, columns: Columns): AsyncIterable<Row> {
  const format = tableFormat(file);
  if (format === undefined)
    throw new UserError(`The name of ${file} does not say what format it has.`, {
      remedy: 'Name a .csv, .tsv, .jsonl or .parquet file.',
      place: file,
    });
  return readers[format]!(file, columns);
}

/** The columns to read of those that are there. @throws as {@link checkColumns} */
export function columnsAmong(asked: Columns, present: readonly string[], file: string): readonly string[] {
  const named = 'andOthers' in asked ? asked.andOthers : asked;
  checkColumns(named, present, file);
  return 'andOthers' in asked ? [...new Set([...named, ...present])].slice(0, mostColumns) : named;
}

/** @throws UserError naming the columns that are there, if one that is asked for is not, or stands twice. */
export function checkColumns(asked: readonly string[], present: readonly string[], file: string): void {
  const missing = asked.find((column) => !present.includes(column));
  if (missing === undefined) {
    checkOnce(asked, present, file);
    return;
  }
  const listed = present.slice(0, 20).map((column) => `"${column}"`);
  throw new UserError(
    `${file} has no column "${missing}". Its columns are ${listed.join(', ')}${present.length > 20 ? ' …' : ''}.`,
    {
      remedy: 'Name the right ones with "textColumn" (or "textColumns"), "labelColumn" or "messagesColumn".',
      place: file,
    },
  );
}

function checkOnce(asked: readonly string[], present: readonly string[], file: string): void {
  const twice = asked.find((column) => present.indexOf(column) !== present.lastIndexOf(column));
  if (twice === undefined) return;
  throw new UserError(`${file} has several columns named "${twice}".`, {
    remedy: 'Give each column a name of its own.',
    place: file,
  });
}

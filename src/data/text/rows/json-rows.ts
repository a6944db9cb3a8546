import { UserError } from '../../../base/user-error.ts';
import { type Columns, columnsAmong, type Row } from './rows.ts';
import { textLines } from './text-chunks.ts';

/** Rows of a file with one JSON object a line. The first must have the columns; a later one may lack some. */
export async function* jsonRows(file: string, asked: Columns): AsyncGenerator<Row> {
  let columns: readonly string[] | undefined;
  for await (const { line, number } of textLines(file)) {
    if (line.trim() === '') continue;
    const object = parseLine(line, number, file);
    columns ??= columnsAmong(asked, Object.keys(object), `${file}, line ${number}`);
    const values = Object.fromEntries(
      columns.map((column) => [column, Object.hasOwn(object, column) ? object[column] : undefined]),
    );
    yield { values, place: `line ${number}` };
  }
}

function parseLine(line: string, number: number, file: string): Record<string, unknown> {
  const place = `${file}, line ${number}`;
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw new UserError(`Line ${number} of ${file} is not JSON: ${(error as Error).message}.`, {
      remedy: 'Each line must be one JSON object, such as {"text": "…", "label": "…"}.',
      place,
      cause: error,
    });
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>;
  throw new UserError(`Line ${number} of ${file} is JSON, but not an object.`, {
    remedy: 'Each line must be one JSON object, such as {"text": "…", "label": "…"}.',
    place,
  });
}

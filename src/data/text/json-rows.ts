import { UserError } from '../../experiment/user-error.ts';
import { checkColumns, type Row } from './rows.ts';
import { textLines } from './text-chunks.ts';

/** Rows of a file with one JSON object a line. */
export async function* jsonRows(file: string, columns: readonly string[]): AsyncGenerator<Row> {
  for await (const { line, number } of textLines(file)) {
    if (line.trim() === '') continue;
    const object = parseLine(line, number, file);
    const missing = columns.find((column) => !Object.hasOwn(object, column));
    if (missing !== undefined) checkColumns([missing], Object.keys(object), `${file}, line ${number}`);
    yield { values: object, place: `line ${number}` };
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

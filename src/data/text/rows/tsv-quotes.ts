import { textLines } from './text-chunks.ts';

/**
 * How the quotes of a TSV file are to be read. pandas and Excel quote fields that hold tabs, line breaks or quotes, as
 * in CSV; other programs never quote, and a field that begins with a quote is just a text that does.
 */
export type TsvQuotes = 'as-in-csv' | 'letters';

/** Whether it ends with the quote it begins with: all between are doubled. Fields may be long; a pattern overflows. */
const wellQuoted = (field: string) =>
  field.length > 1 && field.endsWith('"') && !field.slice(1, -1).replaceAll('""', '').includes('"');

/**
 * Tells the two kinds apart: where each line is a whole row by itself and some field begins with a quote that does not
 * end with it, nobody quoted. Reads as far as the first line that is no whole row, which only a quoted file has.
 */
export async function tsvQuotes(file: string): Promise<TsvQuotes> {
  let width: number | undefined;
  let misfit = false;
  for await (const { line } of textLines(file)) {
    if (line === '') continue;
    const fields = line.split('\t');
    width ??= fields.length;
    if (fields.length !== width) return 'as-in-csv';
    misfit ||= fields.some((field) => field.startsWith('"') && !wellQuoted(field));
  }
  return misfit ? 'letters' : 'as-in-csv';
}

import { Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { UserError } from '../../../base/user-error.ts';
import { longestLine, tooLongLine } from './longest-line.ts';
import { type Columns, columnsAmong, type Row } from './rows.ts';
import { textChunks } from './text-chunks.ts';
import { tsvQuotes } from './tsv-quotes.ts';

interface Parsed {
  readonly record: readonly string[];
  readonly info: { readonly lines: number };
}

/**
 * Rows of a file whose first line names its columns. Fields may be quoted and then hold delimiters, quotes and line
 * breaks (RFC 4180), in TSV as well, unless its quotes are letters; see {@link tsvQuotes}.
 */
export async function* csvRows(file: string, columns: Columns, delimiter: ',' | '\t'): AsyncGenerator<Row> {
  const letters = delimiter === '\t' && (await tsvQuotes(file)) === 'letters';
  const parser = parse({
    delimiter,
    quote: letters ? null : '"',
    // Left to the parser, the first line decides, and a file put together from two kinds is misread.
    record_delimiter: (await endsLinesWithReturn(file)) ? '\r' : ['\r\n', '\n'],
    info: true,
    skip_empty_lines: true,
    max_record_size: longestLine(),
  });
  const source = Readable.from(boundedLines(file), { highWaterMark: 1 });
  source.on('error', (error) => parser.destroy(error));
  source.pipe(parser);
  let read: readonly (readonly [string, number])[] | undefined;
  try {
    for await (const { record, info } of parser as AsyncIterable<Parsed>) {
      if (read === undefined) {
        read = columnsAmong(columns, record, file).map((column) => [column, record.indexOf(column)]);
        continue;
      }
      const values = Object.fromEntries(read.map(([column, place]) => [column, record[place]]));
      yield { values, place: `line ${info.lines}` };
    }
  } catch (error) {
    throw error instanceof CsvError ? csvProblem(error, file, delimiter) : error;
  } finally {
    source.destroy();
  }
  if (read === undefined)
    throw new UserError(`${file} is empty.`, {
      remedy: 'Its first line must name the columns.',
      place: file,
    });
}

/** The parser counts the characters of fields; that there are no endless rows of empty ones is seen to here. */
async function* boundedLines(file: string): AsyncGenerator<string> {
  const most = longestLine();
  let length = 0;
  let lines = 1;
  for await (const chunk of textChunks(file)) {
    let start = 0;
    for (const { index } of chunk.matchAll(/[\r\n]/g)) {
      if (length + index - start > most) throw tooLongLine(file, lines);
      length = 0;
      start = index + 1;
      if (chunk[index] === '\n') lines++;
    }
    length += chunk.length - start;
    if (length > most) throw tooLongLine(file, lines);
    yield chunk;
  }
}

/** Whether no line ends as on today's systems, but with a carriage return alone, as on old Macs. */
async function endsLinesWithReturn(file: string): Promise<boolean> {
  for await (const chunk of textChunks(file)) return chunk.includes('\r') && !chunk.includes('\n');
  return false;
}

function csvProblem(error: CsvError, file: string, delimiter: string): UserError {
  if (error.code === 'CSV_MAX_RECORD_SIZE') return tooLongLine(file, Number(error.lines));
  const line = typeof error.lines === 'number' ? ` in line ${error.lines}` : '';
  return new UserError(`${file} cannot be read as a table${line}: ${error.message}.`, {
    remedy:
      delimiter === '\t'
        ? 'Each row must have as many tabs as the first; put fields that hold tabs, quotes or line breaks in double quotes and double the quotes in them.'
        : 'Each row must have as many fields as the first; put fields that hold commas, quotes or line breaks in double quotes and double the quotes in them.',
    place: file,
    cause: error,
  });
}

import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { fileProblem } from '../../base/file-problem.ts';
import { UserError } from '../../base/user-error.ts';
import type { DataRemark } from '../dataset.ts';
import { textOf } from './labelled-texts.ts';
import { textFilesIn } from './rows/documents.ts';
import { isNothing, RowTally } from './rows/left-out.ts';
import { longestLine } from './rows/longest-line.ts';
import { readRows, tableFormat } from './rows/rows.ts';
import { textChunks, textLines } from './rows/text-chunks.ts';

/** Texts, or pairs of texts, from the beginning, each time it is called. */
export type ReadTexts = () => AsyncIterable<{ readonly text: string; readonly second?: string }>;

/** Texts without labels. */
export interface UnlabelledTexts {
  readonly read: ReadTexts;
  /** What is to be said of them once they have been read. */
  remarks(): readonly DataRemark[];
}

interface Found {
  /** One, or two that go together. */
  readonly texts: readonly unknown[];
  readonly place: string;
}

/**
 * The texts of a table, the lines of a text file, or the text files of a folder. What is empty is left out and counted.
 * @param textColumns of a table: one, or two whose texts go together
 * @param directory where relative paths start
 * @throws UserError if the path cannot be read, its name does not say what format it has, or no text is there
 */
export async function unlabelledTexts(
  path: string,
  textColumns: readonly string[],
  directory: string,
): Promise<UnlabelledTexts> {
  const file = resolve(directory, path);
  const status = await stat(file).catch((error: unknown) => {
    throw fileProblem(error, file);
  });
  const all = await reading(file, status.isDirectory(), textColumns);
  const tally = new RowTally(file);
  return {
    async *read() {
      tally.begin();
      let count = 0;
      for await (const { texts, place } of all()) {
        if (!tally.keeps({ texts: texts.map((text) => !isNothing(text)), place })) continue;
        const where = `${place} of ${file}`;
        const [text, second] = texts.map((one, at) => textOf(one, textColumns[at]!, where, file));
        count++;
        yield { text: text!, ...(second !== undefined && { second }) };
      }
      if (count === 0)
        throw new UserError(`${file} holds no text.`, { remedy: 'Name a file with texts.', place: file });
    },
    remarks: () => tally.remarks(),
  };
}

async function reading(
  file: string,
  isFolder: boolean,
  textColumns: readonly string[],
): Promise<() => AsyncIterable<Found>> {
  if (tableFormat(file) !== undefined && !isFolder)
    return async function* () {
      for await (const { values, place } of readRows(file, textColumns))
        yield { texts: textColumns.map((column) => values[column]), place };
    };
  if (textColumns.length > 1)
    throw new UserError(`${file} is no table, and samples are pairs of texts.`, {
      remedy: `Name a .csv, .tsv, .jsonl or .parquet file with the columns ${textColumns.map((one) => `"${one}"`).join(' and ')}.`,
      place: file,
    });
  if (isFolder) {
    const files = await textFilesIn(file);
    return () => wholeTexts(files);
  }
  if (/\.(txt|md)(\.gz)?$/i.test(file))
    return async function* () {
      for await (const { line, number } of textLines(file)) yield { texts: [line], place: `line ${number}` };
    };
  throw new UserError(`The name of ${file} does not say what format it has.`, {
    remedy: 'Name a .csv, .tsv, .jsonl, .parquet or .txt file, or a folder of .txt files.',
    place: file,
  });
}

/** @throws UserError if a file is longer than a line may be: it is many texts, or none */
async function* wholeTexts(files: readonly string[]): AsyncGenerator<Found> {
  const most = longestLine();
  for (const file of files) {
    let text = '';
    for await (const chunk of textChunks(file)) {
      text += chunk;
      if (text.length > most)
        throw new UserError(
          `${file} is longer than ${most / 2 ** 20} MiB of characters, too long for one text.`,
          {
            remedy: 'In a folder each file is a text. Name the file itself if it has one a line.',
            place: file,
          },
        );
    }
    yield { texts: [text], place: file };
  }
}

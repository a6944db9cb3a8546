import { readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileProblem } from '../../../base/file-problem.ts';
import { UserError } from '../../../base/user-error.ts';
import type { DataRemark } from '../../dataset.ts';
import { type Conversation, conversationOf } from '../chat/conversation.ts';
import { isNothing, RowTally } from './left-out.ts';
import { readRows, tableFormat } from './rows.ts';
import { textChunks } from './text-chunks.ts';

/** A piece of a document, small enough to be held; documents come one after the other. */
export interface Piece {
  readonly text: string;
  /** Whether it begins a document. */
  readonly first: boolean;
  /** Stands before the text and is no target; only where `first`. */
  readonly prompt?: string;
  /** In place of a text, which then only stands for it. */
  readonly conversation?: Conversation;
}

/** Reads a source from its beginning, each time it is called. */
export type ReadPieces = () => AsyncIterable<Piece>;

export interface Documents {
  readonly read: ReadPieces;
  /** Whether each piece is a whole row of a table. */
  readonly rows: boolean;
  /** What is to be said of them once they have been read. */
  remarks(): readonly DataRemark[];
}

export interface DocumentColumns {
  readonly textColumn: string;
  readonly promptColumn?: string;
  readonly messagesColumn?: string;
}

/** Pieces end at the first line break after so many characters. */
const pieceLength = 8192;
/** Where no line ends, a piece ends at a space, and at last anywhere. */
const longestPiece = 4 * pieceLength;

/**
 * Documents of a text file, of a folder of text files by name, or of the rows of a table.
 * @throws UserError if the path cannot be read, or a folder has no text files.
 */
export async function openDocuments(
  path: string,
  columns: DocumentColumns,
  directory: string,
): Promise<Documents> {
  const file = resolve(directory, path);
  const status = await stat(file).catch((error: unknown) => {
    throw fileProblem(error, file);
  });
  if (status.isDirectory()) {
    if (columns.messagesColumn !== undefined) throw notATable(file);
    const files = await textFilesIn(file);
    return textDocuments(files);
  }
  const { messagesColumn } = columns;
  if (tableFormat(file) === undefined) {
    if (messagesColumn === undefined) return textDocuments([file]);
    throw notATable(file);
  }
  const tally = new RowTally(file);
  if (messagesColumn !== undefined)
    return {
      read: () => conversationPieces(file, messagesColumn, tally),
      rows: true,
      remarks: () => tally.remarks(),
    };
  return { read: () => tablePieces(file, columns, tally), rows: true, remarks: () => tally.remarks() };
}

const notATable = (file: string) =>
  new UserError(`${file} is no table, and conversations are read from tables only.`, {
    remedy: 'Name a .jsonl file with a list of messages in each line, or remove "messagesColumn".',
    place: file,
  });

/** Each row is a conversation; one without messages is left out. */
async function* conversationPieces(file: string, column: string, tally: RowTally): AsyncGenerator<Piece> {
  tally.begin();
  for await (const { values, place } of readRows(file, [column])) {
    const value = values[column];
    if (!tally.keeps({ texts: [!isNothing(value)], place })) continue;
    const conversation = conversationOf(value, column, place, file);
    yield { text: JSON.stringify(conversation.messages), first: true, conversation };
  }
}

/** Each file is a document. */
export const textDocuments = (files: readonly string[]): Documents => ({
  read: () => filePieces(files),
  rows: false,
  remarks: () => [],
});

/** @throws UserError if it has none, or cannot be read */
export async function textFilesIn(folder: string): Promise<string[]> {
  const names = (await readdir(folder)).filter((name) => /\.(txt|md)(\.gz)?$/i.test(name)).sort();
  if (names.length > 0) return names.map((name) => join(folder, name));
  throw new UserError(`The folder ${folder} has no .txt or .md files.`, {
    remedy: 'Name a folder of text files, or a file.',
    place: folder,
  });
}

async function* filePieces(files: readonly string[]): AsyncGenerator<Piece> {
  for (const file of files) {
    let first = true;
    let rest = '';
    for await (const chunk of textChunks(file)) {
      rest += chunk;
      for (let end = pieceEnd(rest); end !== undefined; end = pieceEnd(rest)) {
        yield { text: rest.slice(0, end), first };
        first = false;
        rest = rest.slice(end);
      }
    }
    if (rest !== '') yield { text: rest, first };
  }
}

/** Where a piece may end without tearing a word apart; undefined while more text should come. */
function pieceEnd(text: string): number | undefined {
  if (text.length <= pieceLength) return undefined;
  const line = text.indexOf('\n', pieceLength);
  if (line >= 0) return line + 1;
  if (text.length <= longestPiece) return undefined;
  const space = text.lastIndexOf(' ', longestPiece);
  if (space > 0) return space;
  // Not between the two halves of a character outside the basic plane.
  const half = text.charCodeAt(longestPiece - 1);
  return half >= 0xd800 && half < 0xdc00 ? longestPiece - 1 : longestPiece;
}

/** Each row is a document; one without a text is left out, one without a prompt begins with its text. */
async function* tablePieces(
  file: string,
  { textColumn, promptColumn }: DocumentColumns,
  tally: RowTally,
): AsyncGenerator<Piece> {
  const columns = promptColumn === undefined ? [textColumn] : [textColumn, promptColumn];
  tally.begin();
  for await (const { values, place } of readRows(file, columns)) {
    if (!tally.keeps({ texts: [!isNothing(values[textColumn])], place })) continue;
    const textOf = (column: string): string => {
      const value = values[column];
      if (typeof value === 'string') return value;
      throw new UserError(`There is no text in column "${column}", ${place} of ${file}.`, {
        remedy: 'Name the right column, or take such rows out.',
        place: file,
      });
    };
    yield {
      text: textOf(textColumn),
      first: true,
      ...(promptColumn === undefined || isNothing(values[promptColumn])
        ? {}
        : { prompt: textOf(promptColumn) }),
    };
  }
}

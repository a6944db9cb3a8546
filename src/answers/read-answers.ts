import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileProblem } from '../base/file-problem.ts';
import { openRegular, readRegular } from '../base/regular-file.ts';
import { UserError } from '../base/user-error.ts';
import {
  type AnswersHeader,
  answersFileName,
  decodeAnswers,
  decodeHeader,
  headerLength,
  mostAnswersBytes,
  preludeLength,
} from './answers-file.ts';
import type { KeptAnswers } from './kept-answers.ts';

/** Files that are held in memory at once: two runs side by side, and those looked at before. */
const mostRemembered = 4;
const remembered = new Map<string, Promise<KeptAnswers>>();

/**
 * The answers that a run kept. Read once for as long as the file stays as it is.
 * @param directory of the run
 * @returns undefined where it kept none: it is not over, or of a version before that
 * @throws UserError if they cannot be read
 */
export async function readAnswers(directory: string): Promise<KeptAnswers | undefined> {
  const file = join(directory, answersFileName);
  let key: string;
  try {
    const { size, mtimeMs, ino } = await lstat(file);
    key = JSON.stringify([file, size, mtimeMs, ino]);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw fileProblem(error, file);
  }
  const known = remembered.get(key);
  if (known) return known;
  if (remembered.size >= mostRemembered) remembered.delete(remembered.keys().next().value!);
  const reading = read(file);
  remembered.set(key, reading);
  reading.catch(() => remembered.delete(key));
  return reading;
}

/**
 * What the answers of a run are of.
 * @returns undefined where it kept none
 * @throws UserError if it cannot be read
 */
export async function readHeader(directory: string): Promise<AnswersHeader | undefined> {
  const file = join(directory, answersFileName);
  try {
    const handle = await openRegular(file);
    try {
      const part = async (length: number, position: number) => {
        const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, position);
        return buffer.subarray(0, bytesRead);
      };
      const length = headerLength(await part(preludeLength, 0), file);
      return decodeHeader(await part(length, preludeLength), file);
    } finally {
      await handle.close();
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw fileProblem(error, file);
  }
}

async function read(file: string): Promise<KeptAnswers> {
  let bytes: Buffer;
  try {
    bytes = await readRegular(file, mostAnswersBytes);
  } catch (error) {
    throw fileProblem(error, file);
  }
  return decodeAnswers(bytes, file);
}

/** Why a run has none, for people. */
export const noAnswers = (run: string): UserError =>
  new UserError(`${run} kept no answers to its test samples.`, {
    remedy:
      'A run keeps them at its end; one of an earlier version has none. Run the experiment again: with the same seed, data and device it makes the same models.',
  });

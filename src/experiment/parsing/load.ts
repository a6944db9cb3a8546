import { dirname, resolve } from 'node:path';
import { notAFileCode, openNamed } from '../../base/regular-file.ts';
import { UserError } from '../../base/user-error.ts';
import type { Experiment } from '../schema/schema.ts';
import { parseExperiment } from './parse.ts';
import type { Problem } from './problem.ts';

/** Nobody writes a longer experiment; a data set or a checkpoint given by mistake is longer. */
const longestFile = 1024 * 1024;

export interface LoadedExperiment {
  readonly experiment: Experiment;
  /** Absolute path of the experiment file. */
  readonly file: string;
  /** Absolute path of its folder: paths in the file start here. */
  readonly directory: string;
  readonly text: string;
}

/**
 * What a text says that was read from an experiment file, or is to be written to it.
 * @throws UserError naming every problem, each with its place and remedy
 */
export function parseLoaded(text: string, file: string): LoadedExperiment {
  const { experiment, problems } = parseExperiment(text);
  if (experiment === undefined) throw problemsError(problems, file);
  const absolute = resolve(file);
  return { experiment, file: absolute, directory: dirname(absolute), text };
}

/** The text of an experiment file. Throws UserError where there is none to be read. */
export async function readExperimentText(file: string): Promise<string> {
  let handle: Awaited<ReturnType<typeof openNamed>> | undefined;
  try {
    handle = await openNamed(file);
    const { size } = await handle.stat();
    if (size > longestFile)
      throw new UserError(
        `The file is ${Math.ceil(size / longestFile)} MiB long, too long for an experiment.`,
        {
          place: file,
          remedy: 'Name a *.distill.json file.',
        },
      );
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(await handle.readFile());
  } catch (error) {
    throw error instanceof UserError ? error : unreadable(file, error);
  } finally {
    await handle?.close();
  }
}

function unreadable(file: string, error: unknown): UserError {
  const code = (error as NodeJS.ErrnoException).code;
  const [message, remedy] =
    code === 'ENOENT' || code === 'ENOTDIR'
      ? ['There is no experiment file here.', 'Check the path; experiment files end in .distill.json.']
      : code === notAFileCode
        ? ['This is a pipe, a socket or a device, not an experiment file.', 'Name a *.distill.json file.']
        : code === 'EISDIR'
          ? ['This is a folder, not an experiment file.', 'Name the *.distill.json file in it.']
          : code === 'EACCES' || code === 'EPERM'
            ? ['The experiment file may not be read.', 'Give yourself permission to read it.']
            : code === 'ERR_ENCODING_INVALID_ENCODED_DATA'
              ? ['The file is not text in UTF-8.', 'Save it as UTF-8, or name a *.distill.json file.']
              : [
                  `The experiment file cannot be read: ${(error as Error).message}.`,
                  'Check the file and its disk.',
                ];
  return new UserError(message, { remedy, place: file, cause: error });
}

/** One error for all problems of a file: a single problem in full, several as a list of places. */
export function problemsError(problems: readonly Problem[], file: string): UserError {
  const first = problems[0]!;
  if (problems.length === 1)
    return new UserError(first.message, {
      place: `${file}:${first.line}:${first.column}`,
      ...(first.remedy !== undefined && { remedy: first.remedy }),
    });
  const lines = problems.map(
    ({ line, column, message, remedy }) =>
      `  ${line}:${column}  ${message}${remedy === undefined ? '' : ` ${remedy}`}`,
  );
  return new UserError(`The experiment has ${problems.length} problems:\n${lines.join('\n')}`, {
    place: `${file}:${first.line}:${first.column}`,
    remedy: `Correct them and try again; \`distillery check ${file}\` tells what is left.`,
  });
}

import { dirname, resolve, sep } from 'node:path';
import { UserError } from '../../base/user-error.ts';
import { inOrder, parseText } from '../../experiment/parsing/parse.ts';
import type { JsonPath, Problem } from '../../experiment/parsing/problem.ts';
import { resolvePath } from '../../experiment/parsing/resolve-path.ts';
import { type Bounds, memoryVariable, timeVariable } from './bounds.ts';
import { outOfMemory } from './guard.ts';

/** How a process that reads foreign files came to its end. */
export interface Ending {
  /** The file that it had in hand. */
  readonly file: string | undefined;
  /** Whether it was ended because its time was over. */
  readonly late: boolean;
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The end of what it printed as its errors. */
  readonly printed: string;
}

/** What V8 prints at the end of its heap. */
const heapIsFull = /heap out of memory|allocation failed|out of memory/i;

/** In the user's words: which file it was, what it took, and how more is allowed. */
export function endingProblem({ file, late, code, signal, printed }: Ending, bounds: Bounds): UserError {
  const what = file === undefined ? 'The experiment cannot be checked' : `${file} cannot be read`;
  const place = file === undefined ? {} : { place: file };
  const raise = (variable: string, value: number) =>
    `It is damaged, or needs more than others of its kind. If it is right as it is, allow for more: set ${variable}=${value} in the environment.`;
  if (late)
    return new UserError(`${what}: it was not done after ${bounds.seconds} seconds.`, {
      remedy: raise(timeVariable, 4 * bounds.seconds),
      ...place,
    });
  // Killed by nobody here: by its own guard, or by a system that has no memory left.
  if (signal === 'SIGKILL' || printed.includes(outOfMemory) || heapIsFull.test(printed))
    return new UserError(`${what}: that took more than ${bounds.megabytes} MB of memory.`, {
      remedy: raise(memoryVariable, 4 * bounds.megabytes),
      ...place,
    });
  const end = signal === null ? `ended with code ${code}` : `was ended by ${signal}`;
  const last = printed.trim().split('\n').at(-1);
  return new UserError(`${what}: the process that read it ${end}${last ? ` (${last})` : ''}.`, {
    remedy: 'It may be damaged; write or download it again.',
    ...place,
  });
}

/** The problems of an experiment one of whose files could not be read to the end. */
export function unreadableProblems(text: string, experimentFile: string, error: UserError): Problem[] {
  const { result, parsed } = parseText(text);
  if (result.experiment === undefined || parsed === undefined) return result.problems;
  const path = pathTo(result.experiment, error.place, dirname(resolve(experimentFile))) ?? ['dataset'];
  const finding = parsed.problem({
    message: error.message,
    ...(error.remedy !== undefined && { remedy: error.remedy }),
    path,
    severity: 'error',
    code: 'unreadable',
  });
  return inOrder([...result.problems, finding]);
}

/** Where an experiment names a file, or the closest folder that it lies in; undefined where it does neither. */
function pathTo(experiment: unknown, file: string | undefined, directory: string): JsonPath | undefined {
  if (file === undefined) return undefined;
  let found: { path: JsonPath; length: number } | undefined;
  const visit = (value: unknown, path: JsonPath): void => {
    if (typeof value === 'string' && value !== '') {
      const named = resolvePath(directory, value);
      const holds = named === file || file.startsWith(named.endsWith(sep) ? named : named + sep);
      if (holds && named !== directory && named.length > (found?.length ?? 0))
        found = { path, length: named.length };
    } else if (Array.isArray(value)) {
      for (const [index, one] of value.entries()) visit(one, [...path, index]);
    } else if (typeof value === 'object' && value !== null) {
      for (const [key, one] of Object.entries(value)) visit(one, [...path, key]);
    }
  };
  visit(experiment, []);
  return found?.path;
}

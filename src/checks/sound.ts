import { problemsError } from '../experiment/parsing/load.ts';
import type { Problem } from '../experiment/parsing/problem.ts';

/**
 * The warnings among the problems of an experiment that is about to run.
 * @throws UserError naming every error with its place and remedy.
 */
export function requireSound(problems: readonly Problem[], file: string): readonly Problem[] {
  const errors = problems.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) throw problemsError(errors, file);
  return problems;
}

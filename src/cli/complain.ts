import { UserError } from '../base/user-error.ts';
import type { Colors, Terminal } from './terminal.ts';

/** Exit codes: the user can mend it, or we must. */
export const exitCodes = { ok: 0, ours: 1, usersMistake: 2, interrupted: 130 } as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** An error for the user, a mistake of theirs as one paragraph, ours with its stack; with the exit code it calls for. */
export function describeError(error: unknown, colors: Colors): { text: string; code: ExitCode } {
  if (error instanceof UserError) {
    const place = error.place === undefined || error.message.includes(error.place) ? '' : `${error.place}: `;
    const remedy = error.remedy === undefined ? '' : ` ${error.remedy}`;
    return { text: `${colors.red('error')} ${place}${error.message}${remedy}`, code: exitCodes.usersMistake };
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return {
    text: `${colors.red('error')} Distillery made a mistake; your runs are unharmed.\n${stack}`,
    code: exitCodes.ours,
  };
}

/** Writes an error; the exit code it calls for. */
export function complain({ err, errColors }: Terminal, error: unknown): ExitCode {
  const { text, code } = describeError(error, errColors);
  err(`${text}\n`);
  return code;
}

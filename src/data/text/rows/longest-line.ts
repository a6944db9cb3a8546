import { UserError } from '../../../base/user-error.ts';

/** Names the variable of the environment that allows longer lines. */
const variable = 'DISTILLERY_LONGEST_LINE_MB';
const usualMegabytes = 16;
/** No string of JavaScript is longer than half a gigabyte. */
const mostMegabytes = 500;

/** Characters of the longest line, or row of a table, that is read; more is held to be damage. @throws UserError */
export function longestLine(): number {
  const given = process.env[variable] ?? '';
  if (given === '') return usualMegabytes << 20;
  const megabytes = Number(given);
  if (megabytes > 0 && megabytes <= mostMegabytes) return Math.floor(megabytes * 2 ** 20);
  throw new UserError(`${variable} is "${given}".`, {
    remedy: `Set it to a number of megabytes up to ${mostMegabytes}, or not at all.`,
  });
}

/** @param number of the line, from 1 */
export function tooLongLine(file: string, number: number): UserError {
  return new UserError(
    `Line ${number} of ${file} is longer than ${longestLine() / 2 ** 20} MiB of characters.`,
    {
      remedy: `It may lack line breaks, or be another kind of file. If it is right as it is, allow for longer lines: set ${variable}=64 in the environment, for example.`,
      place: file,
    },
  );
}

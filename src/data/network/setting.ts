import { UserError } from '../../base/user-error.ts';

/** A number that a variable of the environment may set. @throws UserError if it sets something else */
export function positiveSetting(variable: string, usual: number, unit: string, most: number): number {
  const given = process.env[variable]?.trim() ?? '';
  if (given === '') return usual;
  const value = Number(given);
  if (value > 0 && value <= most) return value;
  throw new UserError(`${variable} is "${given}".`, {
    remedy: `Set it to a number of ${unit} up to ${most}, or not at all.`,
  });
}

import { UserError } from '../../base/user-error.ts';

/** What the process that looks at foreign files may take, and how a user allows more. */
export interface Bounds {
  /** Megabytes beyond what the process has when it starts. */
  readonly megabytes: number;
  /** For one experiment. */
  readonly seconds: number;
}

export const memoryVariable = 'DISTILLERY_CHECK_MEMORY_MB';
export const timeVariable = 'DISTILLERY_CHECK_SECONDS';

/** Bounds as the environment sets them. @throws UserError if it holds something else */
export const usualBounds = (environment: NodeJS.ProcessEnv = process.env): Bounds => ({
  megabytes: numberOf(environment, memoryVariable, { usual: 1024, least: 64, most: 1 << 20 }),
  seconds: numberOf(environment, timeVariable, { usual: 60, least: 1, most: 86_400 }),
});

function numberOf(
  environment: NodeJS.ProcessEnv,
  name: string,
  { usual, least, most }: { readonly usual: number; readonly least: number; readonly most: number },
): number {
  const given = environment[name] ?? '';
  if (given === '') return usual;
  const value = Number(given);
  if (value >= least && value <= most) return value;
  throw new UserError(`${name} is "${given}".`, {
    remedy: `Set it to a number from ${least} to ${most}, or not at all.`,
  });
}

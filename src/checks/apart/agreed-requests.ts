import type { Experiment } from '../../experiment/schema/schema.ts';
import type { Checker } from './checker.ts';
import type { ServerCost } from './server-cost.ts';

/** Asks somebody whether so much may be asked of a server. */
export type Agree = (cost: ServerCost) => Promise<boolean>;

/** How many requests a run may make: what was agreed to, or nothing where nothing is to be asked any more. */
export type Agreement = { readonly serverRequests?: number } | 'declined';

/**
 * Has somebody agree to what an experiment is going to ask of its teacher’s server.
 * @param agree asked only where there is something to ask for
 * @throws UserError as {@link Checker.cost}
 */
export async function agreedRequests(
  {
    experiment,
    text,
    file,
  }: { readonly experiment: Experiment; readonly text: string; readonly file: string },
  checker: Pick<Checker, 'cost'>,
  dataDirectory: string,
  agree: Agree,
): Promise<Agreement> {
  if (!experiment.teacher?.server) return {};
  const cost = await checker.cost(text, file, dataDirectory);
  if (!cost) return {};
  return cost.requests === 0 || (await agree(cost)) ? { serverRequests: cost.requests } : 'declined';
}

import type { Experiment } from '../../experiment/schema/schema.ts';
import { runStates } from '../../worker/directory/run-states.ts';
import { type Swept, sweptSchema } from '../../worker/directory/swept.ts';
import type { RunSummary } from './run-summary.ts';

/** Says that a row of the database does not hold what this program wrote into it. */
export class DamagedRow extends Error {
  readonly run: string;

  constructor(run: string) {
    super(`The row of the run ${run} in the database is damaged.`);
    this.name = 'DamagedRow';
    this.run = run;
  }
}

/**
 * What "summary" of a row holds. It was validated before it was written; here only so much is looked at as
 * tells a damaged row from a whole one, for thousands are read at once.
 * @throws DamagedRow
 */
export function storedSummary(run: string, text: string): RunSummary {
  const summary = stored(run, text);
  const { from = {}, state } = summary;
  if (!isObject(from) || !runStates.includes(state as RunSummary['state'])) throw new DamagedRow(run);
  return { ...summary, from } as unknown as RunSummary;
}

/** What "config" of a row holds. @throws DamagedRow */
export function storedExperiment(run: string, text: string): Experiment {
  const config = stored(run, text);
  // A student and its training are of no use to what makes a trained model smaller.
  for (const part of ['dataset', 'strategy']) if (!isObject(config[part])) throw new DamagedRow(run);
  return config as unknown as Experiment;
}

/** What "point" of a row holds. @throws DamagedRow */
export function storedPoint(run: string, text: string): Swept {
  const point = sweptSchema.safeParse(stored(run, text)).data;
  if (!point) throw new DamagedRow(run);
  return point;
}

function stored(run: string, text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (isObject(value)) return value;
  } catch {
    // As damaged as one that holds something else.
  }
  throw new DamagedRow(run);
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

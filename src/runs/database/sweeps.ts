import { activeStates, type RunState } from '../../worker/directory/run-states.ts';
import type { Statements } from './database.ts';
import { conditions, type RunQuery } from './run-records.ts';

/** The runs of one sweep in short. */
export interface SweepRuns {
  /** As sweepIdOf makes it. */
  readonly id: string;
  readonly runs: number;
  readonly points: number;
  readonly states: Readonly<Partial<Record<RunState, number>>>;
  readonly active: boolean;
  /** When its first run was made, in milliseconds since 1970. */
  readonly createdAt: number;
}

/** The sweeps that the runs of a selection belong to, the newest first. */
export async function countBySweep(
  database: Statements,
  runsDirectory: string,
  query: RunQuery,
): Promise<SweepRuns[]> {
  const { where, parameters } = conditions(query, runsDirectory);
  const rows = await database.all<{ id: string; state: RunState; runs: number; createdAt: number }>(
    `SELECT runs.sweep AS id, runs.state, count(*) AS runs, min(runs.created_at) AS createdAt
     FROM runs JOIN experiments ON experiments.number = runs.experiment
     ${where === '' ? 'WHERE' : `${where} AND`} runs.sweep IS NOT NULL GROUP BY runs.sweep, runs.state`,
    [...parameters],
  );
  const points = await database.all<{ id: string; points: number }>(
    `SELECT runs.sweep AS id, count(DISTINCT json_extract(runs.point, '$.point')) AS points
     FROM runs JOIN experiments ON experiments.number = runs.experiment
     ${where === '' ? 'WHERE' : `${where} AND`} runs.sweep IS NOT NULL AND json_valid(runs.point) GROUP BY runs.sweep`,
    [...parameters],
  );
  const byId = new Map<string, SweepRuns>();
  for (const { id, state, runs, createdAt } of rows) {
    const known = byId.get(id);
    byId.set(id, {
      id,
      runs: runs + (known?.runs ?? 0),
      points: points.find((one) => one.id === id)?.points ?? 0,
      states: { ...known?.states, [state]: runs },
      active: activeStates.includes(state) || (known?.active ?? false),
      createdAt: Math.min(createdAt, known?.createdAt ?? createdAt),
    });
  }
  return [...byId.values()].sort((a, b) => b.createdAt - a.createdAt);
}

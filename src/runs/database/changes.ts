import type { RunState } from '../../worker/directory/run-states.ts';
import type { Statements } from './database.ts';

/** A run that came or changed. */
export interface ChangedRun {
  readonly id: string;
  readonly state: RunState;
  /** The experiment file it was made from, as the database has it. */
  readonly file: string;
}

/** What happened to the runs of a database after one of its versions. */
export interface RunChanges {
  /** The version that was current when the changes were read. */
  readonly version: number;
  readonly changed: readonly ChangedRun[];
  /** Ids of runs that are gone. */
  readonly removed: readonly string[];
}

/**
 * Reads exactly the runs that came, went or changed after `version`. Triggers number every change (see migrations.ts), so
 * none is missed, whichever process wrote; a change that is committed meanwhile may be told twice, now and next time.
 */
export async function selectChanges(database: Statements, version: number): Promise<RunChanges> {
  // Read first: what is committed between the statements has a higher number and is found again next time.
  const clock = (await database.get<{ version: number }>('SELECT version FROM clock'))!;
  const changed = await database.all<ChangedRun>(
    `SELECT id, state, file FROM runs JOIN experiments ON experiments.number = runs.experiment
     WHERE version > ? ORDER BY version`,
    [version],
  );
  const removed = await database.all<{ id: string }>(
    'SELECT DISTINCT id FROM removed_runs WHERE version > ? AND NOT EXISTS (SELECT 1 FROM runs WHERE runs.id = removed_runs.id)',
    [version],
  );
  return { version: clock.version, changed, removed: removed.map(({ id }) => id) };
}

import { stat } from 'node:fs/promises';
import { shortened } from '../worker/directory/project-path.ts';
import type { RunRequest } from '../worker/directory/run-request.ts';
import { emptySummary } from './database/run-summary.ts';
import { readLabels, storeLabels } from './directory/labels.ts';
import { creationTime } from './run-id.ts';
import type { RunStore } from './store.ts';

/** Records a run whose directory lies ready. Does nothing where the run is known or its directory is gone. */
export async function addRun(
  store: Pick<RunStore, 'dataDirectory' | 'directoryOf' | 'transaction'>,
  id: string,
  request: RunRequest,
): Promise<boolean> {
  const directory = store.directoryOf(id);
  const file = shortened(request.file, store.dataDirectory);
  const labels = await readLabels(directory);
  return store.transaction(async (database) => {
    // Another process may have removed the run since its request was read.
    if (!(await stat(directory).catch(() => undefined))) return false;
    const { experiment } = request;
    await database.run('INSERT OR IGNORE INTO experiments (name, file) VALUES (?, ?)', [
      experiment.name,
      file,
    ]);
    const added = await database.run(
      `INSERT OR IGNORE INTO runs (id, experiment, family, name, strategy, seed, config, created_at, state, summary, sweep, point)
       VALUES (?, (SELECT number FROM experiments WHERE name = ? AND file = ?), ?, ?, ?, ?, ?, ?, 'queued', ?, ?, ?)`,
      [
        id,
        experiment.name,
        file,
        request.group,
        request.name,
        experiment.strategy.kind,
        request.seed,
        JSON.stringify(experiment),
        creationTime(id),
        JSON.stringify(emptySummary),
        request.sweep?.id ?? null,
        request.sweep ? JSON.stringify(request.sweep) : null,
      ],
    );
    if (added > 0 && labels) await storeLabels(database, id, labels);
    return added > 0;
  });
}

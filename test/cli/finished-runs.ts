import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { openStore } from '../../src/runs/store.ts';
import { addRun, metric, numbered, result, started, temporaryDirectory } from '../runs/support.ts';

/** A data directory with two finished runs; their ids. */
export async function finishedRuns(t: TestContext) {
  const data = join(await temporaryDirectory(t), '.distillery');
  const store = await openStore(data);
  const ids = [await addRun(store, 1), await addRun(store, 2)] as const;
  for (const [index, id] of ids.entries()) {
    const curve = [1, 2, 3].map((step) => metric(step, { loss: 1 / step, 'validation.accuracy': step / 4 }));
    await store.ingest(id, numbered([started, ...curve, result(0.9 + index / 100), { type: 'completed' }]));
  }
  await store.close();
  return { data, ids };
}

import '../without-vscode.ts';
import assert from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { LocalLauncher } from '../../../src/runs/queue/launch.ts';
import { fakeWorkerCommand, queueRuns } from '../../runs/fleet.ts';
import { temporaryDirectory, temporaryStore } from '../../runs/support.ts';
import { openSession, until } from './support.ts';

const { supervise, watchRuns } = await import('../../../extension/workspace/runs/run-engine.ts');

/** Longer than any test: a watch that looks only where it is told to. */
const never = 2 ** 30;

test('what a worker measures reaches the page by way of its log, and nothing that looks by and by has to find it', async (t) => {
  const store = await temporaryStore(t);
  const heldBy = join(await temporaryDirectory(t), 'held');
  await writeFile(heldBy, '');
  const page = openSession(t, store);
  const watch = watchRuns(
    store,
    { changed: ({ ids }) => page.rows.changed(ids), failed: (error) => page.logged.push(String(error)) },
    { pauseMs: never },
  );
  const supervisor = supervise(store, watch, new LocalLauncher({ command: fakeWorkerCommand }));
  t.after(async () => {
    await watch.close();
    await supervisor.close();
  });
  await watch.start();
  await page.send({ kind: 'command', name: 'ready' });
  const [id] = await queueRuns(store, { steps: 5, stepMs: 1, heldBy });
  await supervisor.start();
  const lossOf = () =>
    page
      .heard('changes')
      .flatMap((message) => ('changes' in message ? message.changes.runs : []))
      .filter((row) => row.id === id)
      .map(({ metrics }) => metrics.loss?.last);
  // The third step is the last before the worker waits.
  await until(() => lossOf().includes(1 / 3));
  await rm(heldBy);
  await until(() => lossOf().includes(1 / 5));
  assert.deepEqual([page.wrong, page.logged], [[], []]);
});

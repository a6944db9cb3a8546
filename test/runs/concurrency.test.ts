import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { UserError } from '../../src/base/user-error.ts';
import { stopRun } from '../../src/runs/queue/control.ts';
import { concurrency, setConcurrency, setEditorConcurrency } from '../../src/runs/queue/queue.ts';
import { ended, once, queueRuns, supervise } from './fleet.ts';
import { temporaryStore } from './support.ts';

const limit = { timeout: 600_000 };

test('a number of runs at once that is removed from the settings no longer holds', async (t) => {
  const store = await temporaryStore(t);
  const another = await temporaryStore(t, store.dataDirectory);
  await setEditorConcurrency(store, 3);
  assert.equal(await concurrency(another), 3);
  await setEditorConcurrency(another, undefined);
  assert.equal(await concurrency(store), 1);
});

test('what the command line says holds at once, and again when the settings say nothing', async (t) => {
  const store = await temporaryStore(t);
  await setConcurrency(store, 2);
  await setEditorConcurrency(store, undefined);
  assert.equal(await concurrency(store), 2);
  await setEditorConcurrency(store, 4);
  assert.equal(await concurrency(store), 4);
  await setEditorConcurrency(store, undefined);
  assert.equal(await concurrency(store), 2);
  await setEditorConcurrency(store, 4);
  await setConcurrency(store, 5);
  assert.equal(await concurrency(store), 5, 'who says it last');
});

test('settings that say what they said already write nothing', async (t) => {
  const store = await temporaryStore(t);
  await setEditorConcurrency(store, 3);
  const before = await store.version();
  await setEditorConcurrency(store, 3);
  assert.equal(await store.version(), before);
});

test('a number that cannot be is refused, and the one before stays', async (t) => {
  const store = await temporaryStore(t);
  await setEditorConcurrency(store, 3);
  for (const number of [0, -1, 65, 1.5, Number.NaN]) {
    await assert.rejects(setEditorConcurrency(store, number), UserError);
    await assert.rejects(setConcurrency(store, number), UserError);
  }
  assert.equal(await concurrency(store), 3);
});

test('the queue starts as many as the settings say while they say it', limit, async (t) => {
  const store = await temporaryStore(t);
  const { supervisor } = supervise(t, store);
  await setEditorConcurrency(store, 2);
  const endless = { steps: 10_000, stepMs: 20 };
  const [first, second, third] = (await queueRuns(store, endless, [0, 1, 2])) as [string, string, string];
  await supervisor.start();
  assert.deepEqual(await store.ids(['running']), [first, second]);
  await setEditorConcurrency(store, undefined);
  await once(store, first, ({ progress }) => progress !== undefined);
  await stopRun(store, first);
  await once(store, first, ended);
  await supervisor.look();
  assert.deepEqual(await store.ids(['queued']), [third], 'one runs, and one is now as many as may');
  for (const id of [third, second]) await stopRun(store, id);
  for (const id of [second, third]) await once(store, id, ended);
});

test('whoever sets the number hears of a database that is made anew', limit, async (t) => {
  const store = await temporaryStore(t);
  const { supervisor } = supervise(t, store, { replaced: () => setEditorConcurrency(store, 3) });
  await setEditorConcurrency(store, 3);
  await supervisor.start();
  for (const suffix of ['', '-wal', '-shm'])
    await rm(join(store.dataDirectory, `distillery.db${suffix}`), { force: true });
  await supervisor.look();
  assert.equal(await concurrency(store), 3);
});

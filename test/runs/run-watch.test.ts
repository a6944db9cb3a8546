import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { removeRun } from '../../src/runs/directory/remove.ts';
import { RunWatch, type WatchedChange } from '../../src/runs/run-watch.ts';
import { openStore } from '../../src/runs/store.ts';
import { addRun, numbered, started, temporaryDirectory } from './support.ts';

/** A watch that looks only when it is asked to, and what it told since. */
async function watched(t: import('node:test').TestContext) {
  const data = join(await temporaryDirectory(t), '.distillery');
  const [store, other] = [await openStore(data), await openStore(data)];
  t.after(() => Promise.all([store.close(), other.close()]));
  const told: WatchedChange[] = [];
  const failed: unknown[] = [];
  const watch = new RunWatch(store, {
    changed: (change) => told.push(change),
    failed: (error) => failed.push(error),
  });
  t.after(() => watch.close());
  const news = async () => {
    await watch.look();
    assert.deepEqual(failed, []);
    return told.splice(0);
  };
  return { data, store, other, news };
}

test('exactly the runs are told that another process changed, each kind of change once', async (t) => {
  const { other, news } = await watched(t);
  assert.deepEqual(await news(), [{ ids: undefined, structure: true, tally: { total: 0, states: {} } }]);
  const [one, two] = [await addRun(other, 1), await addRun(other, 2)] as [string, string];
  assert.deepEqual(await news(), [
    { ids: [one, two], structure: true, tally: { total: 2, states: { queued: 2 } } },
  ]);
  const changes: Record<string, [change: () => Promise<unknown>, structure: boolean]> = {
    name: [() => other.rename(two, 'Another'), false],
    note: [() => other.setNote(two, 'Look'), false],
    tag: [() => other.tag(two, 'paper'), false],
    untag: [() => other.untag(two, 'paper'), false],
    baseline: [() => other.setBaseline(two), false],
    events: [() => other.ingest(two, numbered([started])), true],
  };
  for (const [kind, [change, structure]] of Object.entries(changes)) {
    await change();
    const [told, ...more] = await news();
    assert.deepEqual([told?.ids, told?.structure, more], [[two], structure, []], kind);
    assert.deepEqual(await news(), [], `${kind}, again`);
  }
  await removeRun(other, one);
  assert.deepEqual(await news(), [
    { ids: [one], structure: true, tally: { total: 1, states: { running: 1 } } },
  ]);
});

test('states that are exchanged between runs are told although their numbers are the same', async (t) => {
  const { other, news } = await watched(t);
  const [one, two] = [await addRun(other, 1), await addRun(other, 2)] as [string, string];
  await other.ingest(one, numbered([started]));
  await news();
  const set = (id: string, state: string) =>
    other.transaction((database) => database.run('UPDATE runs SET state = ? WHERE id = ?', [state, id]));
  await set(one, 'queued');
  await set(two, 'running');
  assert.deepEqual(await news(), [
    { ids: [one, two], structure: true, tally: { total: 2, states: { queued: 1, running: 1 } } },
  ]);
});

test('another database in the place of the one that was read is told as a change of everything', async (t) => {
  const { data, other, news } = await watched(t);
  await addRun(other);
  await news();
  for (const suffix of ['', '-wal', '-shm']) await rm(join(data, `distillery.db${suffix}`), { force: true });
  assert.deepEqual(await news(), [{ ids: undefined, structure: true, tally: { total: 0, states: {} } }]);
});

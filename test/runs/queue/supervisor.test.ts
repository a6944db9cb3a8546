import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { UserError } from '../../../src/base/user-error.ts';
import { usableCores } from '../../../src/device/cores.ts';
import { removeRun } from '../../../src/runs/directory/remove.ts';
import { append, stopRun } from '../../../src/runs/queue/control.ts';
import { concurrency, setConcurrency } from '../../../src/runs/queue/queue.ts';
import { Supervisor } from '../../../src/runs/queue/supervisor.ts';
import { openStore } from '../../../src/runs/store.ts';
import { readEvents } from '../../../src/worker/directory/read-events.ts';
import { ended, once, queueRuns, supervise } from '../fleet.ts';
import { addRun, temporaryDirectory, temporaryStore } from '../support.ts';

const limit = { timeout: 600_000 };

test('queued runs are launched, followed to their end and told event by event', limit, async (t) => {
  const store = await temporaryStore(t);
  const { supervisor, told } = supervise(t, store);
  await supervisor.start();
  const ids = await queueRuns(store, {}, [1, 2]);
  for (const id of ids) await supervisor.watch(id);
  for (const id of ids) assert.equal((await once(store, id, ended)).state, 'completed');
  await supervisor.look();
  for (const id of ids) {
    const log = (await readEvents(join(store.directoryOf(id), 'events.jsonl'))).events;
    assert.equal(log.length, 2 + 2 * 20 + 2);
    assert.deepEqual(told.get(id), log);
    assert.equal((await store.events(id)).length, log.length);
    assert.equal((await store.points(id, 'student', 'loss')).length, 20);
  }
});

test('a worker that cannot start leaves its run failed, with what it printed', limit, async (t) => {
  const store = await temporaryStore(t);
  const { supervisor } = supervise(t, store);
  await supervisor.start();
  const [id] = (await queueRuns(store, { dies: 'at once' })) as [string];
  const run = await once(store, id, ended);
  assert.equal(run.state, 'failed');
  assert.match(run.error!.message, /libsomething\.so/);
  assert.ok(run.error!.remedy);
});

test('no launcher program: the run fails with the reason, and the queue goes on', limit, async (t) => {
  const store = await temporaryStore(t);
  const { LocalLauncher } = await import('../../../src/runs/queue/launch.ts');
  const launcher = new LocalLauncher({ command: ['/nowhere/node'] });
  const supervisor = new Supervisor(store, {}, { launcher, intervalMs: 50 });
  t.after(() => supervisor.close());
  const ids = await queueRuns(store, {}, [0, 1]);
  await supervisor.start();
  for (const id of ids)
    assert.match((await once(store, id, ended)).error!.message, /could not be started.*nowhere/);
});

test('runs that go at once share the cores, and each gets the same part', limit, async (t) => {
  const store = await temporaryStore(t);
  const { supervisor } = supervise(t, store);
  const share = async (atOnce: number) => {
    await setConcurrency(store, atOnce);
    const ids = await queueRuns(store, { steps: 2 }, [0, 1]);
    await supervisor.look();
    const threads: unknown[] = [];
    for (const id of ids) {
      await once(store, id, ended);
      const [first] = await store.events(id);
      threads.push(first!.body!.threads);
    }
    return threads;
  };
  const cores = usableCores();
  await supervisor.start();
  assert.deepEqual(await share(1), [cores, cores]);
  const half = Math.max(1, Math.floor(cores / 2));
  assert.deepEqual(await share(2), [half, half]);
  assert.deepEqual(
    await share(64),
    [1, 1].map((least) => Math.max(least, Math.floor(cores / 64))),
  );
});

test('a process may start more at once than the data directory says, for itself alone', limit, async (t) => {
  const store = await temporaryStore(t);
  const { supervisor } = supervise(t, store, {}, { atOnce: 2 });
  const ids = await queueRuns(store, { steps: 100_000 }, [0, 1, 2]);
  await supervisor.start();
  for (const id of ids.slice(0, 2)) await once(store, id, ({ progress }) => progress !== undefined);
  assert.equal((await store.get(ids[2]!))!.state, 'queued');
  assert.equal(await concurrency(store), 1);
  for (const id of [...ids].reverse()) await stopRun(store, id);
  for (const id of ids) await once(store, id, ended);
});

test(
  'the lease: of two supervisors each run is launched by one, and when that one ends the other goes on',
  limit,
  async (t) => {
    const store = await temporaryStore(t);
    const other = await temporaryStore(t, store.dataDirectory);
    const one = supervise(t, store);
    const two = supervise(t, other);
    const ids = await queueRuns(store, { steps: 3 }, [0, 1, 2, 3]);
    await Promise.all([one.supervisor.start(), two.supervisor.start()]);
    await once(store, ids[1]!, ended);
    await one.supervisor.close();
    for (const id of ids) {
      assert.equal((await once(other, id, ended)).state, 'completed');
      const { events } = await readEvents(join(store.directoryOf(id), 'events.jsonl'));
      assert.equal(events.filter(({ type }) => type === 'started').length, 1);
    }
  },
);

test(
  'remove deletes directory and rows, and nothing can make it leave the data directory',
  limit,
  async (t) => {
    const store = await temporaryStore(t);
    const id = await addRun(store);
    await append(store, id, { type: 'cancelled', reason: 'stop' });
    await store.tag(id, 'x');
    await removeRun(store, id);
    assert.equal(existsSync(store.directoryOf(id)), false);
    assert.equal(await store.count(), 0);
    assert.deepEqual(await store.tags(), []);
    assert.deepEqual(await store.events(id), []);
    await assert.rejects(removeRun(store, id), UserError);
    for (const wrong of ['..', '../..', '', '.', 'a/b', '/tmp', '20260101-000000-a/../../..'])
      await assert.rejects(removeRun(store, wrong), /Not a run id/);
  },
);

test(
  'a lost database is found again from the run directories, states and curves included',
  limit,
  async (t) => {
    const directory = join(await temporaryDirectory(t), '.distillery');
    const store = await openStore(directory);
    t.after(() => store.close());
    let problems = 0;
    const { supervisor } = supervise(t, store, { problem: () => problems++ });
    await supervisor.start();
    const [done] = (await queueRuns(store, { steps: 3 })) as [string];
    await once(store, done, ended);
    const [running] = (await queueRuns(store, { steps: 50, stepMs: 20 }, [1])) as [string];
    await once(store, running, ({ progress }) => progress !== undefined);
    const before = (await store.get(done))!;
    // Under the very supervisor that follows the second run.
    for (const suffix of ['', '-wal', '-shm'])
      await rm(join(directory, `distillery.db${suffix}`), { force: true });
    await once(store, running, ended);
    assert.deepEqual(await store.get(done), before);
    assert.equal((await store.get(running))!.state, 'completed');
    assert.equal((await store.points(running, 'student', 'loss')).length, 50);
    assert.equal((await store.events(running)).length, 2 + 100 + 2);
    assert.equal(problems, 0);
  },
);

test(
  'a run directory deleted by hand takes its unfinished run with it, and that is told',
  limit,
  async (t) => {
    const store = await temporaryStore(t);
    const id = await addRun(store);
    await rm(store.directoryOf(id), { recursive: true });
    const problems: Error[] = [];
    await new Supervisor(store, { problem: (error) => problems.push(error) }).refresh();
    assert.equal(await store.count(), 0);
    assert.match(problems[0]!.message, /was deleted/);
  },
);

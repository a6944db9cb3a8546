import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { appendFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { ExclusiveLock } from '../../../src/base/locks/exclusive-lock.ts';
import { UserError } from '../../../src/base/user-error.ts';
import { removeRun } from '../../../src/runs/directory/remove.ts';
import { append, killRun, stopRun } from '../../../src/runs/queue/control.ts';
import { resumeRun } from '../../../src/runs/queue/resume.ts';
import { Supervisor } from '../../../src/runs/queue/supervisor.ts';
import { readEvents } from '../../../src/worker/directory/read-events.ts';
import { isResumable } from '../../../src/worker/directory/run-states.ts';
import { ended, once, queueRuns, supervise } from '../fleet.ts';
import { addRun, started, temporaryStore } from '../support.ts';

const limit = { timeout: 600_000 };

test('a run that is killed while its worker starts is not trained by it', limit, async (t) => {
  const store = await temporaryStore(t);
  const { supervisor } = supervise(t, store);
  await supervisor.start();
  const [id] = await queueRuns(store, { startMs: 1500 });
  await once(store, id!, ({ state }) => state === 'running');
  await killRun(store, id!);
  while (supervisor.workers > 0) await new Promise((resolve) => setTimeout(resolve, 20));
  await supervisor.look();
  assert.equal((await store.get(id!))!.state, 'interrupted');
  const { events } = await readEvents(join(store.directoryOf(id!), 'events.jsonl'));
  assert.deepEqual(
    events.map(({ type }) => type),
    ['interrupted'],
  );
  await resumeRun(store, id!);
  assert.equal((await once(store, id!, ended)).state, 'completed');
});

test(
  'a worker killed in mid-step leaves its run interrupted, with a torn line too, and it can be resumed',
  limit,
  async (t) => {
    const store = await temporaryStore(t);
    const { supervisor } = supervise(t, store);
    await supervisor.start();
    const [id] = (await queueRuns(store, { dies: 'in mid-step' })) as [string];
    const run = await once(store, id, ended);
    assert.equal(run.state, 'interrupted');
    assert.match(run.error!.message, /without a last word/);
    await appendFile(join(run.directory, 'events.jsonl'), '{"seq":99,"time":1,"ty');
    await resumeRun(store, id);
    assert.equal((await store.get(id))!.state, 'queued');
    await once(store, id, async (again) => ended(again) && again.endedAt !== run.endedAt);
    const { events } = await readEvents(join(run.directory, 'events.jsonl'));
    assert.equal(events.filter(({ type }) => type === 'started').length, 2);
    assert.equal(events.filter(({ type }) => type === 'interrupted').length, 2);
    assert.deepEqual(
      events.map(({ seq }) => seq),
      events.map((_, index) => index),
    );
  },
);

test('the dead are found by whoever looks next, once, however many look', limit, async (t) => {
  const store = await temporaryStore(t);
  const id = await addRun(store);
  await append(store, id, started);
  assert.equal((await store.get(id))!.state, 'running');
  const others = await Promise.all([1, 2, 3].map(() => temporaryStore(t, store.dataDirectory)));
  await Promise.all(others.map((other) => new Supervisor(other).refresh()));
  assert.equal((await store.get(id))!.state, 'interrupted');
  const { events } = await readEvents(join(store.directoryOf(id), 'events.jsonl'));
  assert.deepEqual(
    events.map(({ type }) => type),
    ['started', 'interrupted'],
  );
});

test(
  'a run whose worker holds its lock is left alone, one whose pid went to another process is not',
  limit,
  async (t) => {
    const store = await temporaryStore(t);
    const [alive, reused] = [await addRun(store, 1), await addRun(store, 2)];
    for (const id of [alive, reused]) await append(store, id, started);
    const lock = await ExclusiveLock.tryAcquire(join(store.directoryOf(alive), 'worker.lock'));
    assert.ok(lock instanceof ExclusiveLock);
    t.after(() => lock.release());
    const { thisProcess } = await import('../../../src/base/locks/process-identity.ts');
    // Our own pid, but of a process that started at another time.
    const owner = { ...(await thisProcess()), start: 'another boot/1' };
    await writeFile(join(store.directoryOf(reused), 'worker.lock'), JSON.stringify({ owner, token: 'x' }));
    await new Supervisor(store).refresh();
    assert.equal((await store.get(alive))!.state, 'running');
    assert.equal((await store.get(reused))!.state, 'interrupted');
    await assert.rejects(
      removeRun(store, alive),
      (error: UserError) => error instanceof UserError && /is running/.test(error.message),
    );
    assert.ok(existsSync(store.directoryOf(alive)));
  },
);

test('stop asks a running worker, ends a queued run at once, and both can be resumed', limit, async (t) => {
  const store = await temporaryStore(t);
  const { supervisor } = supervise(t, store);
  const [first, second] = (await queueRuns(store, { steps: 100_000 }, [0, 1])) as [string, string];
  await supervisor.start();
  await once(store, first, ({ progress }) => progress !== undefined);
  assert.equal((await store.get(second))!.state, 'queued', 'one at a time');
  await stopRun(store, second);
  assert.equal((await store.get(second))!.state, 'cancelled');
  await stopRun(store, first);
  const stopped = await once(store, first, ended);
  assert.equal(stopped.state, 'cancelled');
  assert.equal(stopped.cancelReason, 'stop');
  await assert.rejects(stopRun(store, first), UserError);
  await resumeRun(store, first);
  await assert.rejects(resumeRun(store, first), /is queued/);
  await once(store, first, ({ state, progress }) => state === 'running' && progress !== undefined);
  await stopRun(store, first, 'cancel');
  await once(store, first, ended);
  await assert.rejects(resumeRun(store, first), /keeps nothing to resume from/);
  assert.equal((await store.get(second))!.state, 'cancelled', 'a stopped run is not launched');
  const offered = (await store.list({ resumable: true })).map(({ id }) => id);
  assert.deepEqual(offered, [second], 'what was cancelled for good is not offered');
  for (const run of await store.list()) assert.equal(isResumable(run), offered.includes(run.id));
});

test(
  'a run resumed at once is not taken for dead when the process of its former life ends',
  limit,
  async (t) => {
    const store = await temporaryStore(t);
    const { supervisor } = supervise(t, store);
    await supervisor.start();
    const heldBy = join(store.dataDirectory, 'held');
    await writeFile(heldBy, '');
    const plan = { heldBy, startMs: 1500, lingersMs: 700 };
    const [id] = (await queueRuns(store, plan)) as [string];
    await once(store, id, ({ progress }) => progress !== undefined);
    await stopRun(store, id);
    await once(store, id, ended);
    await rm(heldBy);
    await resumeRun(store, id);
    const run = await once(store, id, ended);
    assert.equal(run.state, 'completed', run.error?.message);
  },
);

function exists(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

test('kill ends a worker that does not answer', limit, async (t) => {
  const store = await temporaryStore(t);
  const { supervisor } = supervise(t, store);
  await supervisor.start();
  const [id] = (await queueRuns(store, { steps: 5, stepMs: 60_000 })) as [string];
  const { pid } = await once(store, id, ({ progress }) => progress !== undefined);
  await killRun(store, id);
  assert.equal((await store.get(id))!.state, 'interrupted');
  // Dead at once; gone when this process, which is its parent, has heard of it.
  while (exists(pid!)) await new Promise((resolve) => setTimeout(resolve, 20));
});

test(
  'a run whose worker was ended for not hearing a stop counts as stopped, and can go on',
  limit,
  async (t) => {
    const store = await temporaryStore(t);
    const { supervisor } = supervise(t, store);
    await supervisor.start();
    const [id] = (await queueRuns(store, { steps: 5, stepMs: 60_000 })) as [string];
    const { pid } = await once(store, id, ({ progress }) => progress !== undefined);
    await stopRun(store, id);
    // As its watchdog does.
    process.kill(pid!, 'SIGKILL');
    const { state, cancelReason } = await once(store, id, ended);
    assert.deepEqual([state, cancelReason], ['cancelled', 'stop']);
    await resumeRun(store, id);
    await once(store, id, ({ state }) => state === 'running');
  },
);

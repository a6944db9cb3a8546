import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once as emitted } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { ExclusiveLock } from '../../src/base/locks/exclusive-lock.ts';
import { type ProcessIdentity, processStart, thisProcess } from '../../src/base/locks/process-identity.ts';
import { append, killRun } from '../../src/runs/queue/control.ts';
import type { RunStore } from '../../src/runs/store.ts';
import { RunDirectory } from '../../src/worker/directory/run-directory.ts';
import { addRun, started, temporaryStore } from './support.ts';

const limit = { timeout: 600_000 };

/** A run that counts as running, by its log and by the store. */
async function runningRun(store: RunStore): Promise<string> {
  const id = await addRun(store);
  await append(store, id, started);
  return id;
}

/** A run that counts as running and whose lock says it is held by `owner`. */
async function runHeldBy(store: RunStore, owner: object): Promise<string> {
  const id = await runningRun(store);
  const { lockFile } = new RunDirectory(store.directoryOf(id));
  await writeFile(lockFile, JSON.stringify({ owner, token: 'of somebody else' }));
  return id;
}

/** A process that has nothing to do with any run; in a group of its own, so that a kill of the group would end it too. */
async function stranger(): Promise<{ child: ChildProcess; identity: ProcessIdentity }> {
  const child = spawn('sleep', ['600'], { detached: true, stdio: 'ignore' });
  await emitted(child, 'spawn');
  const { host } = await thisProcess();
  return { child, identity: { pid: child.pid!, host, start: (await processStart(child.pid!))! } };
}

const lives = (child: ChildProcess) => child.exitCode === null && child.signalCode === null;

test('kill ends no process that a lock of another machine names', limit, async (t) => {
  const store = await temporaryStore(t);
  const { child, identity } = await stranger();
  t.after(() => child.kill('SIGKILL'));
  const id = await runHeldBy(store, { ...identity, host: 'another-machine' });
  await assert.rejects(killRun(store, id), /on another-machine, not on this machine/);
  assert.ok(lives(child));
});

test(
  'kill ends no process that a lock names by pid and start but that is no worker of the run',
  limit,
  async (t) => {
    const store = await temporaryStore(t);
    const { child, identity } = await stranger();
    t.after(() => child.kill('SIGKILL'));
    const id = await runHeldBy(store, identity);
    await assert.rejects(killRun(store, id), /does not end/);
    assert.ok(lives(child));
  },
);

test('a lock with a pid that names a process group is no lock', limit, async (t) => {
  const store = await temporaryStore(t);
  const { child, identity } = await stranger();
  t.after(() => child.kill('SIGKILL'));
  const id = await runHeldBy(store, { ...identity, pid: -identity.pid, host: 'another-machine' });
  await killRun(store, id);
  assert.equal((await store.get(id))!.state, 'interrupted');
  assert.ok(lives(child));
});

test('kill waits for a process that only holds the lock of a run for a moment', limit, async (t) => {
  const store = await temporaryStore(t);
  const id = await runningRun(store);
  const lock = await ExclusiveLock.tryAcquire(new RunDirectory(store.directoryOf(id)).lockFile);
  assert.ok(lock instanceof ExclusiveLock);
  const killing = killRun(store, id);
  await new Promise((resolve) => setTimeout(resolve, 300));
  await lock.release();
  await killing;
  assert.equal((await store.get(id))!.state, 'interrupted');
});

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ExclusiveLock } from '../../../src/base/locks/exclusive-lock.ts';
import { isAlive, processStart, thisProcess } from '../../../src/base/locks/process-identity.ts';
import { program } from '../../program.ts';
import { temporaryDirectory } from '../../training/support.ts';

const lockFile = () => join(temporaryDirectory(), 'thing.lock');

async function acquired(file: string): Promise<ExclusiveLock> {
  const lock = await ExclusiveLock.tryAcquire(file);
  assert.ok(lock instanceof ExclusiveLock, `held by ${JSON.stringify(lock)}`);
  return lock;
}

/** A lock whose holder may be anybody. */
const writeLock = (file: string, owner: object) =>
  writeFileSync(file, JSON.stringify({ owner, token: 'of somebody else' }));

test('a lock is held by one, and told who that is to others', async () => {
  const file = lockFile();
  const lock = await acquired(file);
  assert.deepEqual(await ExclusiveLock.tryAcquire(file), await thisProcess());
  await lock.release();
  assert.equal(existsSync(file), false);
  await (await acquired(file)).release();
});

test('of many who want a free lock at once, one gets it', async () => {
  const file = lockFile();
  const results = await Promise.all(Array.from({ length: 20 }, () => ExclusiveLock.tryAcquire(file)));
  const holders = results.filter((result) => result instanceof ExclusiveLock);
  assert.equal(holders.length, 1);
  await holders[0]!.release();
  assert.deepEqual(readdirSync(join(file, '..')), []);
});

test('the lock of a process that was killed is taken over', async () => {
  const file = lockFile();
  const [node, ...words] = program('test/training/lock-holder.ts');
  const holder = spawn(node, [...words, file], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(holder.stdout, 'data');
  const told = await ExclusiveLock.tryAcquire(file);
  assert.ok(!(told instanceof ExclusiveLock));
  assert.equal(told.pid, holder.pid);
  holder.kill('SIGKILL');
  await once(holder, 'exit');
  await (await acquired(file)).release();
});

test('what processes left that were killed while they wrote a claim goes when it is old', async () => {
  const file = lockFile();
  const [old, young] = ['1', '2'].map((end) => `${file}.3f2b8c1e-5d4a-4b6f-9a7e-1c2d3e4f5a6${end}`);
  for (const claim of [old!, young!]) writeFileSync(claim, '');
  utimesSync(old!, new Date(), new Date(Date.now() - 600_000));
  const lock = await acquired(file);
  assert.equal(existsSync(old!), false);
  assert.equal(existsSync(young!), true, 'its owner may be about to write it');
  await lock.release();
});

test('a pid that now belongs to another process does not hold the lock', async () => {
  const file = lockFile();
  writeLock(file, { ...(await thisProcess()), start: 'long ago' });
  await (await acquired(file)).release();
});

test('of many who find the same dead holder, one takes over', async () => {
  for (let round = 0; round < 20; round++) {
    const file = lockFile();
    writeLock(file, { ...(await thisProcess()), start: 'long ago' });
    const results = await Promise.all(Array.from({ length: 20 }, () => ExclusiveLock.tryAcquire(file)));
    const holders = results.filter((result) => result instanceof ExclusiveLock);
    assert.equal(holders.length, 1);
    const { token } = JSON.parse(readFileSync(file, 'utf8'));
    assert.notEqual(token, 'of somebody else');
    await holders[0]!.release();
    assert.deepEqual(readdirSync(join(file, '..')), []);
  }
});

test('whoever died while it removed a stale lock holds nobody up', async () => {
  const file = lockFile();
  const dead = { ...(await thisProcess()), start: 'long ago' };
  writeLock(file, dead);
  writeLock(`${file}.takeover`, dead);
  await (await acquired(file)).release();
  assert.deepEqual(readdirSync(join(file, '..')), []);
});

test('a holder on another machine is believed while its heartbeat is fresh', async () => {
  const file = lockFile();
  writeLock(file, { pid: 1, host: 'elsewhere', start: 'unknown' });
  const told = await ExclusiveLock.tryAcquire(file);
  assert.ok(!(told instanceof ExclusiveLock));
  assert.equal(told.host, 'elsewhere');
  const silent = new Date(Date.now() - 3_600_000);
  utimesSync(file, silent, silent);
  await (await acquired(file)).release();
});

test('a lock file full of garbage holds nobody up', async () => {
  const file = lockFile();
  writeFileSync(file, '{"owner":');
  await (await acquired(file)).release();
});

test('releasing does not remove a lock that another has taken over', async () => {
  const file = lockFile();
  const lock = await acquired(file);
  writeLock(file, await thisProcess());
  await lock.release();
  assert.equal(existsSync(file), true);
});

test('a folder that cannot be written gives an error with a remedy', async () => {
  const file = join(temporaryDirectory(), 'file');
  writeFileSync(file, '');
  await assert.rejects(ExclusiveLock.tryAcquire(join(file, 'lock')), { name: 'UserError' });
});

test('processes are told apart by when they started', async () => {
  const own = await thisProcess();
  assert.equal(await isAlive(own), true);
  assert.equal(await isAlive({ ...own, start: 'another time' }), false);
  assert.equal(await isAlive({ ...own, host: 'elsewhere' }), undefined);
  assert.notEqual(await processStart(process.pid), undefined);
});

test('where a program must be asked when a process started, it is asked once and holds nobody up', async (t) => {
  const place = temporaryDirectory();
  const asked = join(place, 'asked');
  // Takes its time, as PowerShell does.
  writeFileSync(join(place, 'ps'), `#!/bin/sh\necho "$*" >> ${asked}\nsleep 0.5\necho Tue Nov 24\n`, {
    mode: 0o755,
  });
  const { platform } = process;
  const { PATH } = process.env;
  t.after(() => {
    Object.defineProperty(process, 'platform', { value: platform });
    process.env.PATH = PATH;
  });
  Object.defineProperty(process, 'platform', { value: 'darwin' });
  process.env.PATH = `${place}:${PATH}`;
  const holder = spawn('sleep', ['60']);
  await once(holder, 'spawn');
  let turns = 0;
  const turning = setInterval(() => turns++, 10);
  const first = await Promise.all([processStart(holder.pid!), processStart(holder.pid!)]);
  clearInterval(turning);
  assert.deepEqual(first, ['Tue Nov 24', 'Tue Nov 24']);
  assert.ok(turns > 0, 'the event loop turned while the program ran');
  assert.equal(await processStart(holder.pid!), 'Tue Nov 24');
  assert.equal(readFileSync(asked, 'utf8'), `-o lstart= -p ${holder.pid}\n`);
  holder.kill('SIGKILL');
  await once(holder, 'exit');
  assert.equal(await processStart(holder.pid!), undefined, 'the end of a process is seen at once');
});

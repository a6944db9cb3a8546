import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { append } from '../../src/runs/control.ts';
import { markIfGone } from '../../src/runs/last-word.ts';
import { sweepShared } from '../../src/runs/sweep.ts';
import { ExclusiveLock } from '../../src/training/exclusive-lock.ts';
import { thisProcess } from '../../src/training/process-identity.ts';
import { addRun, started, temporaryDirectory, temporaryStore } from './support.ts';

function put(folder: string, names: readonly string[]): void {
  for (const name of names)
    if (name.endsWith('/')) mkdirSync(join(folder, name), { recursive: true });
    else {
      mkdirSync(join(folder, name, '..'), { recursive: true });
      writeFileSync(join(folder, name), 'x');
    }
}

test('what killed processes left among teachers and caches is deleted, and nothing else', async (t) => {
  const data = await temporaryDirectory(t);
  put(data, [
    'teachers/aa/',
    'teachers/aa.123.tmp/',
    'teachers/aa.123.old/',
    'teachers/aa.training/last',
    // This one has yet to be trained to its end.
    'teachers/bb.training/last',
    'cache/k1/signals.bin',
    'cache/k1/signals.bin.77.tmp',
    'cache/k2/signals.bin.77.tmp',
  ]);
  await sweepShared(data);
  assert.deepEqual(readdirSync(join(data, 'teachers')).sort(), ['aa', 'bb.training']);
  assert.deepEqual(readdirSync(join(data, 'cache/k1')), ['signals.bin']);
  assert.deepEqual(readdirSync(join(data, 'cache/k2')), []);
});

test('what a living process is writing is left to it', async (t) => {
  const data = await temporaryDirectory(t);
  put(data, ['teachers/aa/', 'teachers/aa.123.tmp/', 'cache/k1/signals.bin.77.tmp']);
  const locks = await Promise.all(
    ['teachers/aa.lock', 'cache/k1/lock'].map((name) => ExclusiveLock.tryAcquire(join(data, name))),
  );
  await sweepShared(data);
  assert.ok(existsSync(join(data, 'teachers/aa.123.tmp')));
  assert.ok(existsSync(join(data, 'cache/k1/signals.bin.77.tmp')));
  for (const lock of locks) await (lock as ExclusiveLock).release();
});

test('a run that was killed while it wrote its student leaves nothing behind', async (t) => {
  const store = await temporaryStore(t);
  const id = await addRun(store);
  await append(store, id, started);
  const directory = store.directoryOf(id);
  const dead = { owner: { ...(await thisProcess()), start: 'long ago' }, token: 'x' };
  put(directory, [
    'student.99.tmp/model.safetensors',
    'events.jsonl.reserve',
    'checkpoints/last',
    'checkpoints/last.9.tmp',
  ]);
  for (const suffix of ['', '.takeover', '.3f2b8c1e-5d4a-4b6f-9a7e-1c2d3e4f5a6b'])
    writeFileSync(join(directory, `worker.lock${suffix}`), JSON.stringify(dead));
  await markIfGone(store, id);
  assert.equal((await store.get(id))!.state, 'interrupted');
  assert.deepEqual(readdirSync(directory).sort(), ['checkpoints', 'events.jsonl', 'experiment.json']);
  assert.deepEqual(readdirSync(join(directory, 'checkpoints')), ['last']);
});

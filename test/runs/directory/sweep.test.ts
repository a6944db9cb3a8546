import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ExclusiveLock } from '../../../src/base/locks/exclusive-lock.ts';
import { thisProcess } from '../../../src/base/locks/process-identity.ts';
import { discoverRuns } from '../../../src/runs/directory/discover.ts';
import { sweepShared } from '../../../src/runs/directory/sweep.ts';
import { append } from '../../../src/runs/queue/control.ts';
import { markIfGone } from '../../../src/runs/queue/last-word.ts';
import { addRun, started, temporaryDirectory, temporaryStore } from '../support.ts';

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
    'cache/k2/answers.json.148688148',
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

test('the directory of a run that was never made to its end is deleted, unless something else lies in it', async (t) => {
  const store = await temporaryStore(t);
  const runs = join(store.dataDirectory, 'runs');
  const id = (word: string) => `20261124-070314-${word}-s1-k3f9`;
  put(runs, [
    `${id('begun')}/control/`,
    `${id('torn')}/control/`,
    `${id('torn')}/experiment.json.1234567`,
    `${id('kept')}/control/`,
    `${id('kept')}/notes.txt`,
  ]);
  // While somebody makes runs, a directory may have no request yet.
  let found = Promise.resolve<unknown>(undefined);
  await store.transaction(async () => {
    put(runs, [`${id('new')}/control/`]);
    found = discoverRuns(store);
    await new Promise((resolve) => setImmediate(resolve));
    const request = readFileSync(join(import.meta.dirname, '../../fixtures/compression/quantization.json'));
    writeFileSync(join(runs, id('new'), 'experiment.json'), request);
  });
  await found;
  assert.deepEqual(readdirSync(runs).sort(), [id('kept'), id('new')].sort());
});

test('labels that were half written are deleted by whoever labels the run next', async (t) => {
  const store = await temporaryStore(t);
  const id = await addRun(store);
  put(store.directoryOf(id), ['labels.json.1234567']);
  await store.tag(id, 'one');
  assert.deepEqual(readdirSync(store.directoryOf(id)).sort(), ['experiment.json', 'labels.json']);
});

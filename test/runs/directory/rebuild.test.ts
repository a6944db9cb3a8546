import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { open, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { rebuildDatabase } from '../../../src/runs/directory/rebuild.ts';
import { append } from '../../../src/runs/queue/control.ts';
import { openStore } from '../../../src/runs/store.ts';
import { distillery } from '../../cli/support.ts';
import { addRun, metric, result, started, temporaryDirectory } from '../support.ts';

test('a damaged database is set aside, and all that its runs had is read from their directories', async (t) => {
  const data = join(await temporaryDirectory(t), '.distillery');
  const store = await openStore(data);
  const id = await addRun(store, 1);
  for (const event of [started, metric(1, { loss: 0.5 }), result(0.9), { type: 'completed' } as const])
    await append(store, id, event);
  await store.rename(id, 'The good one');
  await store.setNote(id, 'Keep');
  await store.tag(id, 'paper');
  await store.setBaseline(id);
  const before = await store.get(id);
  const series = await store.series([id]);
  const events = await store.events(id);
  await store.close();

  const file = join(data, 'distillery.db');
  const handle = await open(file, 'r+');
  await handle.write(Buffer.alloc(4096, 7), 0, 4096, 0);
  await handle.close();
  await assert.rejects(openStore(data), /damaged/);
  const damaged = await readFile(file);

  const { code, out } = await distillery('rebuild', '--data-dir', data);
  assert.equal(code, 0);
  const [, aside] = /The old database is (.*)\n/.exec(out)!;
  assert.match(out, /1 run was read/);
  assert.deepEqual(await readFile(aside!), damaged, 'nothing of it is thrown away');
  const again = await openStore(data);
  t.after(() => again.close());
  assert.deepEqual(await again.get(id), before);
  assert.deepEqual(await again.series([id]), series);
  assert.deepEqual(await again.events(id), events);
});

test('a directory that cannot be read is told of, and the others are there', async (t) => {
  const data = join(await temporaryDirectory(t), '.distillery');
  const store = await openStore(data);
  const [good, bad] = [await addRun(store, 1), await addRun(store, 2)];
  await writeFile(join(store.directoryOf(bad), 'experiment.json'), '{');
  await store.close();
  const { runs, problems, aside } = await rebuildDatabase(data);
  assert.deepEqual([runs, problems.length], [1, 1]);
  assert.match(problems[0]!.message, new RegExp(bad));
  assert.ok(existsSync(aside!));
  const again = await openStore(data);
  t.after(() => again.close());
  assert.deepEqual(await again.ids(), [good]);
});

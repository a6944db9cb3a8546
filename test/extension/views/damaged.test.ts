import './window.ts';
import assert from 'node:assert/strict';
import { mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { isDeviceProblem } from '../../../src/device/device-problem.ts';
import { openCuda } from '../../../src/device/providers/cuda.ts';
import { rebuildDatabase } from '../../../src/runs/directory/rebuild.ts';
import { openStore } from '../../../src/runs/store.ts';
import { addRun, numbered, started, temporaryDirectory } from '../../runs/support.ts';
import { openWindow, shown, soon } from './window.ts';

test('of a damaged database nothing is shown as if it were there, and all is again once it is rebuilt elsewhere', async (t) => {
  const folder = join(await temporaryDirectory(t), 'project');
  const data = join(folder, '.distillery');
  await mkdir(folder);
  const store = await openStore(data);
  const id = await addRun(store);
  await store.ingest(id, numbered([started, { type: 'completed' }]));
  await store.close();
  const file = await open(join(data, 'distillery.db'), 'r+');
  await file.write(Buffer.alloc(4096, 7), 0, 4096, 0);
  await file.close();

  const window = await openWindow(t, folder);
  const [place] = window.folders.all;
  assert.match(place!.failure!.message, /damaged/);
  assert.equal(shown.context.get('distillery.storeFailed'), true);
  assert.deepEqual(await window.seen(), []);
  assert.equal(window.status.text, '');

  await rebuildDatabase(data);
  await soon(() => place!.failure === undefined && place!.tally.total === 1);
  await soon(async () => (await window.seen())[0]?.below.length === 1);
  await soon(() => shown.context.get('distillery.storeFailed') === false);
});

test('a failure for want of a device is known as one', async () => {
  const unusable = { usable: false, detail: 'no driver', remedy: 'Install it.' };
  const state = { name: 'GPU', tensorFlow: unusable, onnx: unusable } as never;
  await assert.rejects(openCuda(state, 1), (error: Error) => isDeviceProblem(error.message));
  assert.equal(isDeviceProblem('There is no such data file.'), false);
});

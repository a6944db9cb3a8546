import './window.ts';
import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { openStore } from '../../../src/runs/store.ts';
import { addRun, temporaryDirectory } from '../../runs/support.ts';
import { openWindow, soon } from './window.ts';

test('runs made elsewhere come into sight, also where views were reading when they were looked for', async (t) => {
  const folder = join(await temporaryDirectory(t), 'project');
  await mkdir(folder);
  const { folders } = await openWindow(t, folder);
  const [place] = folders.all;
  // Views read all the time, so that a database that is not there is always just being opened, for several looks.
  let reading = true;
  const views = Array.from({ length: 8 }, async () => {
    while (reading) assert.deepEqual(await place!.list(), []);
  });
  await new Promise((resolve) => setTimeout(resolve, 1500));
  reading = false;
  await Promise.all(views);
  const told: unknown[] = [];
  place!.onDidChange((change) => told.push(change));
  const store = await openStore(join(folder, '.distillery'));
  t.after(() => store.close());
  await addRun(store);
  await soon(() => place!.tally.total === 1 && told.length > 0);
});

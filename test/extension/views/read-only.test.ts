import './window.ts';
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { openStore } from '../../../src/runs/store.ts';
import { lacks } from '../../machine/lacks.ts';
import { addRun, numbered, started, temporaryDirectory } from '../../runs/support.ts';
import { openWindow, shown } from './window.ts';

/** Lets nobody write into a folder and what lies in it. @returns what undoes it; undefined where that cannot be done here. */
async function locked(t: TestContext, folder: string): Promise<(() => Promise<void>) | undefined> {
  if (process.getuid?.() !== 0) {
    if (process.platform === 'win32') return undefined;
    await chmod(folder, 0o555);
    const undo = () => chmod(folder, 0o755);
    t.after(undo);
    return undo;
  }
  // Modes do not stop the superuser.
  const set = (flag: string) => spawnSync('chattr', ['-R', flag, folder]).status === 0;
  if (!set('+i')) return undefined;
  t.after(() => set('-i'));
  return async () => assert.ok(set('-i'));
}

const message = /^This folder is read-only: runs can be looked at, but nothing can be started\.$/;

test('a read-only folder says so when it is opened, and no longer when it can be written', async (t) => {
  const folder = join(await temporaryDirectory(t), 'project');
  const data = join(folder, '.distillery');
  await mkdir(folder);
  const store = await openStore(data);
  const id = await addRun(store);
  await store.ingest(id, numbered([started, { type: 'completed' }]));
  await store.close();
  const unlock = await locked(t, data);
  if (!unlock) return t.skip(lacks('a way to make a folder read-only'));
  const { folders, view, readOnly } = await openWindow(t, folder);
  await readOnly.look();
  assert.match(view.message ?? '', message);
  const [place] = folders.all;
  assert.equal((await place!.get(id))?.state, 'completed', 'its runs can be looked at');
  await assert.rejects(place!.writer(), /can be read here, but not changed/);
  await unlock();
  await readOnly.look();
  assert.equal(view.message, undefined);
  assert.equal((await place!.writer()).writable, true);
});

test('a read-only folder without runs says so too, and one that can be written does not', async (t) => {
  const home = await temporaryDirectory(t);
  const folder = join(home, 'project');
  await mkdir(folder);
  await writeFile(join(folder, 'x.distill.json'), '{}');
  const unlock = await locked(t, folder);
  if (!unlock) return t.skip(lacks('a way to make a folder read-only'));
  const { view, readOnly } = await openWindow(t, folder);
  await readOnly.look();
  assert.match(view.message ?? '', message);
  shown.trusted = false;
  await readOnly.look();
  shown.trusted = true;
  assert.equal(view.message, undefined, 'of a folder that is not trusted something else is said');
  await unlock();
  await readOnly.look();
  assert.equal(view.message, undefined);
});

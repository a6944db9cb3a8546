import './window.ts';
import assert from 'node:assert/strict';
import { access, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { UserError } from '../../../src/base/user-error.ts';
import { createRuns } from '../../../src/runs/create-run.ts';
import { oldExperiment } from '../../runs/old-database.ts';
import { temporaryDirectory } from '../../runs/support.ts';
import { changeSetting, type OpenedWindow, openWindow, shown, soon } from './window.ts';

const setting = 'distillery.dataDirectory';

/** A project in whose window a run trains until its hold is removed. */
async function training(t: TestContext) {
  const home = await temporaryDirectory(t);
  const [folder, hold] = [join(home, 'project'), join(home, 'hold')];
  await mkdir(folder);
  await writeFile(hold, '');
  shown.settings[setting] = 'project';
  t.after(() => {
    shown.settings[setting] = 'project';
  });
  const file = join(folder, 'x.distill.json');
  await writeFile(file, '{}');
  const kept = new Map<string, unknown>();
  const window = await openWindow(t, folder, [file], kept);
  const [place] = window.folders.all;
  const experiment = { ...oldExperiment, description: JSON.stringify({ heldBy: hold }) };
  const start = async ({ folders }: OpenedWindow) => {
    const [id] = await folders.making(folders.all[0]!, async () => {
      const made = await createRuns(await folders.all[0]!.writer(), { experiment, file, directory: folder });
      await folders.all[0]!.look();
      return made;
    });
    return id!;
  };
  const id = await start(window);
  await soon(async () => (await place!.get(id))?.state === 'running');
  return { folder, file, hold, kept, window, place: place!, id, start };
}

const shows = async (window: OpenedWindow, count: number) =>
  soon(async () => (await window.seen())[0]?.below.length === count);

const exists = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );

test('runs that train when another place is set for them stay in sight and together, and the place is changed when they end', async (t) => {
  const { window, place, hold, id, start } = await training(t);
  const troubles: Error[] = [];
  window.folders.onDidMeetTrouble((error) => troubles.push(error));
  changeSetting(setting, 'storage');
  await soon(() => troubles.length > 0);
  assert.ok(troubles[0] instanceof UserError);
  assert.match(`${troubles[0].message} ${troubles[0].remedy}`, /still kept in .*\.distillery\. ?.*ended/);
  assert.equal(window.folders.all[0], place);
  // Whatever is started meanwhile goes where the others are.
  const next = await start(window);
  await shows(window, 2);
  await rm(hold);
  await soon(() => window.folders.all[0] !== place);
  const [moved] = window.folders.all;
  assert.ok(moved!.dataDirectory.includes('storage'));
  assert.equal(troubles.length, 1);
  await shows(window, 0);
  changeSetting(setting, 'project');
  await soon(() => window.folders.all[0] !== moved);
  await shows(window, 2);
  for (const one of [id, next])
    assert.equal((await window.folders.all[0]!.get(one))?.state, 'completed', 'none was lost or cut short');
  assert.equal(await exists(join(moved!.dataDirectory, 'runs')), false, 'nothing was written there');
});

test('a window that is opened while such runs train finds them', async (t) => {
  const { window, folder, file, hold, kept, id } = await training(t);
  changeSetting(setting, 'storage');
  await window.folders.close();
  const next = await openWindow(t, folder, [file], kept);
  const [place] = next.folders.all;
  await soon(async () => (await place!.get(id))?.state === 'running');
  await rm(hold);
  await soon(() => next.folders.all[0] !== place);
  assert.ok(next.folders.all[0]!.dataDirectory.includes('storage'));
});

test('while runs are made the place stays as it was when they were checked', async (t) => {
  const { window, place, hold, id } = await training(t);
  await rm(hold);
  await soon(async () => (await place.get(id))?.state === 'completed');
  await soon(() => (place.tally.states.running ?? 0) === 0);
  await window.folders.making(place, async () => {
    changeSetting(setting, 'storage');
    await new Promise((resolve) => setTimeout(resolve, 100));
    assert.equal(window.folders.all[0], place);
    assert.equal((await place.writer()).dataDirectory, place.dataDirectory);
  });
  await soon(() => window.folders.all[0] !== place);
});

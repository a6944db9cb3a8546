import assert from 'node:assert/strict';
import { cp, mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { digits } from '../../extension/workspace/ready-data.ts';
import { experimentTemplate } from '../../src/experiment/editing/template.ts';
import { createRuns } from '../../src/runs/create-run.ts';
import { discoverRuns } from '../../src/runs/directory/discover.ts';
import { followRenamed } from '../../src/runs/directory/follow-renamed.ts';
import { moveExperiments } from '../../src/runs/directory/move-experiment.ts';
import { newRunId } from '../../src/runs/run-id.ts';
import { openStore, openStoreReadOnly, type RunStore } from '../../src/runs/store.ts';
import { loadExperiment } from '../experiment/support.ts';
import { oldDatabase, oldExperiment } from './old-database.ts';
import { temporaryDirectory } from './support.ts';

/** Queues a run of an experiment whose data is named by a path, so that where it lies is part of what it is. */
const queue = async (store: RunStore, project: string, file: string, seed: number) =>
  (
    await createRuns(
      store,
      { experiment: oldExperiment, file: join(project, file), directory: join(project, file, '..') },
      { seeds: [seed] },
    )
  )[0]!;

async function projectWithRun(t: import('node:test').TestContext, file = 'deep/two.distill.json') {
  const home = await temporaryDirectory(t);
  const project = join(home, 'project');
  await mkdir(join(project, 'deep'), { recursive: true });
  const store = await openStore(join(project, '.distillery'));
  const id = await queue(store, project, file, 1);
  return { home, project, store, id };
}

test('a copied project has the runs of its own experiment files, and new runs join them', async (t) => {
  const { home, project, store, id } = await projectWithRun(t);
  await store.close();
  const copy = join(home, 'copy');
  await cp(project, copy, { recursive: true });
  const there = await openStore(join(copy, '.distillery'));
  t.after(() => there.close());
  const file = join(copy, 'deep/two.distill.json');
  assert.deepEqual(filesOf(await there.experiments()), [{ file, runs: 1 }]);
  const next = await queue(there, copy, 'deep/two.distill.json', 2);
  const runs = await there.list({ file, sort: 'seed' });
  assert.deepEqual(
    runs.map((run) => [run.id, run.file]),
    [
      [id, file],
      [next, file],
    ],
  );
  assert.equal(new Set(runs.map(({ group }) => group)).size, 1, 'they differ by their seed alone');
  const before = await openStore(join(project, '.distillery'));
  t.after(() => before.close());
  assert.deepEqual(
    (await before.list()).map((run) => run.file),
    [join(project, 'deep/two.distill.json')],
  );
});

test('a database of version 0.1.0 finds its experiment files again after the project was moved', async (t) => {
  const home = await temporaryDirectory(t);
  const old = join(home, 'old');
  const data = join(old, '.distillery');
  const id = newRunId({ experiment: 'Old', strategy: 'response', seed: 3 });
  const file = join(old, 'old.distill.json');
  await mkdir(join(data, 'runs', id), { recursive: true });
  await oldDatabase(join(data, 'distillery.db'), id, file);
  // As version 0.1.0 wrote it: every path absolute.
  const request = {
    ...{ experiment: oldExperiment, file, directory: old, dataDirectory: data, seed: 3 },
    ...{ device: 'cpu', name: 'Old', group: 'from-a-path' },
  };
  await writeFile(join(data, 'runs', id, 'experiment.json'), JSON.stringify(request));
  await rename(old, join(home, 'new'));
  const moved = join(home, 'new', 'old.distill.json');
  const reading = await openStoreReadOnly(join(home, 'new', '.distillery'));
  assert.deepEqual(filesOf(await reading.experiments()), [{ file: moved, runs: 1 }]);
  await reading.close();
  const store = await openStore(join(home, 'new', '.distillery'));
  t.after(() => store.close());
  assert.equal((await store.get(id))!.file, moved);
  const next = await queue(store, join(home, 'new'), 'old.distill.json', 4);
  assert.equal((await store.get(next))!.group, (await store.get(id))!.group);
});

test('runs follow an experiment file that is renamed, also into a new database', async (t) => {
  const { project, store, id } = await projectWithRun(t);
  const [from, to] = [join(project, 'deep/two.distill.json'), join(project, 'deep/three.distill.json')];
  assert.equal(await moveExperiments(store, from, to), 1);
  assert.deepEqual(filesOf(await store.experiments()), [{ file: to, runs: 1 }]);
  // The whole folder, then the database is lost.
  assert.equal(await moveExperiments(store, join(project, 'deep'), join(project, 'flat')), 1);
  const last = join(project, 'flat/three.distill.json');
  assert.equal((await store.get(id))!.file, last);
  const { group } = (await store.get(id))!;
  assert.equal((await store.get(await queue(store, project, 'flat/three.distill.json', 2)))!.group, group);
  await store.close();
  for (const end of ['', '-wal', '-shm'])
    await rm(join(project, `.distillery/distillery.db${end}`), { force: true });
  const again = await openStore(join(project, '.distillery'));
  t.after(() => again.close());
  await discoverRuns(again);
  const found = (await again.get(id))!;
  assert.deepEqual([found.file, found.group], [last, group]);
  assert.doesNotMatch(await readFile(join(found.directory, 'experiment.json'), 'utf8'), new RegExp(project));
});

function filesOf(experiments: readonly { file: string; runs: number }[]) {
  return experiments.map(({ file, runs }) => ({ file, runs }));
}

test('runs follow an experiment file that was renamed in a terminal, by what it says', async (t) => {
  const home = await temporaryDirectory(t);
  const project = join(home, 'project');
  await mkdir(join(project, 'before'), { recursive: true });
  const text = experimentTemplate('response', 'first', digits);
  const [one, other] = ['one', 'other'].map((name) => join(project, `before/${name}.distill.json`)) as [
    string,
    string,
  ];
  await writeFile(one, text);
  await writeFile(other, text.replace('"temperature": 4', '"temperature": 7'));
  const store = await openStore(join(project, '.distillery'));
  t.after(() => store.close());
  for (const file of [one, other])
    await createRuns(store, await loadExperiment(file), { seeds: [1, 2], device: 'cpu' });
  await rename(join(project, 'before'), join(project, 'after'));
  await rename(join(project, 'after/other.distill.json'), join(project, 'after/warm.distill.json'));
  const files = ['one', 'warm'].map((name) => join(project, `after/${name}.distill.json`));
  // A copy of one of them: nobody can tell which of the two it was.
  const copy = join(project, 'after/copy.distill.json');
  await cp(files[0]!, copy);
  assert.equal(await followRenamed(store, [...files, copy]), 2);
  assert.deepEqual(filesOf(await store.experiments()), [
    { file: files[1], runs: 2 },
    { file: one, runs: 2 },
  ]);
  await rm(copy);
  assert.equal(await followRenamed(store, files), 2);
  assert.deepEqual(
    filesOf(await store.experiments()).map(({ file }) => file),
    files,
  );
  assert.equal(await followRenamed(store, files), 0);
});

test('a project that is reached through a link has its runs by both names', async (t) => {
  const { home, project, store, id } = await projectWithRun(t);
  t.after(() => store.close());
  const link = join(home, 'link');
  await symlink(project, link);
  const next = await queue(store, link, 'deep/two.distill.json', 2);
  const runs = await store.list({ file: join(link, 'deep/two.distill.json'), sort: 'seed' });
  assert.deepEqual(runs.map((run) => run.id).sort(), [id, next].sort());
  assert.equal(new Set(runs.map(({ group }) => group)).size, 1);
  assert.equal(new Set(runs.map(({ file }) => file)).size, 1);
});

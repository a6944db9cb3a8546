import '../views/window.ts';
import assert from 'node:assert/strict';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { createRuns } from '../../../src/runs/create-run.ts';
import { removeRun } from '../../../src/runs/directory/remove.ts';
import { openStore } from '../../../src/runs/store.ts';
import { experimentFile } from '../../cli/support.ts';
import { loadExperiment } from '../../experiment/support.ts';
import { numbered, result, started, temporaryDirectory } from '../../runs/support.ts';
import { openWindow, shown, soon, Uri } from '../views/window.ts';

const { TeacherCautions } = await import('../../../extension/workspace/runs/teacher-cautions.ts');
const { TeacherDiagnostics } = await import('../../../extension/config/teacher-diagnostics.ts');

const thread = join(import.meta.dirname, '../dashboard/comparison-thread.mjs');
const told =
  /The teacher is worse than direct training\. Alone is ahead by 1\.00 pp without a teacher\..*Alone: 99\.00 %/;

/** An experiment whose runs are stored, and none of which has run. */
async function project(t: TestContext) {
  const folder = join(await temporaryDirectory(t), 'project');
  await mkdir(folder);
  const file = await experimentFile(folder, { steps: 1 });
  const loaded = await loadExperiment(file);
  const store = await openStore(join(folder, '.distillery'));
  t.after(() => store.close());
  return { folder, file, loaded, store };
}

test('that a teacher is worse than direct training stands in its experiment, and is said when it is run', async (t) => {
  const { folder, file, loaded, store } = await project(t);
  // The same student without the teacher, and the teacher's quality beside it; then the experiment itself.
  const direct = { ...loaded.experiment, name: 'Alone', strategy: { kind: 'direct' as const } };
  const [alone] = await createRuns(store, { ...loaded, experiment: direct });
  const [planned] = await createRuns(store, loaded);
  for (const [id, accuracy] of [
    [alone!, 0.99],
    [planned!, 0.97],
  ] as const)
    await store.ingest(id, numbered([started, result(accuracy), { type: 'completed' }]));

  const { folders, log } = await openWindow(t, folder);
  const runFolder = folders.all[0]!;
  const cautions = new TeacherCautions(folders, log, thread);
  t.after(() => cautions.dispose());
  shown.messages.length = 0;
  cautions.tell(runFolder, [planned!]);
  cautions.tell(runFolder, [planned!]);
  await soon(() => shown.messages.length > 0 || log.lines.length > 0);
  assert.deepEqual(log.lines, []);
  assert.equal(shown.messages.length, 1, 'the same is said once');
  assert.match(shown.messages[0]!, /^Planned: /);
  assert.match(shown.messages[0]!, told);
  const another = { ...loaded.experiment, teacher: { ...loaded.experiment.teacher!, seed: 77 } };
  assert.equal(await cautions.of(runFolder, another, file), undefined, 'of another teacher nothing is known');
  assert.equal(await cautions.of(runFolder, direct, file), undefined, 'nothing is learned from it');

  const text = await readFile(file, 'utf8');
  const uri = Uri.file(file);
  const document = { uri, version: 1, isClosed: false, getText: () => text, positionAt: (at: number) => at };
  shown.documents = [document];
  const diagnostics = new TeacherDiagnostics(folders, cautions, log);
  t.after(() => {
    shown.documents = [];
    diagnostics.dispose();
  });
  const underlined = () => shown.diagnostics.get(uri.toString());
  await soon(() => underlined() !== undefined);
  const [found, ...others] = underlined()!;
  assert.deepEqual(others, []);
  assert.match(found!.message, told);
  assert.deepEqual([found!.code, found!.severity], ['weak-teacher', 1]);
  assert.equal(found!.range.start, text.indexOf('"teacher"'));
  // What nobody measured any more is not said any more.
  await removeRun(store, alone!);
  await soon(() => underlined()?.length === 0);
  assert.deepEqual(log.lines, []);
});

test('of thousands of runs only those are read that tell something, and none again while they are the same', async (t) => {
  const { folder, file, loaded, store } = await project(t);
  const { experiment } = loaded;
  const direct = { ...experiment, name: 'Alone', strategy: { kind: 'direct' as const } };
  const others = { ...experiment, name: 'Other data', dataset: { ...experiment.dataset, validation: 0.3 } };
  const complete = async (id: string) =>
    store.ingest(id, numbered([started, result(0.9), { type: 'completed' }]));
  for (const made of [direct, others])
    for (const id of await createRuns(store, { ...loaded, experiment: { ...made, seeds: [1, 2, 3] } }))
      await complete(id);
  const { folders, log } = await openWindow(t, folder);
  const runFolder = folders.all[0]!;
  const read: string[] = [];
  const list = runFolder.list.bind(runFolder);
  t.mock.method(runFolder, 'list', async (query: Parameters<typeof list>[0]) => {
    const runs = await list(query);
    if (query?.akin && query.limit !== 1) read.push(...runs.map((run) => run.experiment));
    return runs;
  });
  const cautions = new TeacherCautions(folders, log, thread);
  t.after(() => cautions.dispose());
  await cautions.of(runFolder, experiment, file);
  assert.deepEqual(read, ['Alone', 'Alone', 'Alone']);
  await cautions.of(runFolder, experiment, file);
  assert.equal(read.length, 3);
  const [another] = await createRuns(store, { ...loaded, experiment: { ...direct, seeds: [4] } });
  await complete(another!);
  await cautions.of(runFolder, experiment, file);
  assert.equal(read.length, 7);
});

import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { test } from 'node:test';
import { UserError } from '../../src/base/user-error.ts';
import { experimentSchema } from '../../src/experiment/schema/schema.ts';
import { newRunId } from '../../src/runs/run-id.ts';
import { openStore } from '../../src/runs/store.ts';
import { RunDirectory } from '../../src/worker/directory/run-directory.ts';
import {
  addRun,
  metric,
  numbered,
  request,
  result,
  started,
  temporaryDirectory,
  temporaryStore,
} from './support.ts';

test('a run is queued, then what its events add up to', async (t) => {
  const store = await temporaryStore(t);
  const id = await addRun(store, 3);
  const queued = (await store.get(id))!;
  assert.equal(queued.state, 'queued');
  assert.equal(queued.seed, 3);
  assert.equal(queued.strategy, 'response');
  assert.equal(queued.experiment, 'Two by two');
  assert.equal(queued.config.student?.model?.architecture, 'mlp');

  const progress = {
    type: 'progress',
    phase: 'train',
    done: 5,
    total: 10,
    unit: 'steps',
    rate: 2.5,
  } as const;
  await store.ingest(id, numbered([started, { type: 'phase', phase: 'train' }, progress]));
  const running = (await store.get(id))!;
  assert.equal(running.state, 'running');
  assert.equal(running.device, 'CPU');
  assert.equal(running.startedAt, 0);
  assert.deepEqual(running.progress, {
    phase: 'train',
    done: 5,
    total: 10,
    unit: 'steps',
    rate: 2.5,
    time: 2000,
  });

  await store.ingest(id, numbered([result(0.9), { type: 'completed' }], 3));
  const completed = (await store.get(id))!;
  assert.equal(completed.state, 'completed');
  assert.equal(completed.endedAt, 4000);
  assert.equal(completed.result?.student.accuracy, 0.9);
  assert.deepEqual(
    (await store.events(id)).map(({ seq, type }) => [seq, type]),
    [
      [0, 'started'],
      [1, 'phase'],
      [2, 'progress'],
      [3, 'result'],
      [4, 'completed'],
    ],
  );
  assert.deepEqual(
    (await store.artifacts(id)).map(({ path }) => path),
    ['student'],
  );
});

test('a failure keeps its message and remedy, and a later start takes it back', async (t) => {
  const store = await temporaryStore(t);
  const id = await addRun(store);
  await store.ingest(
    id,
    numbered([
      started,
      { type: 'failed', message: 'No such file.', userError: true, remedy: 'Write another.' },
    ]),
  );
  assert.deepEqual((await store.get(id))!.error, {
    message: 'No such file.',
    userError: true,
    remedy: 'Write another.',
  });
  await store.ingest(id, numbered([{ ...started, resumedFromEpoch: 2 }], 2));
  const again = (await store.get(id))!;
  assert.equal(again.state, 'running');
  assert.equal(again.error, undefined);
  assert.equal(again.endedAt, undefined);
  assert.equal(again.startedAt, 0);
});

test('a run that is queued again shows nothing of its former life until its worker has started', async (t) => {
  const store = await temporaryStore(t);
  const id = await addRun(store);
  const progress = { type: 'progress', phase: 'train', done: 3, total: 9, unit: 'steps', rate: 2 } as const;
  await store.ingest(id, numbered([started, progress, { type: 'interrupted', message: 'Gone.' }]));
  for (const state of ['queued', 'running']) {
    await store.transaction((database) =>
      database.run('UPDATE runs SET state = ? WHERE id = ?', [state, id]),
    );
    const run = (await store.get(id))!;
    assert.equal(run.state, state);
    assert.equal(run.startedAt, 0);
    for (const part of ['endedAt', 'error', 'phase', 'progress', 'pid', 'host'] as const)
      assert.equal(run[part], undefined, `${part} while ${state}`);
  }
  await store.ingest(id, numbered([{ ...started, resumedFromEpoch: 0 }, progress], 3));
  assert.equal((await store.get(id))!.progress?.done, 3);
});

test('an experiment tells the accuracies of its latest settings, the latest run of each seed', async (t) => {
  const store = await temporaryStore(t);
  const completed = async (seed: number, accuracy: number, group: string) => {
    const id = await addRun(store, seed, 'Two by two', { group });
    await store.ingest(id, numbered([started, result(accuracy), { type: 'completed' }]));
  };
  await completed(0, 0.5, 'old settings');
  await completed(0, 0.6, 'new settings');
  await completed(1, 0.8, 'new settings');
  await completed(0, 0.9, 'new settings');
  await addRun(store, 2);
  const [experiment, ...others] = await store.experiments();
  assert.equal(others.length, 0);
  assert.equal(experiment!.runs, 5);
  assert.deepEqual([...experiment!.accuracies].sort(), [0.8, 0.9]);
  assert.equal(experiment!.settings, 2);
  assert.deepEqual((await store.experiments({ text: 'nothing has this' })).length, 0);
});

test('lists filter, sort and page', async (t) => {
  const store = await temporaryStore(t);
  const ids: string[] = [];
  for (let seed = 0; seed < 5; seed++) {
    const id = await addRun(store, seed, seed === 4 ? 'Other' : 'Two by two');
    ids.push(id);
    if (seed !== 2)
      await store.ingest(id, numbered([started, result(0.9 - seed / 10), { type: 'completed' }]));
  }
  const seeds = async (query: Parameters<typeof store.list>[0]) =>
    (await store.list(query)).map(({ seed }) => seed);
  assert.deepEqual(await seeds({ states: ['queued'] }), [2]);
  assert.deepEqual(await seeds({ sort: 'accuracy' }), [4, 3, 1, 0, 2]);
  assert.deepEqual(await seeds({ sort: 'accuracy', descending: true, limit: 2, offset: 1 }), [1, 3]);
  assert.deepEqual(await seeds({ text: 'oTHer' }), [4]);
  assert.deepEqual(await seeds({ text: '%' }), []);
  assert.deepEqual(await seeds({ sort: 'seed' }), [0, 1, 2, 3, 4]);
  assert.equal(await store.count({ experiment: 'Two by two' }), 4);
  await store.tag(ids[1]!, 'good', ' good ', 'late');
  assert.deepEqual(await seeds({ tag: 'good' }), [1]);
  assert.deepEqual(await store.tags(), [
    { tag: 'good', runs: 1 },
    { tag: 'late', runs: 1 },
  ]);
});

test('a run is found by the start or the end of its id, when that is unambiguous', async (t) => {
  const store = await temporaryStore(t);
  const one = await addRun(store, 1);
  const two = await addRun(store, 2);
  assert.equal((await store.find(one)).id, one);
  assert.equal((await store.find(two.slice(-7))).id, two);
  await assert.rejects(store.find(one.slice(0, 4)), (error: UserError) => {
    assert.ok(error instanceof UserError);
    assert.ok(error.message.includes(one) && error.message.includes(two));
    return true;
  });
  await assert.rejects(store.find('nothing'), UserError);
  await assert.rejects(store.find(''), UserError);
});

test('names, notes, tags and the baseline outlive the database', async (t) => {
  const directory = await temporaryDirectory(t);
  const store = await openStore(directory);
  const id = await addRun(store);
  const other = await addRun(store, 1);
  await store.rename(id, ' <b>Best</b> ');
  await store.setNote(id, "Robert'); DROP TABLE runs;--");
  await store.tag(id, 'keep', 'drop');
  await store.untag(id, 'drop');
  await store.setBaseline(other);
  await store.setBaseline(id);
  assert.equal((await store.get(other))!.baseline, false);
  await store.close();
  for (const suffix of ['', '-wal', '-shm']) await rm(`${directory}/distillery.db${suffix}`, { force: true });

  const again = await temporaryStore(t, directory);
  assert.equal(await again.count(), 0);
  await again.add(id, request(directory));
  await again.add(other, request(directory, 1));
  const record = (await again.get(id))!;
  assert.equal(record.name, '<b>Best</b>');
  assert.equal(record.note, "Robert'); DROP TABLE runs;--");
  assert.deepEqual(record.tags, ['keep']);
  assert.equal(record.baseline, true);
  assert.equal((await again.get(other))!.baseline, false);
  await assert.rejects(async () => again.rename(id, '  '), UserError);
});

test('curves run forward only: what a resumed run repeats replaces what it reported before', async (t) => {
  const store = await temporaryStore(t);
  const id = await addRun(store);
  const first = [1, 2, 3, 4, 5].map((step) => metric(step, { loss: 10 - step }));
  const second = [3, 4].map((step) => metric(step, { loss: 100 + step }));
  await store.ingest(id, numbered([started, ...first]));
  await store.ingest(id, numbered([{ ...started, resumedFromEpoch: 0.2 }, ...second], 6));
  const points = await store.points(id, 'student', 'loss');
  assert.deepEqual(
    points.map(({ step, value }) => [step, value]),
    [
      [1, 9],
      [2, 8],
      [3, 103],
      [4, 104],
    ],
  );
  assert.deepEqual((await store.series([id])).get(id), [
    { model: 'student', name: 'loss', points: 4, last: 104, lowest: 8, highest: 104, lastStep: 4 },
  ]);
});

test('a thinned curve keeps its peaks, its first and its last point, and gaps stay gaps', async (t) => {
  const store = await temporaryStore(t);
  const id = await addRun(store);
  const loss = (step: number) =>
    step === 777 ? 1e6 : step === 1234 ? -1e6 : step === 1500 ? null : Math.sin(step);
  await store.ingest(
    id,
    numbered(Array.from({ length: 3000 }, (_, step) => metric(step, { loss: loss(step), silent: null }))),
  );
  const points = await store.points(id, 'student', 'loss', 100);
  assert.ok(points.length <= 100 && points.length > 50, `${points.length} points`);
  const steps = points.map(({ step }) => step);
  assert.deepEqual(
    steps,
    [...new Set(steps)].sort((a, b) => a - b),
  );
  assert.equal(steps[0], 0);
  assert.equal(steps.at(-1), 2999);
  assert.ok(steps.includes(777) && steps.includes(1234));
  for (const { step, value } of points) assert.equal(value, loss(step));
  assert.equal((await store.points(id, 'student', 'silent', 100)).length > 0, true);
  assert.equal((await store.points(id, 'student', 'loss')).length, 3000);
  assert.deepEqual(await store.points(id, 'student', 'absent'), []);
  const info = (await store.series([id])).get(id)!;
  assert.deepEqual(info.map(({ name, lowest, highest, points: n }) => [name, lowest, highest, n]).sort(), [
    ['loss', -1e6, 1e6, 3000],
    ['silent', null, null, 3000],
  ]);
});

test('a run that makes a trained model smaller, which has no student of its own, is a whole row', async (t) => {
  const store = await temporaryStore(t);
  const id = newRunId({ experiment: 'Smaller', strategy: 'quantize', seed: 0 });
  const { experiment: _, ...rest } = request(store.dataDirectory);
  const experiment = experimentSchema.parse({
    name: 'Smaller',
    dataset: { kind: 'mnist' },
    strategy: { kind: 'quantize', of: 'models/teacher' },
  });
  await new RunDirectory(store.directoryOf(id)).create({ ...rest, experiment });
  await store.add(id, { ...rest, experiment });
  assert.equal((await store.get(id))!.strategy, 'quantize');
  assert.deepEqual(store.takeDamaged(), []);
});

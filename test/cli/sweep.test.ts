import assert from 'node:assert/strict';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { RunRecord } from '../../src/runs/database/run-records.ts';
import { openStore } from '../../src/runs/store.ts';
import { temporaryDirectory, temporaryStore } from '../runs/support.ts';
import { distillery, experimentFile, jsonLines, startDistillery } from './support.ts';

const limit = { timeout: 600_000 };
const rates = { 'training.learningRate': [0.0001, 0.001, 0.01, 0.1] };

const sweepFile = (directory: string, sweep: object, plan: object = {}, seeds: readonly number[] = [0]) =>
  experimentFile(directory, { learns: true, steps: 10, stepMs: 0, ...plan }, seeds, { sweep });

/** Points with the seeds that ran, and whether any of them ran twice. */
function tried(runs: readonly RunRecord[]) {
  const all = runs.map(({ sweep, seed }) => `${sweep!.point}/${seed}`).sort();
  assert.equal(new Set(all).size, all.length, `none twice: ${all.join(' ')}`);
  return all;
}

const status = async (file: string, data: string) =>
  JSON.parse((await distillery('sweep', file, '--status', '--json', '--data-dir', data)).out) as {
    points: { point: number; state: string; values: object; figures: { accuracy: number } | null }[];
    front: number[];
    over: string | null;
    spent: { runs: number; hours: number };
  };

test(
  'a grid tries every point with every seed, says which is best, and has nothing left to do',
  limit,
  async (t) => {
    const directory = await temporaryDirectory(t);
    const data = join(directory, '.distillery');
    const file = await sweepFile(directory, { options: rates, sampler: 'grid' }, {}, [1, 2]);
    const { code, out, err } = await distillery('sweep', file, '--data-dir', data);
    assert.equal(code, 0, err);
    assert.match(err, /point 2: learningRate 0\.01 .*\n/);
    assert.match(out, /Planned: 4 of 4 points done, 8 runs, 0\.0\d h \(grid\)/);
    assert.match(out, /\* 2 +0\.01 +2\/2 +completed +50\.15 ± 0\.07 %/);
    assert.match(out, /Best: point 2 \(learningRate 0\.01\), validation accuracy 50\.15 ± 0\.07 %\./);

    const store = await temporaryStore(t, data);
    const runs = await store.list();
    assert.deepEqual(tried(runs), ['0/1', '0/2', '1/1', '1/2', '2/1', '2/2', '3/1', '3/2']);
    for (const { config, sweep } of runs) {
      assert.equal(config.training.learningRate, sweep!.values['training.learningRate']);
      assert.equal('sweep' in config, false);
    }
    assert.equal((await store.list({ sweep: runs[0]!.sweep!.id })).length, 8);
    assert.equal((await store.list({ sweep: null })).length, 0);

    const again = await distillery('sweep', file, '--data-dir', data, '--json');
    assert.equal(again.code, 0, again.err);
    const [standing, ...rest] = jsonLines(again.out);
    assert.deepEqual(
      [rest.length, standing!.type, standing!.front, standing!.over],
      [0, 'standing', [2], 'all'],
    );
  },
);

test(
  'the best values are written into the file, comments stay, and the sweep is still the same',
  limit,
  async (t) => {
    const directory = await temporaryDirectory(t);
    const data = join(directory, '.distillery');
    const file = await sweepFile(directory, { options: rates, sampler: 'grid' });
    await writeFile(file, `// Mine.\n${await readFile(file, 'utf8')}`);
    const words = ['sweep', file, '--data-dir', data];
    const early = await distillery('run', file, '--data-dir', data);
    assert.match(early.err, /runs as it stands; what its "sweep" tries is started with: distillery sweep/);
    const none = await distillery(...words, '--write-best');
    assert.equal(none.code, 2);
    assert.match(none.err, /No point of the sweep is done yet/);
    assert.equal((await distillery(...words)).code, 0);
    const before = await status(file, data);
    const { code, out } = await distillery(...words, '--write-best');
    assert.equal(code, 0);
    assert.equal(out, 'Written: point 2 (learningRate 0.01)\n');
    const text = await readFile(file, 'utf8');
    assert.match(text, /^\/\/ Mine\.\n/);
    assert.match(text, /"training": \{\s*"learningRate": 0\.01\s*\}/);
    assert.deepEqual(await status(file, data), before);
    assert.equal(
      (await distillery(...words, '--write-best')).out,
      'There already: point 2 (learningRate 0.01)\n',
    );
    assert.match(
      (await distillery(...words, '--write-best', '--point', '0')).out,
      /point 0 \(learningRate 0\.0001\)/,
    );
    assert.match(
      (await distillery(...words, '--write-best', '--point', '9')).err,
      /The sweep has no point 9\./,
    );
  },
);

test(
  'killed in the middle, driver and worker, a sweep goes on where it was, and a larger budget lets it go further',
  limit,
  async (t) => {
    const directory = await temporaryDirectory(t);
    const data = join(directory, '.distillery');
    const held = join(directory, 'held');
    await writeFile(held, '');
    const options = { 'training.learningRate': { min: 0.0001, max: 0.1, scale: 'log' } };
    const file = await sweepFile(
      directory,
      { options, sampler: 'random', runs: 4 },
      { heldBy: held },
      [1, 2],
    );
    const first = startDistillery(['sweep', file, '--data-dir', data]);
    const store = await openStore(data);
    t.after(() => store.close());
    const working = async () =>
      (await store.list({ states: ['running'] })).find(({ pid }) => pid !== undefined);
    let run = await working();
    while (!run) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      run = await working();
    }
    first.child.kill('SIGKILL');
    process.kill(run.pid!, 'SIGKILL');
    await first.closed;
    await rm(held);
    const second = await distillery('sweep', file, '--data-dir', data, '--json');
    assert.equal(second.code, 0, second.err);
    assert.ok(
      jsonLines(second.out).some(({ type, run: id }) => type === 'resumed' && id === run!.id),
      'the run that was killed goes on',
    );
    assert.deepEqual(tried(await store.list()), ['0/1', '0/2', '1/1', '1/2']);
    const before = await status(file, data);
    assert.deepEqual(
      before.points.map(({ state }) => state),
      ['completed', 'completed'],
    );

    await writeFile(file, (await readFile(file, 'utf8')).replace('"runs": 4', '"runs": 6'));
    const third = await distillery('sweep', file, '--data-dir', data);
    assert.equal(third.code, 0, third.err);
    const after = await status(file, data);
    assert.deepEqual(after.points.slice(0, 2), before.points);
    assert.deepEqual(tried(await store.list()).slice(4), ['2/1', '2/2']);
  },
);

test('two processes that drive one sweep start no point twice', limit, async (t) => {
  const directory = await temporaryDirectory(t);
  const data = join(directory, '.distillery');
  const file = await sweepFile(directory, { options: rates, sampler: 'grid' }, { stepMs: 5 }, [1, 2]);
  const words = ['sweep', file, '--data-dir', data, '--concurrency', '2'];
  const drivers = [startDistillery(words), startDistillery(words)];
  for (const { closed, written } of drivers) assert.equal((await closed)[0], 0, written.err);
  const store = await temporaryStore(t, data);
  assert.equal(tried(await store.list()).length, 8);
});

test(
  'a sweep that is asked to stop ends with its runs, and goes on when it is started again',
  limit,
  async (t) => {
    const directory = await temporaryDirectory(t);
    const data = join(directory, '.distillery');
    const held = join(directory, 'held');
    await writeFile(held, '');
    const file = await sweepFile(directory, { options: rates, sampler: 'grid' }, { heldBy: held });
    const driver = startDistillery(['sweep', file, '--data-dir', data]);
    const store = await openStore(data);
    t.after(() => store.close());
    while ((await store.count({ states: ['running'] })) === 0)
      await new Promise((resolve) => setTimeout(resolve, 20));
    const stopped = await distillery('sweep', file, '--stop', '--data-dir', data);
    assert.equal(stopped.code, 0, stopped.err);
    assert.equal((await driver.closed)[0], 0, driver.written.err);
    assert.deepEqual(
      (await status(file, data)).points.map(({ state }) => state),
      ['stopped'],
    );
    await rm(held);
    const { code, err } = await distillery('sweep', file, '--data-dir', data);
    assert.equal(code, 0, err);
    assert.deepEqual(tried(await store.list()), ['0/0', '1/0', '2/0', '3/0']);
    assert.deepEqual((await status(file, data)).front, [2]);
  },
);

test(
  'points that fall behind are dropped, say why, and are none of those that are judged',
  limit,
  async (t) => {
    const directory = await temporaryDirectory(t);
    const data = join(directory, '.distillery');
    const options = { 'training.learningRate': [0.01, 0.0001, 0.1, 0.00001] };
    const file = await sweepFile(
      directory,
      { options, sampler: 'grid', stopEarly: { minEpochs: 1, factor: 2 } },
      { steps: 30, losersWait: true },
      [1, 2],
    );
    const { code, out, err } = await distillery('sweep', file, '--data-dir', data);
    assert.equal(code, 0, err);
    const store = await temporaryStore(t, data);
    const runs = await store.list({ sort: 'createdAt' });
    const states = (point: number) =>
      runs.filter(({ sweep }) => sweep!.point === point).map(({ state }) => state);
    assert.deepEqual(states(0), ['completed', 'completed']);
    for (const point of [1, 2, 3]) assert.ok(states(point).includes('dropped'), `${point}: ${states(point)}`);
    const dropped = runs.filter(({ state }) => state === 'dropped');
    for (const { dropReason, result, error } of dropped) {
      assert.match(
        dropReason!,
        /^After \d epochs? \d of \d other points (was|were) ahead.* Point 0 was ahead by 0\.\d+ of validation accuracy/,
      );
      assert.deepEqual([result, error], [undefined, undefined]);
    }
    assert.match(out, /Best: point 0/);
    assert.match(out, / 3 +0\.00001 +0\/\d +dropped +– +–/);
    const { points, front } = await status(file, data);
    assert.deepEqual(front, [0]);
    assert.equal(points[1]!.figures, null);

    // Whoever resumes one wants it trained to its end: it is not dropped again.
    const again = await distillery('resume', dropped[0]!.id, '--data-dir', data);
    assert.equal(again.code, 0, again.err);
    assert.equal((await store.get(dropped[0]!.id))!.state, 'completed');
    const list = await distillery('runs', '--state', 'dropped', '--json', '--data-dir', data);
    assert.equal((JSON.parse(list.out) as unknown[]).length, dropped.length - 1);
  },
);

test('where every point fails, the sweep ends with what the last one said', limit, async (t) => {
  const directory = await temporaryDirectory(t);
  const data = join(directory, '.distillery');
  const options = { 'training.learningRate': { min: 0.0001, max: 0.1 } };
  const file = await sweepFile(directory, { options, sampler: 'random', runs: 50 }, { dies: 'by mistake' });
  const { code, err } = await distillery('sweep', file, '--data-dir', data);
  assert.equal(code, 2);
  assert.match(err, /All of the first 5 points failed; the last said: There is no such data file\./);
  assert.match(err, /Name another file\. Then resume or remove those runs/);
});

test('a file without a sweep, and a sweep with another definition, are told', limit, async (t) => {
  const directory = await temporaryDirectory(t);
  const data = join(directory, '.distillery');
  const plain = await experimentFile(directory, {});
  const none = await distillery('sweep', plain, '--data-dir', data);
  assert.equal(none.code, 2);
  assert.match(none.err, /The experiment has no "sweep", so there is nothing to try\. Add "sweep"/);
  const file = await sweepFile(directory, { options: { 'training.learningRate': [0.01] }, sampler: 'grid' });
  assert.equal((await distillery('sweep', file, '--data-dir', data)).code, 0);
  await sweepFile(directory, { options: { 'training.learningRate': [0.02] }, sampler: 'grid' });
  const other = await distillery('sweep', file, '--data-dir', data);
  assert.match(other.err, /A new sweep begins: 1 run of an earlier one of this file tried other options/);
  const both = await distillery('sweep', file, '--data-dir', data, '--status', '--stop');
  assert.equal(both.code, 2);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nearestOptions, parseOptionPath } from '../../src/experiment/sweep/option-path.ts';
import { experimentAt, gridPoint, gridSize, gridValues } from '../../src/experiment/sweep/space.ts';
import { sweepIdOf } from '../../src/experiment/sweep/sweep-id.ts';
import { samplers } from '../../src/sweeps/samplers/sampler.ts';
import { experimentWith, spaceWith } from './support.ts';

const lr = { 'training.learningRate': { min: 0.001, max: 0.1, scale: 'log' } };

test('a path is read as messages write it', () => {
  assert.deepEqual(parseOptionPath('student.model.channels[1]'), ['student', 'model', 'channels', 1]);
  assert.deepEqual(parseOptionPath('strategy'), ['strategy']);
  for (const wrong of ['', '.a', 'a.', 'a..b', 'a[x]', 'a[1', '[1]', 'a b]'])
    assert.equal(parseOptionPath(wrong), undefined, wrong);
});

test('a grid has every combination once, the last option changing fastest', () => {
  const space = spaceWith({ 'strategy.temperature': [1, 4], 'training.optimizer': ['adamw', 'sgd'] });
  assert.equal(gridSize(space), 4);
  const points = [0, 1, 2, 3].map((index) => Object.values(gridPoint(space, index)));
  assert.deepEqual(points, [
    [1, 'adamw'],
    [1, 'sgd'],
    [4, 'adamw'],
    [4, 'sgd'],
  ]);
  const asked = { space, seed: 0, tried: [] };
  assert.deepEqual(samplers.grid({ ...asked, index: 3 }), {
    'strategy.temperature': 4,
    'training.optimizer': 'sgd',
  });
  assert.equal(samplers.grid({ ...asked, index: 4 }), undefined);
});

test('a grid cuts ranges evenly on their scale, both ends as they are written', () => {
  const [log] = spaceWith({ 'training.learningRate': { min: 0.001, max: 0.1, scale: 'log', steps: 3 } });
  assert.deepEqual(gridValues(log!), [0.001, 0.01, 0.1]);
  const [linear] = spaceWith({ 'strategy.alpha': { min: 0, max: 0.3, steps: 4 } });
  assert.deepEqual(gridValues(linear!), [0, 0.1, 0.2, 0.3]);
  const [whole] = spaceWith({ 'training.epochs': { min: 2, max: 5 } });
  assert.deepEqual(gridValues(whole!), [2, 3, 4, 5]);
  // Ten steps over four numbers are four.
  const [few] = spaceWith({ 'training.epochs': { min: 2, max: 5, steps: 10 } });
  assert.deepEqual(gridValues(few!), [2, 3, 4, 5]);
  assert.equal(gridSize(spaceWith({ 'training.learningRate': { min: 0.001, max: 0.1 } })), undefined);
  assert.equal(
    gridSize(spaceWith({ 'training.epochs': { min: 1, max: 100_000 }, 'strategy.temperature': [1, 2] })),
    200_000,
  );
});

/** How many of the values lie in each of equal parts of the range. */
const counts = (values: readonly number[], parts: number, place: (value: number) => number) => {
  const found = Array<number>(parts).fill(0);
  for (const value of values) found[Math.min(parts - 1, Math.floor(place(value) * parts))]!++;
  return found;
};

/** Whether counts are those of an even distribution, by χ² at 0.1 %: with a fixed seed it is so always or never. */
function assertEven(found: readonly number[], limit: number) {
  const expected = found.reduce((sum, count) => sum + count, 0) / found.length;
  const chi = found.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  assert.ok(chi < limit, `${found.join(' ')}: χ² ${chi}`);
}

test('random points lie evenly within their ranges, on the scale that is asked for, and each value of a list is as likely', () => {
  const space = spaceWith({
    ...lr,
    'strategy.alpha': { min: 0.2, max: 0.7 },
    'training.epochs': { min: 1, max: 4 },
    'training.batchSize': { min: 1, max: 64, scale: 'log' },
    'strategy.temperature': [1, 2, 4, 8],
  });
  const points = Array.from(
    { length: 2000 },
    (_, index) => samplers.random({ space, index, seed: 3, tried: [] })!,
  );
  const of = (key: string) => points.map((point) => point[key] as number);
  const rates = of('training.learningRate');
  assert.ok(rates.every((rate) => rate >= 0.001 && rate <= 0.1));
  // 27.9 is the 99.9 % quantile for 9 degrees of freedom, 16.3 for 3.
  assertEven(
    counts(rates, 10, (rate) => Math.log10(rate / 0.001) / 2),
    27.9,
  );
  assertEven(
    counts(of('strategy.alpha'), 10, (alpha) => (alpha - 0.2) / 0.5),
    27.9,
  );
  assertEven(
    counts(of('training.epochs'), 4, (epochs) => (epochs - 1) / 4),
    16.3,
  );
  assertEven(
    counts(of('strategy.temperature'), 4, (t) => Math.log2(t) / 4),
    16.3,
  );
  const batches = of('training.batchSize');
  assert.ok(batches.every((size) => Number.isInteger(size) && size >= 1 && size <= 64));
  const small = batches.filter((size) => size <= 8).length / batches.length;
  // From 0.5 to 8.5 of 0.5 to 64.5: log(17) of log(129).
  assert.ok(Math.abs(small - Math.log(17) / Math.log(129)) < 0.04, String(small));
});

test('a random point follows from the seed and its number alone', () => {
  const space = spaceWith(lr);
  const at = (index: number, seed: number) => samplers.random({ space, index, seed, tried: [] });
  assert.deepEqual(at(7, 1), at(7, 1));
  assert.notDeepEqual(at(7, 1), at(8, 1));
  assert.notDeepEqual(at(7, 1), at(7, 2));
});

test('the experiment of a point has its values and no sweep; values that make no experiment make none', () => {
  const experiment = experimentWith({ ...lr, 'student.model.channels[1]': [8, 16] });
  const at = experimentAt(experiment, { 'training.learningRate': 0.05, 'student.model.channels[1]': 16 })!;
  assert.equal(at.training.learningRate, 0.05);
  assert.deepEqual(at.student!.model, { ...experiment.student!.model, channels: [4, 16] });
  assert.equal('sweep' in at, false);
  assert.equal(experiment.training.learningRate, 0.001);
  // A section takes the defaults that it has in a file.
  const other = experimentAt(experiment, { strategy: { kind: 'feature' } })!;
  assert.equal(other.strategy.kind === 'feature' && typeof other.strategy.labelWeight, 'number');
  assert.equal(experimentAt(experiment, { strategy: { kind: 'feature' }, 'strategy.alpha': 0.5 }), undefined);
});

test('a sweep is the same whatever its budget, its names and what the file says of options that are tried', () => {
  const id = (more: object = {}, changes: object = {}, options: Record<string, unknown> = lr) => {
    const experiment = { ...experimentWith(options, more), ...changes };
    return sweepIdOf(experiment, experiment.sweep!, '');
  };
  const { training } = experimentWith(lr);
  const same = id();
  assert.equal(id({ runs: 500, hours: 3 }), same);
  assert.equal(id({}, { name: 'y', description: 'z' }), same);
  assert.equal(id({}, { training: { ...training, learningRate: 0.5 } }), same);
  assert.notEqual(id({}, { training: { ...training, epochs: 6 } }), same);
  assert.notEqual(id({}, { seeds: [1] }), same);
  assert.notEqual(id({ seed: 1 }), same);
  assert.notEqual(id({ sampler: 'grid' }), same);
  assert.notEqual(id({}, {}, { 'training.learningRate': { min: 0.001, max: 0.2, scale: 'log' } }), same);
});

test('what somebody may have meant by a path that is none', () => {
  const { sweep: _, ...experiment } = experimentWith(lr);
  assert.deepEqual(nearestOptions('learningRate', experiment), [
    ...['teacher.training.learningRate', 'training.learningRate'],
  ]);
  assert.deepEqual(nearestOptions('strategy.temprature', experiment), ['strategy.temperature']);
  assert.deepEqual(nearestOptions('student.channels', experiment), ['student.model.channels']);
  assert.deepEqual(nearestOptions('student.qqqqq', experiment), []);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mlp, teacher, tellsOf } from '../experiment/cases.ts';
import { check, datasetFolder, told } from '../support.ts';

const strategy = { kind: 'response' };
const lr = (range: unknown) => ({ 'training.learningRate': range });
const sweep = (options: object, more: object = {}) => ({ sweep: { options, runs: 10, ...more } });
const log = { min: 0.001, max: 0.1, scale: 'log' };

tellsOf([
  {
    title: 'a sweep over a path that is no option, with the nearest ones',
    changes: sweep({ learningRate: log }),
    expected: [
      'error',
      'sweep-option',
      'sweep.options.learningRate',
      'This experiment has no option "learningRate".',
      'Did you mean "training.learningRate"?',
    ],
  },
  {
    title: 'an option that no version of this kind has any more',
    changes: { strategy, teacher, ...sweep({ 'strategy.hintWeight': [1, 2] }) },
    expected: [
      'error',
      'sweep-option',
      'sweep.options.strategy.hintWeight',
      'This experiment has no option "strategy.hintWeight".',
      'Write a path as messages name it, such as "training.learningRate".',
    ],
  },
  {
    title: 'seeds that a sweep tries',
    changes: sweep({ seeds: [[1], [2]] }),
    expected: [
      'error',
      'sweep-option',
      'sweep.options.seeds',
      'A sweep does not try "seeds": each point is run with all seeds of the experiment, so that points are compared seed by seed.',
      'Remove it.',
    ],
  },
  {
    title: 'a value that the option cannot have, at its place in the sweep',
    changes: sweep({ 'training.optimizer': ['adamw', 'adamm'] }),
    expected: [
      'error',
      'wrong-choice',
      'sweep.options.training.optimizer.1',
      'sweep.options["training.optimizer"][1]: training.optimizer must be "adamw" or "sgd", but is the text "adamm".',
      'Did you mean "adamw"?',
    ],
  },
  {
    title: 'a range that leaves the bounds of the option',
    changes: sweep(lr({ min: 0.1, max: 100, scale: 'log' })),
    expected: [
      'error',
      'out-of-range',
      'sweep.options.training.learningRate.max',
      'sweep.options["training.learningRate"].max: training.learningRate must be a number above 0 and at most 10, but is 100.',
      'Write a number above 0 and at most 10; 10 is the nearest.',
    ],
  },
  {
    title: 'a range of whole numbers whose end is none',
    changes: sweep({ 'training.epochs': { min: 1, max: 4.5 } }),
    expected: [
      'error',
      'wrong-type',
      'sweep.options.training.epochs.max',
      'sweep.options["training.epochs"].max: training.epochs must be a whole number from 1 to 100000, but is the number 4.5.',
      'Write 5 instead.',
    ],
  },
  {
    title: 'a value that the models cannot have',
    changes: {
      student: { model: { architecture: 'cnn', channels: [4] } },
      ...sweep({ 'student.model.channels': [[4], [4, 4, 4, 4, 4, 4]] }),
    },
    expected: [
      'error',
      'too-many-stages',
      'sweep.options.student.model.channels.1',
      'sweep.options["student.model.channels"][1]: A cnn of 6 stages halves images of 8 × 8 pixels until nothing is left.',
      'Name at most 3 stages in "channels".',
    ],
  },
  {
    title: 'a range of what is no number',
    changes: sweep({ 'training.optimizer': { min: 1, max: 2 } }),
    expected: [
      'error',
      'sweep-range',
      'sweep.options.training.optimizer',
      'training.optimizer takes no range: it must be "adamw" or "sgd".',
      'Write the values to try as a list in brackets.',
    ],
  },
  {
    title: 'a range that ends before it begins',
    changes: sweep(lr({ min: 0.1, max: 0.01 })),
    expected: [
      'error',
      'sweep-range',
      'sweep.options.training.learningRate.max',
      'The range of training.learningRate ends at 0.01, which is not above its beginning at 0.1.',
      'Write a larger "max", or a list of values.',
    ],
  },
  {
    title: 'orders of magnitude from 0',
    changes: sweep({ 'training.weightDecay': { min: 0, max: 0.1, scale: 'log' } }),
    expected: [
      'error',
      'sweep-range',
      'sweep.options.training.weightDecay.min',
      'A range in orders of magnitude begins above 0, and that of training.weightDecay begins at 0.',
      'Write a small number above 0, or leave out "scale".',
    ],
  },
  {
    title: 'a grid of forty thousand points, with their number',
    changes: {
      strategy,
      teacher,
      ...sweep(
        {
          'strategy.temperature': { min: 1, max: 20, steps: 200 },
          'strategy.alpha': { min: 0, max: 0.9, steps: 200 },
        },
        { sampler: 'grid', runs: undefined },
      ),
    },
    expected: [
      'error',
      'sweep-budget',
      'sweep.options',
      'The grid has 40,000 points, 40,000 runs.',
      'Try fewer values, give a budget in "runs" or "hours", or use the sampler "random", which covers each option better for the same number of runs.',
    ],
  },
  {
    title: 'a grid that is larger than the budget',
    changes: { seeds: [1, 2], ...sweep({ 'training.epochs': { min: 1, max: 8 } }, { sampler: 'grid' }) },
    expected: [
      'warning',
      'sweep-budget',
      'sweep.runs',
      'The grid has 8 points, 16 runs, and the budget ends after 5 of the points: values at the end of the first options are never tried.',
      'Use the sampler "random", or raise "runs".',
    ],
  },
  {
    title: 'a grid over every number of a range',
    changes: sweep(lr(log), { sampler: 'grid' }),
    expected: [
      'error',
      'sweep-range',
      'sweep.options.training.learningRate',
      'A grid cannot try every number of the range of training.learningRate.',
      'Write "steps", the number of values that are tried, for example 4.',
    ],
  },
  {
    title: 'a budget too small for the seeds of one point',
    changes: { seeds: [1, 2, 3], ...sweep(lr(log), { runs: 2 }) },
    expected: [
      'error',
      'sweep-budget',
      'sweep.runs',
      'A budget of 2 runs holds no point: each takes 3 runs, one for each seed.',
      'Write at least 3, or fewer seeds.',
    ],
  },
  {
    title: 'a budget that the seeds do not divide',
    changes: { seeds: [1, 2, 3], ...sweep(lr(log)) },
    expected: [
      'warning',
      'sweep-budget',
      'sweep.runs',
      'A budget of 10 runs holds 3 points of 3 seeds; 1 of the runs are left over.',
      'Write 9 or 12.',
    ],
  },
  {
    title: 'a sweep without an end',
    changes: sweep(lr(log), { runs: undefined }),
    expected: [
      'error',
      'sweep-budget',
      'sweep',
      'The sweep has no end: neither "runs" nor "hours" is given.',
      'Write "runs", for example 40, or "hours".',
    ],
  },
  {
    title: 'options within each other',
    changes: {
      student: { model: mlp(4, 4) },
      ...sweep({ 'student.model.hidden': [[4, 4]], 'student.model.hidden[0]': [2, 4] }),
    },
    expected: [
      'error',
      'sweep-option',
      'sweep.options.student.model.hidden[0]',
      '"student.model.hidden[0]" and "student.model.hidden" set the same option: one would undo the other.',
      'Keep one of them.',
    ],
  },
  {
    title: 'no samples that could judge',
    changes: sweep(lr(log)),
    options: { validation: 0 },
    expected: [
      'error',
      'sweep-objective',
      'sweep.objectives',
      'No samples are held out, so nothing but the test samples could judge the points; they choose nothing.',
      'Set "validation" of the dataset above 0, for example 0.1.',
    ],
  },
  {
    title: 'an early end by figures that are there at the end only',
    changes: sweep(lr(log), { objectives: ['bytes'], stopEarly: {} }),
    expected: [
      'error',
      'sweep-stop',
      'sweep.stopEarly',
      'Points are ended early by one figure of held-out samples, "accuracy" or "loss".',
      'Remove "stopEarly", or write that figure alone in "objectives".',
    ],
  },
  {
    title: 'an early end that never comes',
    changes: sweep(lr(log), { stopEarly: { minEpochs: 5 } }),
    expected: [
      'warning',
      'sweep-stop',
      'sweep.stopEarly.minEpochs',
      'Points are compared for the first time after 5 epochs, and training ends after 5: none is ended early.',
      'Write fewer "minEpochs", or remove "stopEarly".',
    ],
  },
  {
    title: 'an early end of points that learn for different numbers of epochs',
    changes: sweep({ 'training.epochs': [2, 8] }, { stopEarly: {}, runs: 2 }),
    expected: [
      'warning',
      'sweep-stop',
      'sweep.stopEarly',
      'Points are compared after the same number of epochs, and "training.epochs" is tried, too: what is to learn longer is slower at first.',
      'Remove "stopEarly", or do not try "training.epochs".',
    ],
  },
  {
    title: 'the same figure twice',
    changes: sweep(lr(log), { objectives: ['auto', 'accuracy'] }),
    expected: [
      'error',
      'sweep-objective',
      'sweep.objectives.1',
      '"auto" and "accuracy" may be the same figure: there is no front between them.',
      'Keep one of them, or write "bytes", "parameters" or "latency" beside it.',
    ],
  },
]);

test('check: what is wrong within a range is said of the range, and not of lists', async () => {
  const folder = await datasetFolder();
  const told1 = told(await check(folder, sweep(lr({ min: 0.1, maxx: 1 }))));
  assert.deepEqual(
    told1.map(({ message }) => message),
    ['sweep.options["training.learningRate"] has no option "maxx".'],
  );
  const told2 = told(await check(folder, sweep(lr(3))));
  assert.match(
    told2[0]!.message,
    /must be a list in brackets of 1 to 1000 entries.* or an object in braces, but is the number 3/,
  );
});

test('check: sound sweeps are nothing to complain of', async () => {
  const folder = await datasetFolder();
  for (const options of [
    lr(log),
    { 'student.model.hidden[0]': { min: 2, max: 8 } },
    { 'student.model.hidden': [[4], [8, 8]] },
    { strategy: [{ kind: 'direct' }, { kind: 'online' }] },
    { 'training.clipNorm': [null, 1] },
  ])
    assert.deepEqual(told(await check(folder, sweep(options))), [], JSON.stringify(options));
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Interruption } from '../../src/base/interruption.ts';
import { UserError } from '../../src/base/user-error.ts';
import { tf } from '../../src/device/tensorflow.ts';
import type { TrainOptions } from '../../src/training/train-loop.ts';
import { data, trainSmall } from './small-training.ts';
import { attachDirect, brightRows, smallModel, temporaryDirectory } from './support.ts';

function largestDifference(one: Record<string, number[]>, other: Record<string, number[]>): number {
  let largest = 0;
  for (const [name, values] of Object.entries(one))
    values.forEach((value, at) => {
      largest = Math.max(largest, Math.abs(value - other[name]![at]!));
    });
  return largest;
}

test('a student learns', async () => {
  const { accuracy, outcome } = await trainSmall({ config: { epochs: 12 } });
  assert.ok(accuracy > 0.8, `accuracy ${accuracy}`);
  assert.equal(outcome!.epochs, 12);
  assert.equal(outcome!.steps, 12 * 4);
});

test('the same seed gives the same weights to the last bit, another seed others', async () => {
  const setting = { dropout: 0.3 };
  const one = await trainSmall(setting);
  const other = await trainSmall(setting);
  const reseeded = await trainSmall({ ...setting, more: { seed: 4 } });
  assert.deepEqual(one.weights, other.weights);
  assert.notDeepEqual(one.weights, reseeded.weights);
});

// 60 samples: the last batch of each epoch is padded, and the last optimizer step has fewer batches.
for (const optimizer of ['adamw', 'sgd'] as const)
  test(`accumulated gradients equal those of one large batch: ${optimizer}`, async () => {
    const large = await trainSmall({ config: { optimizer, batchSize: 28 } });
    const split = await trainSmall({ config: { optimizer, batchSize: 7, accumulation: 4 } });
    assert.equal(split.outcome!.steps, large.outcome!.steps);
    const difference = largestDifference(large.weights, split.weights);
    assert.ok(difference < 2e-5, `weights differ by up to ${difference}`);
  });

test('padding of the last batch counts in nothing', async () => {
  // Padding 60 samples to a batch of 64 must equal the 60 alone.
  const exact = await trainSmall({ config: { batchSize: 60 } });
  const padded = await trainSmall({ config: { batchSize: 64 } });
  assert.ok(largestDifference(exact.weights, padded.weights) < 1e-5);
});

test('the weights of the best epoch are restored at the end, and its number is told', async () => {
  const scores: number[] = [];
  const { outcome, weights } = await trainSmall({
    config: { epochs: 4 },
    more: { observer: { metrics: (values) => scores.push(values['validation.accuracy'] ?? Number.NaN) } },
  });
  const perEpoch = scores.filter((score) => !Number.isNaN(score));
  const best = perEpoch.indexOf(Math.max(...perEpoch)) + 1;
  assert.equal(perEpoch.length, 4);
  assert.ok(outcome!.bestEpoch >= best);
  // Training to the best epoch under the schedule of the whole run gives the same weights.
  const directory = temporaryDirectory();
  let epochs = 0;
  const until = await trainSmall({
    directory,
    config: { epochs: 4 },
    more: {
      observer: {
        checkpoint(epoch) {
          epochs = epoch;
        },
      },
      stopRequested: () => (epochs >= outcome!.bestEpoch ? 'stop' : undefined),
    },
  });
  if (outcome!.bestEpoch < 4) assert.ok(until.error instanceof Interruption);
  assert.deepEqual(until.weights, weights);
});

test('changed images lead to other weights, and draws that change nothing to the same', async () => {
  const [plain, shifted, unchanged] = await Promise.all(
    [null, { shift: 1, flip: false }, { shift: 0, flip: false }].map((augmentation) =>
      trainSmall({ config: { augmentation } }),
    ),
  );
  assert.notDeepEqual(shifted!.weights, plain!.weights);
  assert.deepEqual(unchanged!.weights, plain!.weights);
});

test('early stopping ends training when accuracy no longer rises', async () => {
  const { outcome } = await trainSmall({
    config: { epochs: 10, learningRate: 1e-9, weightDecay: 0, earlyStopping: { patience: 2, minDelta: 0 } },
  });
  // Nothing is learned at such a rate: the first epoch is the best and two more are waited for.
  assert.equal(outcome!.epochs, 3);
});

test('with nothing held out all epochs run and the last one is kept', async () => {
  const dataset = brightRows({ train: 60 }, { validation: 0 });
  const { outcome } = await trainSmall({
    dataset,
    config: { epochs: 3, earlyStopping: { patience: 1, minDelta: 0 } },
  });
  assert.equal(outcome!.bestEpoch, 3);
});

for (const config of [
  { optimizer: 'adamw' },
  { optimizer: 'sgd', accumulation: 2, augmentation: { shift: 1, flip: true } },
] as const)
  test(`stopped in mid-epoch and resumed, training ends as if undisturbed: ${config.optimizer}`, async () => {
    const setting = { config: { epochs: 3, batchSize: 8, ...config }, dropout: 0.3 };
    const undisturbed = await trainSmall(setting);
    const directory = temporaryDirectory();
    const stops = [3, 9, 11];
    for (const stop of stops) {
      let step = 0;
      const { error } = await trainSmall({
        ...setting,
        directory,
        more: {
          observer: {
            progress(done) {
              step = done;
            },
          },
          stopRequested: () => (step >= stop ? 'stop' : undefined),
        },
      });
      assert.ok(error instanceof Interruption);
      assert.equal(step, stop);
    }
    const resumed = await trainSmall({ ...setting, directory });
    assert.deepEqual(resumed.weights, undisturbed.weights);
    assert.equal(resumed.outcome!.bestEpoch, undisturbed.outcome!.bestEpoch);
  });

test('a loss that is no longer a number ends training with a remedy', async () => {
  const { error } = await trainSmall({
    config: {
      optimizer: 'sgd',
      learningRate: 10,
      momentum: 0.99,
      clipNorm: null,
      epochs: 60,
      warmupRatio: 0,
    },
    more: hugeWeights(),
  });
  assert.ok(error instanceof UserError, String(error));
  assert.match(error.message, /diverged/);
  assert.match(error.remedy!, /learningRate/);
});

/** A student whose first forward pass already overflows. */
function hugeWeights(): Pick<TrainOptions, 'student' | 'strategy'> {
  const student = smallModel(data);
  tf.tidy(() => {
    for (const variable of student.parameters.values()) variable.assign(tf.fill(variable.shape, 1e30));
  });
  return { student, strategy: attachDirect(student) };
}

test('metrics cover every step: loss, its terms, accuracy, gradient norm and learning rate', async () => {
  const seen: { values: Record<string, number>; step: number; epoch: number }[] = [];
  await trainSmall({
    config: { epochs: 1, batchSize: 16 },
    more: {
      observer: { metrics: (values, step, epoch) => void seen.push({ values: { ...values }, step, epoch }) },
    },
  });
  const training = seen.filter(({ values }) => 'loss' in values);
  assert.deepEqual(Object.keys(training[0]!.values).sort(), [
    'accuracy',
    'gradientNorm',
    'learningRate',
    'loss',
    'loss.labels',
  ]);
  assert.deepEqual(
    training.map(({ step }) => step),
    [1, 2, 3, 4],
  );
  for (const { values } of training) {
    assert.equal(values.loss, values['loss.labels']);
    assert.ok(values.accuracy! >= 0 && values.accuracy! <= 1);
  }
  assert.equal(seen.at(-1)!.epoch, 1);
});

test('training neither leaks tensors nor variables', async () => {
  await trainSmall({});
  const before = tf.memory().numTensors;
  await trainSmall({ config: { epochs: 3, accumulation: 2 } });
  assert.equal(tf.memory().numTensors, before);
});

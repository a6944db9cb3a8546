import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Interruption } from '../../src/base/interruption.ts';
import { MixedSplit } from '../../src/data/mixed-split.ts';
import type { StrategyConfig } from '../../src/experiment/schema/schema.ts';
import { createStrategy } from '../../src/strategies/create-strategy.ts';
import { hiddenShapes } from '../../src/strategies/hidden-shapes.ts';
import { mixedOrder } from '../../src/training/epoch-order.ts';
import { initializer } from '../../src/training/initialize.ts';
import { liveTeacher } from '../../src/training/teacher/teacher-source.ts';
import type { TrainOptions } from '../../src/training/train-loop.ts';
import { trainSmall } from './small-training.ts';
import { brightRows, openTestDevice, smallModel, temporaryDirectory } from './support.ts';

const dataset = brightRows({ train: 60 }, { labelledSubset: 6 });
const mixed = new MixedSplit(dataset.subset, dataset.train, dataset.task);
const response = { kind: 'response', temperature: 2, alpha: 0.5 } as const;

/** A student that learns from labels and a teacher, with the options of its training. */
function learning(strategy: StrategyConfig, more: Partial<TrainOptions>, dropout = 0) {
  const model = smallModel(dataset, { dropout });
  const teacher = smallModel(dataset, { seed: 5 });
  const attached = createStrategy(strategy).attach({
    student: model,
    teacher: { hiddenShapes: hiddenShapes(teacher), classes: 3 },
    task: dataset.task,
    initialize: initializer(0),
    buildModel: () => assert.fail('not used'),
  });
  const needs = { logits: true, hiddenStates: [], pooled: [] };
  return {
    dataset,
    model,
    more: { strategy: attached, teacher: liveTeacher(teacher, needs), ...more },
  };
}

test('stopped within an epoch of both kinds of samples and resumed, training ends as if undisturbed', async () => {
  await openTestDevice();
  const order = mixedOrder({ labelled: 6, unlabelled: dataset.train.size, share: 0.7, seed: 3 });
  const config = { epochs: 5, batchSize: 4, accumulation: 2 };
  const start = (more: Partial<TrainOptions> = {}, directory?: string) =>
    trainSmall({
      ...learning(response, { train: mixed, order, ...more }, 0.3),
      config,
      ...(directory !== undefined && { directory }),
    });
  const undisturbed = await start();
  assert.equal(undisturbed.outcome?.steps, 5 * 3);
  const directory = temporaryDirectory();
  for (const stop of [2, 8]) {
    let step = 0;
    const { error } = await start(
      {
        observer: {
          progress(done) {
            step = done;
          },
        },
        stopRequested: () => (step >= stop ? 'stop' : undefined),
      },
      directory,
    );
    assert.ok(error instanceof Interruption, String(error));
  }
  const resumed = await start({}, directory);
  assert.deepEqual(resumed.weights, undisturbed.weights);
});

test('what labels cost is told as a mean over the steps that have some', async () => {
  await openTestDevice();
  /** Mean of the epoch, in which nothing is learned. */
  const told = async (more: Partial<TrainOptions>) => {
    const seen: Record<string, number>[] = [];
    await trainSmall({
      ...learning(response, {
        ...more,
        observer: { metrics: (values) => void ('loss' in values && seen.push({ ...values })) },
      }),
      config: { epochs: 1, batchSize: 1, learningRate: 1e-9, weightDecay: 0 },
    });
    const mean = (name: string) => {
      const known = seen.map((values) => values[name]!).filter((value) => !Number.isNaN(value));
      return known.reduce((sum, value) => sum + value, 0) / known.length;
    };
    return { labels: mean('loss.labels'), accuracy: mean('accuracy') };
  };
  const order = mixedOrder({ labelled: 6, unlabelled: dataset.train.size, seed: 3 });
  const both = await told({ train: mixed, order });
  const alone = await told({ train: dataset.subset });
  assert.ok(alone.labels > 0.1);
  assert.ok(Math.abs(both.labels - alone.labels) < 1e-4, `${both.labels}, not ${alone.labels}`);
  assert.equal(both.accuracy, alone.accuracy);
});

test('samples without labels leave a student alone that learns from labels', async () => {
  await openTestDevice();
  const order = mixedOrder({ labelled: 6, unlabelled: dataset.train.size, seed: 3 });
  const config = { epochs: 1, batchSize: 60, weightDecay: 0 };
  const labelsAlone = { kind: 'response', temperature: 2, alpha: 0 } as const;
  const both = await trainSmall({ ...learning(labelsAlone, { train: mixed, order }), config });
  const alone = await trainSmall({ ...learning(labelsAlone, { train: dataset.subset }), config });
  for (const [name, values] of Object.entries(alone.weights))
    for (const [at, value] of values.entries())
      assert.ok(Math.abs(value - both.weights[name]![at]!) < 1e-5, `${name}[${at}]`);
});

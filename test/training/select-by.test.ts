import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Dataset } from '../../src/data/dataset.ts';
import { RandomGenerator } from '../../src/device/random-generator.ts';
import { modelSchema } from '../../src/experiment/schema/model-schema.ts';
import type { TrainingConfig } from '../../src/experiment/schema/schema.ts';
import { buildModel } from '../../src/models/build-model.ts';
import type { Model } from '../../src/models/model.ts';
import { Checkpoints } from '../../src/training/checkpoint.ts';
import { Evaluator } from '../../src/training/evaluation/evaluate.ts';
import { withoutTeacher } from '../../src/training/teacher/teacher-source.ts';
import { train } from '../../src/training/train-loop.ts';
import { cpu } from '../compression/models.ts';
import {
  attachDirect,
  brightRows,
  languageOfSailors,
  smallModel,
  temporaryDirectory,
  trainingConfig,
} from './support.ts';

const device = await cpu();

interface Epochs {
  readonly accuracies: readonly number[];
  readonly losses: readonly number[];
  readonly best: number;
  readonly done: number;
  /** Of the weights that are left in the student, on the held-out samples. */
  readonly kept: { readonly accuracy: number; readonly loss: number };
}

async function trained(dataset: Dataset, student: Model, config: Partial<TrainingConfig>): Promise<Epochs> {
  const [accuracies, losses]: [number[], number[]] = [[], []];
  const { bestEpoch, epochs } = await train({
    device,
    student,
    strategy: attachDirect(student),
    teacher: withoutTeacher,
    train: dataset.train,
    validation: dataset.validation,
    config: trainingConfig({ schedule: 'constant', ...config }),
    seed: 1,
    checkpoints: new Checkpoints(join(temporaryDirectory(), 'checkpoints')),
    identity: 'test',
    observer: {
      metrics: (values) => {
        if (values['validation.loss'] === undefined) return;
        losses.push(values['validation.loss']);
        accuracies.push(values['validation.accuracy']!);
      },
    },
  });
  const evaluator = new Evaluator(device, student);
  const { accuracy, loss } = await evaluator.evaluate(dataset.validation);
  evaluator.dispose();
  student.dispose();
  return { accuracies, losses, best: bestEpoch, done: epochs, kept: { accuracy, loss } };
}

const lowest = (values: readonly number[]) => values.indexOf(Math.min(...values)) + 1;
const highest = (values: readonly number[]) => values.indexOf(Math.max(...values)) + 1;

const images = brightRows({ train: 75 });
/** Learns by heart: the loss rises again while accuracy still wavers. */
const overfitting = { epochs: 12, batchSize: 8, learningRate: 0.1, weightDecay: 0 };
const classifier = () => smallModel(images, { hidden: [24] });

test('a classifier keeps its most accurate epoch, or by choice that of the lowest loss', async () => {
  const byDefault = await trained(images, classifier(), overfitting);
  assert.notEqual(lowest(byDefault.losses), highest(byDefault.accuracies), 'the two must differ here');
  assert.equal(byDefault.kept.accuracy, Math.max(...byDefault.accuracies));
  const byLoss = await trained(images, classifier(), { ...overfitting, selectBy: 'loss' });
  assert.deepEqual(byLoss.losses, byDefault.losses);
  assert.equal(byLoss.best, lowest(byLoss.losses));
  assert.equal(byLoss.kept.loss, Math.min(...byLoss.losses));
});

test('early stopping goes by the same as the choice of the epoch', async () => {
  const { losses, done } = await trained(images, classifier(), {
    ...overfitting,
    epochs: 30,
    selectBy: 'loss',
    earlyStopping: { patience: 3, minDelta: 0 },
  });
  assert.ok(done < 30);
  assert.equal(done, lowest(losses) + 3);
});

const language = await languageOfSailors();
const decoder = () =>
  buildModel(
    modelSchema.parse({ architecture: 'gpt2', hiddenSize: 16, layers: 1, heads: 2 }),
    language.task,
    RandomGenerator.forUse(1, 'weights'),
  );

test('a language model keeps the epoch of the lowest loss, by which it is judged, or by choice the most accurate', async () => {
  const setting = { epochs: 10, batchSize: 4, learningRate: 0.03, weightDecay: 0 };
  const byDefault = await trained(language, decoder(), setting);
  assert.notEqual(lowest(byDefault.losses), highest(byDefault.accuracies), 'the two must differ here');
  assert.equal(byDefault.best, lowest(byDefault.losses));
  assert.equal(byDefault.kept.loss, Math.min(...byDefault.losses));
  const byAccuracy = await trained(language, decoder(), { ...setting, selectBy: 'accuracy' });
  assert.equal(byAccuracy.kept.accuracy, Math.max(...byAccuracy.accuracies));
});

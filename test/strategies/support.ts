import '@tensorflow/tfjs-backend-cpu';
import type { Scalar, Tensor, Variable } from '@tensorflow/tfjs-core';
import type { TaskShape } from '../../src/data/dataset.ts';
import { HostRandom } from '../../src/device/host-random.ts';
import { RandomGenerator } from '../../src/device/random-generator.ts';
import { tf } from '../../src/device/tensorflow.ts';
import { modelSchema } from '../../src/experiment/schema/model-schema.ts';
import { type StrategyConfig, strategySchema } from '../../src/experiment/schema/strategy-schema.ts';
import type { AskedTask } from '../../src/experiment/tasks/all.ts';
import { buildModel } from '../../src/models/build-model.ts';
import { initialValues } from '../../src/models/initialization.ts';
import type { Model } from '../../src/models/model.ts';
import type { LossTerm, StrategyContext, StrategyParts } from '../../src/strategies/strategy.ts';
import { learningOf } from '../../src/strategies/tasks/all.ts';

export const task = { classes: 3, image: [8, 8, 1] as const };

export const strategyConfig = <K extends StrategyConfig['kind']>(config: {
  kind: K;
  [option: string]: unknown;
}) => strategySchema.parse(config) as Extract<StrategyConfig, { kind: K }>;

export function modelOf(config: object, seed = 1, asked: TaskShape = task): Model {
  return buildModel(modelSchema.parse(config), asked, RandomGenerator.forUse(seed, 'model'));
}

/** What the training loop hands to attach(), and the names that were asked for. */
export function partsFor(
  student: Model,
  teacher?: StrategyParts['teacher'],
): StrategyParts & { asked: string[] } {
  const asked: string[] = [];
  return {
    student,
    task: student.task,
    ...(teacher ? { teacher } : {}),
    initialize: (name, shape, scheme) => {
      asked.push(name);
      return tf.variable(
        tf.tensor(initialValues(scheme, shape, RandomGenerator.forUse(1, name)), [...shape]),
      );
    },
    buildModel: (config, name) => buildModel(config, task, RandomGenerator.forUse(1, name)),
    asked,
  };
}

export const uniform = (shape: number[], seed: number): Tensor =>
  tf.randomUniform(shape, -2, 2, 'float32', seed);

/** The task that has labels of this rank. */
export const taskOfLabels = (rank: number): AskedTask =>
  rank === 2 ? { text: { goal: 'language-model' } } : {};

/** A context for logits alone; everything else as the test needs it. */
export function contextFor(
  logits: Tensor,
  labels: number[] | number[][],
  more: Partial<StrategyContext> & { weights?: number[] } = {},
): StrategyContext {
  const { weights = logits.shape.slice(0, 1).flatMap((size) => new Array(size).fill(1)), ...rest } = more;
  const samples = weights.reduce((sum, weight) => sum + weight, 0);
  const counted = (labels as (number | number[])[]).flatMap((label, index) =>
    weights[index] === 0 ? [] : Array.isArray(label) ? label.slice(1) : [label],
  );
  const batch = {
    input: {},
    labels: tf.tensor(labels, undefined, 'int32'),
    weights: tf.tensor1d(weights),
    ...rest.batch,
  };
  const totals = {
    samples: tf.scalar(samples),
    tokens: tf.scalar(0),
    targets: tf.scalar(counted.filter((label) => label !== -100).length),
    labelled: tf.scalar(samples),
    ...rest.totals,
  };
  return {
    batch,
    rows: learningOf(taskOfLabels(batch.labels.rank)).rows(batch, totals),
    student: { logits, hiddenStates: [] },
    teacher: { hiddenStates: new Map(), pooled: new Map() },
    totals,
    labelSmoothing: 0,
    random: new HostRandom(RandomGenerator.forUse(1, 'dropout')),
    ...rest,
  };
}

export const number = (tensor: Tensor): number => tensor.dataSync()[0]!;

export const totalOf = (terms: Record<string, LossTerm>): Scalar =>
  tf.addN(Object.values(terms).map(({ weight, value }) => tf.mul(value, weight))) as Scalar;

/** Gradients by name of variable; null where the loss does not depend on it at all. */
export function gradientsOf(
  loss: () => Scalar,
  variables: ReadonlyMap<string, Variable>,
): Map<string, Float32Array | null> {
  const { grads } = tf.variableGrads(loss, [...variables.values()]);
  return new Map(
    [...variables].map(([name, variable]) => [
      name,
      (grads[variable.name]?.dataSync() as Float32Array | undefined) ?? null,
    ]),
  );
}

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import type { Scalar, Tensor, Variable } from '@tensorflow/tfjs-core';
import { RandomGenerator } from '../../../src/device/random-generator.ts';
import { tf } from '../../../src/device/tensorflow.ts';
import { modelSchema } from '../../../src/experiment/schema/model-schema.ts';
import { buildModel } from '../../../src/models/build-model.ts';
import { fromStored, toStored } from '../../../src/models/checkpoint/kernel-layout.ts';
import { createModel, planModel } from '../../../src/models/create-model.ts';
import { parameterCount } from '../../../src/models/model.ts';
import { assertClose, seededMasks, usePlainBackend, values } from '../backend.ts';

interface Numbers {
  shape: number[];
  data: number[];
}
interface ReferenceCase {
  config: object;
  weights: Record<string, Numbers>;
  pixels: Numbers;
  labels: number[];
  evaluated: { logits: Numbers; hiddenStates: Numbers[] };
  trained: {
    logits: Numbers;
    loss: number;
    gradients: Record<string, Numbers>;
    buffers: Record<string, Numbers>;
  };
}
const reference: { task: { classes: number; image: [number, number, number] }; cases: ReferenceCase[] } =
  JSON.parse(readFileSync(join(import.meta.dirname, '../../fixtures/models/image-models.json'), 'utf8'));

before(usePlainBackend);

/** A model with PyTorch's weights. */
function referenceModel(expected: ReferenceCase) {
  return createModel(modelSchema.parse(expected.config), reference.task, (name, shape) => {
    const stored = expected.weights[name];
    assert.ok(stored, `PyTorch has no weight ${name}`);
    return fromStored(Float32Array.from(stored.data), shape);
  });
}
const asTensor = ({ data, shape }: Numbers) => tf.tensor(data, shape, 'float32');
const assertTensor = (actual: Tensor, expected: Numbers, what: string) => {
  assert.deepEqual(actual.shape, expected.shape, what);
  assertClose(values(actual), expected.data, 1e-5, what);
};

for (const expected of reference.cases) {
  const name = JSON.stringify(expected.config);

  test(`logits and hidden states equal PyTorch's: ${name}`, () => {
    const model = referenceModel(expected);
    const { logits, hiddenStates } = model.forward(
      { pixels: asTensor(expected.pixels) },
      { training: false },
    );
    assertTensor(logits, expected.evaluated.logits, 'logits');
    assert.equal(hiddenStates.length, model.layerCount + 1);
    assert.equal(hiddenStates.length, expected.evaluated.hiddenStates.length);
    hiddenStates.forEach((state, layer) => {
      assertTensor(state, expected.evaluated.hiddenStates[layer]!, `hidden state ${layer}`);
    });
    model.dispose();
  });

  test(`a training pass, its gradients and running statistics equal PyTorch's: ${name}`, () => {
    const model = referenceModel(expected);
    const labels = tf.oneHot(tf.tensor1d(expected.labels, 'int32'), reference.task.classes);
    const pixels = asTensor(expected.pixels);
    const parameters = [...model.parameters.values()];
    const { value, grads } = tf.variableGrads(() => {
      const { logits } = model.forward({ pixels }, { training: true });
      assertTensor(logits, expected.trained.logits, 'logits');
      return tf.neg(tf.mean(tf.sum(tf.mul(labels, tf.logSoftmax(logits)), -1))) as Scalar;
    }, parameters);
    assertClose(values(value), [expected.trained.loss], 1e-5, 'loss');
    assert.deepEqual([...model.parameters.keys()].sort(), Object.keys(expected.trained.gradients).sort());
    for (const [parameter, variable] of model.parameters) {
      const gradient = grads[variable.name];
      assert.ok(gradient, `no gradient reaches ${parameter}`);
      const stored = toStored(Float32Array.from(values(gradient)), variable.shape);
      assertClose(stored, expected.trained.gradients[parameter]!.data, 2e-5, `gradient of ${parameter}`);
    }
    assert.deepEqual([...model.buffers.keys()].sort(), Object.keys(expected.trained.buffers).sort());
    for (const [buffer, variable] of model.buffers)
      assertTensor(variable, expected.trained.buffers[buffer]!, buffer);
    model.dispose();
  });
}

const config = (written: object) => modelSchema.parse(written);
const task = { classes: 3, image: [8, 8, 1] as const };
const build = (written: object, seed = 0) =>
  buildModel(config(written), task, RandomGenerator.forUse(seed, 'student'));

test('the same seed gives the same weights, another one others', () => {
  const mlp = { architecture: 'mlp', hidden: [4] };
  const weight = (seed: number) => values(build(mlp, seed).parameters.get('layers.0.weight')!);
  assert.deepEqual(weight(3), weight(3));
  assert.notDeepEqual(weight(3), weight(4));
});

test('a weight does not depend on which others the model has', () => {
  const plain = build({ architecture: 'mlp', hidden: [4, 5] });
  const normalized = build({ architecture: 'mlp', hidden: [4, 5, 6], normalization: 'layer' });
  for (const name of ['layers.0.weight', 'layers.1.weight'])
    assert.deepEqual(values(plain.parameters.get(name)!), values(normalized.parameters.get(name)!));
});

test('fresh weights have the spread of He and Glorot', () => {
  const model = build({ architecture: 'mlp', hidden: [400] });
  const spread = (variable: Variable) => {
    const numbers = values(variable);
    return Math.sqrt(numbers.reduce((sum, number) => sum + number * number, 0) / numbers.length);
  };
  assert.ok(Math.abs(spread(model.parameters.get('layers.0.weight')!) / Math.sqrt(2 / 64) - 1) < 0.02);
  assert.ok(Math.abs(spread(model.parameters.get('classifier.weight')!) / Math.sqrt(2 / 403) - 1) < 0.05);
  assert.ok(values(model.parameters.get('classifier.bias')!).every((bias) => bias === 0));
});

test('dropout acts while training only, keeps the mean, and needs a source of randomness', () => {
  const written = { architecture: 'mlp', hidden: [256], dropout: 0.5, inputDropout: 0.25 };
  const model = build(written);
  const pixels = tf.ones([64, 8, 8, 1]);
  const run = (seed?: number) =>
    values(
      model.forward(
        { pixels },
        { training: seed !== undefined, random: seed === undefined ? undefined : seededMasks(seed) },
      ).logits,
    );
  assert.deepEqual(run(), run());
  assert.deepEqual(run(1), run(1));
  assert.notDeepEqual(run(1), run(2));
  const linear = build({ architecture: 'cnn', channels: [1], normalization: 'none', dropout: 0.5 });
  const mean = (training: boolean) => {
    const { logits } = linear.forward(
      { pixels: tf.ones([4096, 8, 8, 1]) },
      { training, random: seededMasks(5) },
    );
    return values(tf.mean(logits, 0));
  };
  assertClose(mean(true), mean(false), 0.05, 'mean logits');
  assert.throws(() => model.forward({ pixels }, { training: true }), /needs a RandomSource/);
});

test('pooling gives one vector per sample of every hidden state', () => {
  for (const written of [
    { architecture: 'mlp', hidden: [4, 5] },
    { architecture: 'cnn', channels: [2, 3], dense: 7 },
  ]) {
    const model = build(written);
    const input = { pixels: tf.randomNormal([2, 8, 8, 1]) };
    for (const state of model.forward(input, { training: false }).hiddenStates.slice(1)) {
      const pooled = model.pool(state, input);
      assert.deepEqual(pooled.shape, [2, state.shape.at(-1)]);
    }
  }
  const cnn = build({ architecture: 'cnn', channels: [2] });
  const maps = tf.tensor([1, 10, 2, 20, 3, 30, 4, 40], [1, 2, 2, 2]);
  assert.deepEqual(values(cnn.pool(maps, {})), [2.5, 25]);
});

test('a plan knows names, shapes and sizes without making weights', () => {
  for (const written of [
    { architecture: 'mlp', hidden: [4, 5], normalization: 'batch' },
    { architecture: 'cnn', channels: [2, 3], dense: 7 },
  ]) {
    const before = tf.memory().numTensors;
    const plan = planModel(config(written), task);
    assert.equal(tf.memory().numTensors, before);
    const model = build(written);
    assert.equal(plan.parameterCount, parameterCount(model));
    assert.equal(plan.layerCount, model.layerCount);
    const shapes = (variables: ReadonlyMap<string, Variable>) =>
      new Map([...variables].map(([name, variable]) => [name, variable.shape]));
    assert.deepEqual(plan.parameters, shapes(model.parameters));
    assert.deepEqual(plan.buffers, shapes(model.buffers));
  }
});

test('a disposed model leaves no tensor behind', () => {
  const before = tf.memory().numTensors;
  const model = build({ architecture: 'cnn', channels: [2, 3], dense: 7 });
  tf.tidy(() => {
    const pixels = tf.ones([2, 8, 8, 1]);
    tf.variableGrads(() => tf.mean(model.forward({ pixels }, { training: true }).logits) as Scalar);
  });
  model.dispose();
  assert.equal(tf.memory().numTensors, before);
});

test('a cnn whose stages leave nothing of the image says how many would do', () => {
  assert.throws(() => build({ architecture: 'cnn', channels: [2, 2, 2, 2] }), {
    name: 'UserError',
    message: /4 stages halves images of 8 × 8 pixels until nothing is left/,
    remedy: /at most 3 stages/,
  });
});

test('an image model on a dataset without images is refused', () => {
  assert.throws(() => planModel(config({ architecture: 'mlp', hidden: [4] }), { classes: 2 }), {
    name: 'UserError',
    message: /"mlp" classifies images/,
  });
});

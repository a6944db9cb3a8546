import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import '@tensorflow/tfjs-backend-cpu';
import type { Device, HostTensor, Tensors } from '../../src/device/device.ts';
import { eagerDevice } from '../../src/device/eager-device.ts';
import { HostRandom } from '../../src/device/host-random.ts';
import type { OnnxDevice } from '../../src/device/onnx/onnx-device.ts';
import { openDevice } from '../../src/device/open-device.ts';
import { RandomGenerator } from '../../src/device/random-generator.ts';
import { tf } from '../../src/device/tensorflow.ts';

let device: OnnxDevice;

before(async () => {
  device = (await openDevice('cpu', { threads: 1 })) as OnnxDevice;
});

after(() => device.dispose());

const floats = (numbers: readonly number[], shape: readonly number[]): HostTensor => ({
  data: Float32Array.from(numbers),
  shape,
  dtype: 'float32',
});

const close = (actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance = 1e-5) => {
  assert.equal(actual.length, expected.length);
  for (let index = 0; index < actual.length; index++)
    assert.ok(
      Math.abs(actual[index]! - expected[index]!) <= tolerance * (1 + Math.abs(expected[index]!)),
      `element ${index}: ${actual[index]} instead of ${expected[index]}`,
    );
};

/** A training step with momentum, dropout and a running mean, over weights of its own. */
function trainer(on: Device) {
  const weights = tf.variable(
    tf.tensor(
      Array.from({ length: 12 }, (_, index) => Math.sin(index)),
      [4, 3],
    ),
  );
  const momentum = tf.variable(tf.zeros([4, 3]));
  const runningMean = tf.variable(tf.zeros([3]));
  const steps = tf.variable(tf.scalar(0, 'int32'));
  const random = new HostRandom(RandomGenerator.forUse(3, 'dropout'));
  const step = on.compile(({ x, y, rate }: Tensors) => {
    const kept = tf.mul(x!, tf.mul(tf.cast(random.bernoulli(x!.shape, 0.75), 'float32'), 1 / 0.75));
    const { value, grads } = tf.variableGrads(() => {
      const output = tf.tanh(tf.matMul(kept as tf.Tensor2D, weights as tf.Tensor2D));
      runningMean.assign(tf.add(tf.mul(runningMean, 0.9), tf.mul(tf.mean(output, 0), 0.1)));
      return tf.mean(tf.squaredDifference(output, y!)) as tf.Scalar;
    }, [weights]);
    momentum.assign(tf.add(tf.mul(momentum, 0.9), grads[weights.name]!));
    weights.assign(tf.sub(weights, tf.mul(momentum, rate!)));
    steps.assign(tf.add(steps, tf.scalar(1, 'int32')));
    return { loss: value };
  });
  const variables = [weights, momentum, runningMean, steps];
  return { step, variables, dispose: () => tf.dispose(variables) };
}

function batch(index: number, size: number): Record<'x' | 'y' | 'rate', HostTensor> {
  const numbers = (length: number, phase: number) =>
    Array.from({ length }, (_, at) => Math.cos(at * 1.7 + phase + index));
  return {
    x: floats(numbers(size * 4, 0), [size, 4]),
    y: floats(numbers(size * 3, 2), [size, 3]),
    rate: floats([0.1 / (1 + index)], []),
  };
}

/** Losses and final values of the variables. */
async function train(on: Device): Promise<number[][]> {
  const { step, variables, dispose } = trainer(on);
  const losses: number[] = [];
  // Batches of two sizes, in turns, as the last of an epoch would make them.
  for (let index = 0; index < 9; index++) {
    const { loss } = await step.run(batch(index, index % 3 === 2 ? 2 : 5));
    losses.push(loss[0]!);
  }
  const values = await Promise.all(variables.map(async (variable) => Array.from(await variable.data())));
  step.dispose();
  dispose();
  return [losses, ...values];
}

test('a replayed step gives what running it each time on the JavaScript backend gives', async () => {
  const replayed = await train(device);
  const oracle = await eagerDevice('cpu', 'oracle', 'cpu');
  const expected = await train(oracle);
  await tf.setBackend(device.backend);
  replayed.forEach((numbers, index) => {
    close(numbers, expected[index]!);
  });
  assert.deepEqual(replayed.at(-1), [9]);
});

test('the function runs once per combination of input shapes', async () => {
  let calls = 0;
  const step = device.compile(({ x }) => {
    calls++;
    return { sum: tf.sum(x!) };
  });
  for (const size of [2, 3, 2, 3, 2]) {
    const { sum } = await step.run({ x: floats(Array(size).fill(1.5), [size]) });
    assert.equal(sum[0], size * 1.5);
  }
  assert.equal(calls, 2);
  assert.equal(step.recordings, 2);
});

test('a thousand steps leave the number of tensors, data and bytes as they were', async () => {
  const { step, dispose } = trainer(device);
  await step.run(batch(0, 5));
  await step.run(batch(1, 5));
  const start = tf.memory();
  for (let index = 0; index < 1000; index++) await step.run(batch(index, 5));
  const end = tf.memory();
  assert.equal(end.numTensors, start.numTensors);
  assert.equal(end.numDataBuffers, start.numDataBuffers);
  assert.equal(end.numBytes, start.numBytes);
  assert.equal(end.unreliable, false);
  dispose();
});

test('values assigned outside between runs are taken, and what was read before stays as it was', async () => {
  const state = tf.variable(tf.tensor([1, 2]));
  const step = device.compile(() => {
    state.assign(tf.mul(state, 2));
    return { sum: tf.sum(state) };
  });
  assert.equal((await step.run({})).sum[0], 6);
  const snapshot = await state.data();
  const copy = tf.clone(state);
  assert.equal((await step.run({})).sum[0], 12);
  assert.equal((await step.run({})).sum[0], 24);
  assert.equal((await step.run({})).sum[0], 48);
  assert.deepEqual(Array.from(snapshot), [2, 4]);
  assert.deepEqual(Array.from(await copy.data()), [2, 4]);
  state.assign(copy as tf.Tensor<tf.Rank>);
  assert.equal((await step.run({})).sum[0], 12);
  assert.deepEqual(Array.from(await copy.data()), [2, 4]);
  // Still pending when the step runs next.
  state.assign(tf.add(copy, 1) as tf.Tensor<tf.Rank>);
  assert.equal((await step.run({})).sum[0], 16);
});

test('variables that share one value part when one of them is assigned', async () => {
  const value = tf.tensor([5]);
  const a = tf.variable(value);
  const b = tf.variable(value);
  const step = device.compile(() => {
    a.assign(tf.add(a, b) as tf.Tensor<tf.Rank>);
    return { a: tf.clone(a) };
  });
  assert.equal((await step.run({})).a[0], 10);
  assert.equal((await step.run({})).a[0], 15);
  assert.deepEqual(Array.from(await b.data()), [5]);
  assert.deepEqual(Array.from(await value.data()), [5]);
});

test('two variables assigned the same value keep it apart afterwards', async () => {
  const a = tf.variable(tf.scalar(1));
  const b = tf.variable(tf.scalar(2));
  const step = device.compile(() => {
    const sum = tf.add(a, b) as tf.Scalar;
    a.assign(sum);
    b.assign(sum);
    a.assign(tf.mul(a, 10) as tf.Scalar);
    return { sum };
  });
  assert.equal((await step.run({})).sum[0], 3);
  assert.deepEqual([(await a.data())[0], (await b.data())[0]], [30, 3]);
  assert.equal((await step.run({})).sum[0], 33);
});

test('a big variable updated block by block keeps its shape, for steps, readers and tensors outside', async () => {
  const shape: [number, number] = [1200, 600];
  const weights = tf.variable(tf.fill(shape, 2));
  const decay = device.compile(({ rate }) => {
    const pulled = tf.sub(weights, tf.mul(tf.mul(tf.tanh(weights), rate!), tf.exp(tf.neg(weights))));
    weights.assign(pulled as tf.Tensor2D);
    return {};
  });
  const sum = device.compile(() => ({ sum: tf.sum(weights, 0), shape: tf.transpose(weights) }));
  let expected = 2;
  for (let run = 0; run < 4; run++) {
    await decay.run({ rate: floats([0.5], []) });
    expected -= Math.tanh(expected) * 0.5 * Math.exp(-expected);
    const outputs = await sum.run({});
    close(outputs.sum, Array(600).fill(1200 * expected), 1e-4);
    assert.equal(outputs.shape.length, 1200 * 600);
    close((await tf.add(weights, 1).data()).slice(0, 3), [expected + 1, expected + 1, expected + 1]);
  }
});

test('tensors made before the step keep the value they had when it was recorded', async () => {
  const table = tf.tensor([10, 20, 30]);
  const step = device.compile(({ index }) => ({ value: tf.gather(table, index as tf.Tensor1D) }));
  const run = async (at: number) =>
    (await step.run({ index: { data: Int32Array.of(at), shape: [1], dtype: 'int32' } })).value[0];
  assert.equal(await run(2), 30);
  table.dispose();
  assert.equal(await run(1), 20);
});

test('outputs may be inputs, constants, variables or empty', async () => {
  const state = tf.variable(tf.scalar(7));
  const step = device.compile(({ x }) => ({
    input: x!,
    constant: tf.tensor([1, 2, 3]),
    filled: tf.ones([2, 2]),
    state,
    empty: tf.zeros([0, 3]),
    flag: tf.greater(x!, 0),
  }));
  for (const number of [1, -1]) {
    const outputs = await step.run({ x: floats([number], [1]) });
    assert.deepEqual(Array.from(outputs.input), [number]);
    assert.deepEqual(Array.from(outputs.constant), [1, 2, 3]);
    assert.deepEqual(Array.from(outputs.filled), [1, 1, 1, 1]);
    assert.deepEqual(Array.from(outputs.state), [7]);
    assert.deepEqual(Array.from(outputs.empty), []);
    assert.deepEqual(Array.from(outputs.flag), [number > 0 ? 1 : 0]);
  }
});

test('runs asked for at once happen one after another', async () => {
  const count = tf.variable(tf.scalar(0));
  const step = device.compile(() => {
    count.assign(tf.add(count, 1) as tf.Scalar);
    return { count: tf.clone(count) };
  });
  const results = await Promise.all([step.run({}), step.run({}), step.run({})]);
  assert.deepEqual(
    results.map((result) => result.count[0]),
    [1, 2, 3],
  );
});

test('what a compiled step must not do is refused with the reason', async () => {
  const reading = device.compile(({ x }) => ({ value: tf.scalar(x!.dataSync()[0]!) }));
  await assert.rejects(reading.run({ x: floats([1], [1]) }), /must not read tensors/);

  const creating = device.compile(() => ({ value: tf.variable(tf.scalar(1), true, 'made-inside') }));
  await assert.rejects(creating.run({}), /must not create variables, and made 'made-inside'/);

  const changing = device.compile(({ x }) => ({ value: tf.sum(x!) }));
  await changing.run({ x: floats([1], [1]) });
  await assert.rejects(changing.run({}), /takes the same inputs at each run/);
  await assert.rejects(
    changing.run({ x: { data: Int32Array.of(1), shape: [1], dtype: 'int32' } }),
    /takes the same inputs at each run: first \(x:float32\), now \(x:int32\)/,
  );
  await assert.rejects(changing.run({ x: floats([1, 2], [3]) }), /needs 3 numbers, not 2/);
  changing.dispose();
  await assert.rejects(changing.run({ x: floats([1], [1]) }), /has been disposed/);

  const gone = tf.variable(tf.scalar(1), true, 'gone');
  const using = device.compile(() => ({ value: tf.add(gone, 1) }));
  await using.run({});
  gone.dispose();
  await assert.rejects(using.run({}), /The variable 'gone' .* was disposed/);
});

test('a step that throws while it is recorded leaves variables and tensors as they were', async () => {
  const state = tf.variable(tf.tensor([1, 2]));
  const before = tf.memory().numTensors;
  const failing = device.compile(() => {
    state.assign(tf.zeros([2]));
    throw new Error('on purpose');
  });
  await assert.rejects(failing.run({}), /on purpose/);
  assert.deepEqual(Array.from(await state.data()), [1, 2]);
  assert.equal(tf.memory().numTensors, before);
});

import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import type { OnnxBackend } from '../../src/device/onnx/backend.ts';
import { registerOnnxBackend, unregisterOnnxBackend } from '../../src/device/onnx/register.ts';
import { tf } from '../../src/device/tensorflow.ts';

const limit = 4;
let backend: OnnxBackend;

before(async () => {
  backend = registerOnnxBackend('small', {
    target: 'cpu',
    session: { intraOpNumThreads: 1, logSeverityLevel: 3 },
    sessionLimit: limit,
  });
  await tf.setBackend('small');
});

after(() => unregisterOnnxBackend('small'));

beforeEach(() => tf.disposeVariables());

const value = async (tensor: tf.Tensor) => Array.from(await tensor.data());

test('graphs of one structure share a session, whatever their numbers', async () => {
  const compiled = backend.sessions.compiled;
  for (let index = 0; index < 5; index++)
    assert.deepEqual(await value(tf.add(tf.tensor([index]), tf.tensor([10]))), [10 + index]);
  assert.equal(backend.sessions.compiled, compiled + 1);
});

test('shape, type, attribute, operator and choice of outputs each make another structure', async () => {
  const x = tf.tensor([[1, 2, 3]]);
  const compiled = backend.sessions.compiled;
  const variants: (() => tf.Tensor)[] = [
    () => tf.sum(x, 0),
    () => tf.sum(x, 1),
    () => tf.sum(x, 1, true),
    () => tf.max(x, 1),
    () => tf.sum(tf.tensor([[1, 2]]), 1),
    () => tf.sum(tf.tensor([[1, 2, 3]], [1, 3], 'int32'), 1),
    () => tf.leakyRelu(x, 0.1),
    () => tf.leakyRelu(x, 0.2),
    () =>
      tf.pad(
        x,
        [
          [0, 0],
          [1, 0],
        ],
        1,
      ),
    () =>
      tf.pad(
        x,
        [
          [0, 0],
          [1, 0],
        ],
        2,
      ),
  ];
  for (const variant of variants) {
    const tensor = variant();
    await tensor.data();
    tensor.dispose();
  }
  assert.equal(backend.sessions.compiled, compiled + variants.length);
  const doubled = tf.mul(x, 2);
  const both = tf.add(doubled, 1);
  await both.data();
  tf.dispose([doubled, both]);
  const only = tf.tidy(() => tf.add(tf.mul(x, 2), 1));
  assert.deepEqual(await value(only), [3, 5, 7]);
  assert.equal(backend.sessions.compiled, compiled + variants.length + 2);
});

test('sessions are bounded: the one unused for longest is released and compiled again when needed', async () => {
  const sum = async (length: number) => {
    const tensor = tf.tidy(() => tf.sum(tf.tensor(Array<number>(length).fill(1))));
    const result = await value(tensor);
    tensor.dispose();
    return result[0];
  };
  for (let length = 1; length <= 3 * limit; length++) {
    assert.equal(await sum(length), length);
    assert.ok(backend.sessions.size <= limit);
  }
  const compiled = backend.sessions.compiled;
  assert.equal(await sum(3 * limit), 3 * limit);
  assert.equal(backend.sessions.compiled, compiled, 'the latest is still there');
  assert.equal(await sum(1), 1);
  assert.equal(backend.sessions.compiled, compiled + 1, 'the first had to go');
});

test('everything alive is computed together, and what is dead not at all', async () => {
  const x = tf.tensor([1, 2, 3]);
  const compiled = backend.sessions.compiled;
  const a = tf.exp(x);
  const b = tf.neg(a);
  tf.sqrt(x).dispose();
  await b.data();
  assert.equal(backend.store.pending().length, 0);
  assert.deepEqual((await value(a)).map(Math.round), [3, 7, 20]);
  assert.equal(backend.sessions.compiled, compiled + 1);
});

test('memory is accounted for exactly', async () => {
  const start = tf.memory();
  const x = tf.ones([10, 10]);
  const y = tf.reshape(x, [100]);
  const z = tf.add(y, 1);
  assert.equal(tf.memory().numTensors, start.numTensors + 3);
  assert.equal(tf.memory().numBytes, start.numBytes + 3 * 400);
  await z.data();
  x.dispose();
  assert.equal((await y.data())[99], 1);
  tf.tidy(() => {
    tf.mul(tf.add(z, y), 3);
  });
  tf.dispose([y, z]);
  const end = tf.memory();
  assert.equal(end.numBytes, start.numBytes);
  assert.equal(end.numTensors, start.numTensors);
  assert.equal(end.numDataBuffers, start.numDataBuffers);
  assert.equal(end.unreliable, false);
});

test('what has been computed can be read at once, what has not says how to read it', async () => {
  const given = tf.tensor([1, 2]);
  assert.deepEqual(Array.from(given.dataSync()), [1, 2]);
  assert.deepEqual(Array.from(tf.zeros([2]).dataSync()), [0, 0]);
  const made = tf.add(given, 1);
  assert.throws(() => made.dataSync(), /Use `await tensor\.data\(\)`/);
  await made.data();
  assert.deepEqual(Array.from(made.dataSync()), [2, 3]);
});

test('numbers handed over may be changed afterwards', async () => {
  const numbers = new Float32Array([1, 2, 3]);
  const x = tf.tensor(numbers);
  const y = tf.mul(x, 2);
  numbers.fill(100);
  assert.deepEqual(await value(y), [2, 4, 6]);
});

test('types without a counterpart are refused by name', () => {
  assert.throws(() => tf.tensor(['a']), /Tensors of type string are not supported/);
  assert.throws(() => tf.cast(tf.tensor([1]), 'complex64'), /complex64/);
});

test('reads asked for at once are all answered', async () => {
  const x = tf.tensor([1, 2, 3]);
  const results = await Promise.all([tf.sum(x), tf.max(x), tf.mean(x)].map(value));
  assert.deepEqual(results, [[6], [3], [2]]);
});

test('what cannot be computed throws when it is read, and spoils nothing else', async () => {
  const table = tf.tensor([1, 2, 3]);
  const bad = tf.gather(table, tf.tensor1d([7], 'int32'));
  const good = tf.mul(table, 2);
  const worse = tf.add(bad, 1);
  assert.deepEqual(await value(good), [2, 4, 6]);
  await assert.rejects(bad.data(), /indices|Gather/i);
  await assert.rejects(worse.data(), /indices|Gather/i);
  assert.deepEqual(await value(tf.add(table, 1)), [2, 3, 4]);
});

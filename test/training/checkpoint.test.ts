import assert from 'node:assert/strict';
import { readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Variable } from '@tensorflow/tfjs-core';
import { tf } from '../../src/device/tensorflow.ts';
import { readSafetensors } from '../../src/models/checkpoint/safetensors.ts';
import { Checkpoints, type TrainingState } from '../../src/training/checkpoint.ts';
import { openTestDevice, temporaryDirectory, valuesOf } from './support.ts';

await openTestDevice();

const state = (more: Partial<TrainingState> = {}): TrainingState => ({
  identity: 'this training',
  epoch: 2,
  stepInEpoch: 5,
  step: 25,
  history: [
    { epoch: 1, accuracy: 0.5, loss: 1.25 },
    { epoch: 2, accuracy: null, loss: null },
  ],
  random: { shuffle: [1, -2, 3, -4], training: [5, 6, 7, 8] },
  seconds: 1.5,
  ...more,
});

const variables = (...values: number[]): Map<string, Variable> =>
  new Map([
    ['layer.weight', tf.variable(tf.tensor(values.slice(0, 4), [2, 2]))],
    ['optimizer.scale', tf.variable(tf.scalar(values[4]!))],
  ]);

// Values that only survive if every bit does.
const odd = [1 / 3, -0, 1e-42, 3.4e38, Math.PI].map(Math.fround) as [number, number, number, number, number];

async function saved(): Promise<Checkpoints> {
  const checkpoints = new Checkpoints(join(temporaryDirectory(), 'checkpoints'));
  await checkpoints.save('last', variables(...odd), state());
  return checkpoints;
}

test('values and state come back as they were, to the last bit', async () => {
  const checkpoints = await saved();
  const target = variables(0, 0, 0, 0, 0);
  assert.deepEqual(await checkpoints.restore('last', 'this training', target), state());
  assert.deepEqual(valuesOf(target), valuesOf(variables(...odd)));
});

test('a checkpoint is a safetensors file that others can read', async () => {
  const { tensors, metadata } = await readSafetensors((await saved()).path('last'));
  assert.deepEqual([...tensors.keys()].sort(), ['layer.weight', 'optimizer.scale']);
  assert.equal(JSON.parse(metadata.state!).step, 25);
});

test('a checkpoint of another training changes nothing', async () => {
  const checkpoints = await saved();
  const target = variables(1, 2, 3, 4, 5);
  assert.equal(await checkpoints.restore('last', 'another', target), undefined);
  assert.deepEqual(valuesOf(target), valuesOf(variables(1, 2, 3, 4, 5)));
});

test('a checkpoint of other shapes or lacking a variable changes nothing', async () => {
  const checkpoints = await saved();
  const wider = new Map([['layer.weight', tf.variable(tf.zeros([4]))]]);
  assert.equal(await checkpoints.restore('last', 'this training', wider), undefined);
  const more = variables(1, 2, 3, 4, 5).set('layer.bias', tf.variable(tf.zeros([2])));
  assert.equal(await checkpoints.restore('last', 'this training', more), undefined);
  assert.deepEqual([...more.get('layer.weight')!.dataSync()], [1, 2, 3, 4]);
});

for (const [what, damage] of Object.entries({
  missing: () => {},
  truncated: (file: string) => truncateSync(file, 40),
  empty: (file: string) => writeFileSync(file, ''),
  garbage: (file: string) => writeFileSync(file, 'not a checkpoint at all'),
}))
  test(`a checkpoint that is ${what} is taken for none`, async () => {
    const checkpoints = await saved();
    damage(checkpoints.path('last'));
    const name = what === 'missing' ? 'best' : 'last';
    assert.equal(await checkpoints.restore(name, 'this training', variables(0, 0, 0, 0, 0)), undefined);
    assert.equal(await checkpoints.peek(name), undefined);
  });

test('what a writer that died in mid-write left is swept away, and the former checkpoint stays', async () => {
  const checkpoints = await saved();
  const before = readFileSync(checkpoints.path('last'));
  writeFileSync(`${checkpoints.path('last')}.4711.tmp`, before.subarray(0, before.length / 2));
  assert.equal((await checkpoints.restore('last', 'this training', variables(0, 0, 0, 0, 0)))?.step, 25);
  await checkpoints.sweep();
  assert.deepEqual(readdirSync(checkpoints.directory), ['last.safetensors']);
});

test('peek tells the state of whatever training it is', async () => {
  const checkpoints = await saved();
  assert.deepEqual(await checkpoints.peek('last'), state());
});

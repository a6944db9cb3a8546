import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { before, test } from 'node:test';
import type { Scalar } from '@tensorflow/tfjs-core';
import type { HostBatch } from '../../src/data/dataset.ts';
import { packedDocuments } from '../../src/data/text/packed-documents.ts';
import { sampleStarts } from '../../src/data/text/prompts.ts';
import { TextSplit } from '../../src/data/text/text-split.ts';
import { TokenStore } from '../../src/data/text/token-store.ts';
import { tf } from '../../src/device/tensorflow.ts';
import { loadModel } from '../../src/models/checkpoint/checkpoint.ts';
import { toStored } from '../../src/models/checkpoint/kernel-layout.ts';
import type { Model } from '../../src/models/model.ts';
import { flatLogits, weightedMean } from '../../src/strategies/losses/rows.ts';
import { stepTotals } from '../../src/strategies/step-totals.ts';
import type { StepTotals } from '../../src/strategies/strategy.ts';
import { learningOf } from '../../src/strategies/tasks/all.ts';
import { pythonWith } from '../machine/python.ts';
import { assertClose, usePlainBackend } from './backend.ts';
import { checkpointFolder, valuesOf } from './reference-checkpoint.ts';

const { python, skip } = pythonWith('torch', 'transformers');

before(usePlainBackend);

/** Of any lengths, one a whole sample, one too short to predict anything. */
const documents = [
  [5, 9, 13, 2],
  [7, 8],
  [30, 31, 32, 33, 34, 35, 36, 37, 38, 3],
  [4],
  [11, 12, 14, 15, 16],
  [21, 22, 23],
];
const length = 10;
const layout = { padId: 1, buckets: [length] };

function storeOf(): TokenStore {
  const tokens = new TokenStore(40);
  for (const ids of documents) tokens.add(ids);
  return tokens;
}

const splitOf = (tokens: TokenStore, packed: boolean) =>
  new TextSplit(
    'train',
    { tokens, idOffset: 0, packed },
    Int32Array.from({ length: tokens.count }, (_, index) => index),
    layout,
  );

/** All samples of a split as one batch. */
const whole = (split: TextSplit): HostBatch =>
  split.batch(
    Int32Array.from({ length: split.size }, (_, index) => index),
    split.size,
  );

const packedStore = async () => {
  const maker = packedDocuments(async () => ({ tokens: storeOf(), prompts: undefined as never }));
  return (await maker(undefined as never, { vocabulary: 40 } as never, length)).tokens;
};

const tensors = (record: HostBatch['input']) =>
  Object.fromEntries(
    Object.entries(record).map(([name, { data, shape, dtype }]) => [
      name,
      tf.tensor(data, [...shape], dtype),
    ]),
  );

/** The mean cross-entropy of what a batch predicts. */
function lossOf(model: Model, batch: HostBatch): Scalar {
  const totals = tensors(stepTotals([batch], model.task)) as unknown as StepTotals;
  const input = tensors(batch.input);
  const { labels, weights } = tensors({ labels: batch.labels, weights: batch.weights });
  const rows = learningOf(model.task).rows({ input, labels: labels!, weights: weights! }, totals);
  const { logits } = model.forward(input, { training: false });
  return weightedMean(rows.labelLosses(flatLogits(logits), 0), rows.labelWeights, rows.labelTotal);
}

function lossAndGradients(model: Model, batch: HostBatch) {
  const { value, grads } = tf.variableGrads(() => lossOf(model, batch), [...model.parameters.values()]);
  const gradients = new Map(
    [...model.parameters].map(([name, { name: own }]) => [name, valuesOf(grads[own]!)]),
  );
  return { loss: value.dataSync()[0]!, gradients };
}

const names = ['gpt2', 'llama', 'qwen2', 'gemma3_text'];

test('documents share samples, and none of them is torn apart or forgotten', async () => {
  const tokens = await packedStore();
  assert.ok(tokens.count < documents.length);
  const found: number[][] = [];
  for (let sample = 0; sample < tokens.count; sample++) {
    const starts = tokens.documents(sample)!;
    for (const [at, start] of starts.entries())
      found.push([...tokens.ids(sample).subarray(start, starts[at + 1])]);
  }
  const sorted = (all: readonly (readonly number[])[]) => all.map((ids) => ids.join(' ')).sort();
  assert.deepEqual(sorted(found), sorted(documents));
  const split = splitOf(tokens, true);
  assert.equal(split.tokens, documents.flat().length);
  const prompts = sampleStarts(split, Int32Array.of(0, 1, 2), 2).map(({ text }) => [...text]);
  assert.deepEqual(sorted(prompts), sorted(documents.filter(({ length }) => length > 2)));
});

test('losses and gradients of documents that share samples are those of documents alone', async () => {
  const [packed, alone] = [whole(splitOf(await packedStore(), true)), whole(splitOf(storeOf(), false))];
  for (const name of names) {
    const model = await loadModel(checkpointFolder(name));
    const [one, other] = [lossAndGradients(model, packed), lossAndGradients(model, alone)];
    assertClose([one.loss], [other.loss], 1e-5, name);
    for (const [key, values] of one.gradients)
      assertClose(values, other.gradients.get(key)!, 1e-5, `${name}: ${key}`);
  }
});

test('they are those of PyTorch', { skip }, async () => {
  const models = Object.fromEntries(names.map((name) => [name, checkpointFolder(name)]));
  const { stdout, stderr, status } = spawnSync(
    python,
    [join(import.meta.dirname, '../reference/texts/packing.py')],
    {
      input: JSON.stringify({ models, documents: documents.filter(({ length }) => length > 1) }),
      encoding: 'utf8',
      maxBuffer: 1 << 26,
    },
  );
  assert.equal(status, 0, stderr);
  type Answer = { loss: number; gradients: Record<string, number[]> };
  const theirs = JSON.parse(stdout) as Record<string, Answer>;
  const packed = whole(splitOf(await packedStore(), true));
  for (const name of names) {
    const model = await loadModel(checkpointFolder(name));
    const { loss, gradients } = lossAndGradients(model, packed);
    assertClose([loss], [theirs[name]!.loss], 1e-5, name);
    for (const [key, values] of Object.entries(theirs[name]!.gradients)) {
      const own = toStored(Float32Array.from(gradients.get(key)!), model.parameters.get(key)!.shape);
      assertClose(own, values, 1e-5, `${name}: ${key}`);
    }
  }
});

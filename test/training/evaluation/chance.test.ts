import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Dataset } from '../../../src/data/dataset.ts';
import { openDataset } from '../../../src/data/open-dataset.ts';
import { datasetSchema } from '../../../src/experiment/schema/schema.ts';
import { ClassificationMetrics } from '../../../src/training/evaluation/classification-metrics.ts';
import type { Quality } from '../../../src/training/evaluation/quality.ts';
import { rememberedQuality } from '../../../src/training/evaluation/remembered-quality.ts';
import { evaluationOf } from '../../../src/training/tasks/all.ts';
import { frequencyLoss } from '../../../src/training/tasks/chance-of-tokens.ts';
import { brightRows, temporaryDirectory } from '../support.ts';

const noBetterThanChance = (who: string, quality: Quality, dataset: Dataset) =>
  evaluationOf(dataset.task).noBetterThanChance(who, quality, dataset);

const images = brightRows({ train: 10 });

/** Samples of two classes, as many of each as named, answered by these logits. */
function answered(counts: [number, number], logits: (label: number, index: number) => number[]) {
  const metrics = new ClassificationMetrics(2);
  counts.forEach((count, label) => {
    for (let index = 0; index < count; index++) metrics.add(Float32Array.from(logits(label, index)), label);
  });
  return noBetterThanChance('The teacher', metrics, images);
}

test('a classifier that always names the most frequent class is at chance, whatever its accuracy', () => {
  assert.match(
    answered([90, 10], () => [3, 0])!,
    /90\.0 % of the 100 test samples.*most frequent class \(90\.0 %\)/,
  );
});

test('a classifier whose classes are mixed up is below chance', () => {
  assert.match(answered([50, 50], (label) => (label === 0 ? [0, 4] : [4, 0]))!, /right in 0\.0 %/);
});

test('a classifier that a few samples cannot tell from luck is at chance, unless its probabilities say more', () => {
  // 53 of 100 right, and as sure where it is wrong.
  const lucky = (label: number, index: number) =>
    index < (label === 0 ? 27 : 26) === (label === 0) ? [2, 0] : [0, 2];
  assert.match(answered([50, 50], lucky)!, /53\.0 % .*cannot be told from/);
  const knowing = (label: number, index: number) =>
    index < (label === 0 ? 27 : 26) ? (label === 0 ? [4, 0] : [0, 4]) : label === 0 ? [0, 0.1] : [0.1, 0];
  assert.equal(answered([50, 50], knowing), undefined);
});

test('a classifier that is right more often than luck gives is not at chance, however wrong it is where it errs', () => {
  assert.equal(
    answered([50, 50], (label, index) => (index < 45 === (label === 0) ? [30, 0] : [0, 30])),
    undefined,
  );
});

async function sentences(words: string): Promise<Dataset> {
  const folder = temporaryDirectory();
  writeFileSync(join(folder, 'text.jsonl'), `${JSON.stringify({ text: words })}\n`.repeat(40));
  return openDataset(
    datasetSchema.parse({
      kind: 'language-model',
      train: 'text.jsonl',
      test: 'text.jsonl',
      samples: 'documents',
      length: 16,
      tokenizer: { kind: 'bytes' },
      validation: 0,
    }),
    folder,
  );
}

test('a language model must know more than the frequencies of tokens, counted by hand', async () => {
  const data = await sentences('aab');
  // Behind the first token come a, b and the end of the text, 40 times each; every token of the vocabulary is added once.
  const vocabulary = data.task.classes;
  const expected = -Math.log(41 / (120 + vocabulary));
  assert.ok(Math.abs(frequencyLoss(data) - expected) < 1e-9, `${frequencyLoss(data)}, not ${expected}`);
  const answering = (loss: number) => ({
    accuracy: 0.3,
    loss,
    predictions: [],
    unanswered: 0,
    calibrationError: 0,
    reliability: [],
  });
  assert.equal(noBetterThanChance('The teacher', answering(expected - 0.01), data), undefined);
  assert.match(
    noBetterThanChance('The teacher', answering(expected + 0.01), data)!,
    /how frequent each token is/,
  );
});

test('answers are remembered as they were, those that are no numbers too', async () => {
  const metrics = new ClassificationMetrics(2, 2);
  metrics.add(Float32Array.of(1, 2), 1, 7);
  metrics.add(Float32Array.of(Number.NaN, 2), 0, 5);
  const file = join(temporaryDirectory(), 'a', 'answers.json');
  const asked = await rememberedQuality(file, async () => metrics);
  const remembered = await rememberedQuality(file, () => assert.fail('it was asked already'));
  for (const key of [
    'accuracy',
    'loss',
    'predictions',
    'unanswered',
    'labels',
    'confusion',
    'macroF1',
    'samples',
  ] as const)
    assert.deepEqual(remembered[key], asked[key], key);
  writeFileSync(file, 'not JSON');
  assert.equal((await rememberedQuality(file, async () => metrics)).unanswered, 1);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HostBatch } from '../../src/data/dataset.ts';
import { stepTotals } from '../../src/strategies/step-totals.ts';

const values = (totals: ReturnType<typeof stepTotals>) => ({
  samples: totals.samples.data[0],
  tokens: totals.tokens.data[0],
  targets: totals.targets.data[0],
  labelled: totals.labelled.data[0],
});

const classification = (labels: number[], weights: number[]): HostBatch => ({
  input: { pixels: { data: new Float32Array(labels.length), shape: [labels.length, 1], dtype: 'float32' } },
  labels: { data: Int32Array.from(labels), shape: [labels.length], dtype: 'int32' },
  weights: { data: Float32Array.from(weights), shape: [weights.length], dtype: 'float32' },
  sampleIds: Int32Array.from(labels.keys()),
});

test('samples are counted over all batches of a step, padding is not', () => {
  const batches = [classification([1, 2, 3], [1, 1, 1]), classification([1, 0, 0], [1, 0, 0])];
  assert.deepEqual(values(stepTotals(batches, {})), {
    samples: 4,
    tokens: 0,
    targets: 4,
    labelled: 4,
  });
  const mixed = [classification([1, -100, -100], [1, 1, 1]), classification([-100, 2, 0], [1, 1, 0])];
  assert.deepEqual(values(stepTotals(mixed, {})), { samples: 5, tokens: 0, targets: 2, labelled: 2 });
});

test('targets of a language model are the shifted labels that count', () => {
  const batch: HostBatch = {
    input: {
      ids: { data: new Int32Array(12), shape: [3, 4], dtype: 'int32' },
      mask: { data: Float32Array.of(1, 1, 1, 1, 1, 1, 0, 0, 1, 1, 1, 1), shape: [3, 4], dtype: 'float32' },
    },
    // The first label is never predicted; the third sample is padding.
    labels: {
      data: Int32Array.of(5, -100, 6, 7, 5, 6, -100, -100, 1, 2, 3, 4),
      shape: [3, 4],
      dtype: 'int32',
    },
    weights: { data: Float32Array.of(1, 1, 0), shape: [3], dtype: 'float32' },
    sampleIds: Int32Array.of(0, 1),
  };
  assert.deepEqual(values(stepTotals([batch], { text: { goal: 'language-model' } })), {
    samples: 2,
    tokens: 6,
    targets: 3,
    labelled: 2,
  });
});

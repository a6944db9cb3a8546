import assert from 'node:assert/strict';
import { test } from 'node:test';
import { binCount, Calibration } from '../../../src/training/evaluation/calibration.ts';

const near = (actual: number | null, expected: number) =>
  assert.ok(actual !== null && Math.abs(actual - expected) < 1e-12, `${actual}, not ${expected}`);

function gathered(...answers: (readonly [number, boolean])[]): Calibration {
  const calibration = new Calibration();
  for (const [confidence, correct] of answers) calibration.add(confidence, correct);
  return calibration;
}

test('bins hold the answers between their edges, with mean confidence and accuracy', () => {
  // 0.91 and 0.93 lie in bin 13 (13/15 … 14/15), 0.35 in bin 5 (5/15 … 6/15).
  const { bins } = gathered([0.91, true], [0.93, false], [0.35, true]);
  assert.equal(bins.length, 15);
  assert.deepEqual(
    bins.flatMap(({ count }, bin) => (count > 0 ? [[bin, count]] : [])),
    [
      [5, 1],
      [13, 2],
    ],
  );
  near(bins[13]!.confidence, 0.92);
  near(bins[13]!.accuracy, 0.5);
  near(bins[5]!.confidence, 0.35);
  near(bins[5]!.accuracy, 1);
  assert.deepEqual(bins[0], { count: 0, confidence: null, accuracy: null });
});

test('the error is the mean of the bins’ distances, weighed by their answers', () => {
  // Bin 13: 2 answers, |0.5 − 0.92|. Bin 5: 1 answer, |1 − 0.35|.
  const calibration = gathered([0.91, true], [0.93, false], [0.35, true]);
  near(calibration.error, (2 * 0.42 + 0.65) / 3);
  const fromBins = calibration.bins.reduce(
    (sum, { count, confidence, accuracy }) =>
      sum + (count / 3) * Math.abs((accuracy ?? 0) - (confidence ?? 0)),
    0,
  );
  near(calibration.error, fromBins);
});

test('certainty belongs to the last bin, an edge to the bin above it', () => {
  const { bins } = gathered([1, true], [0.2, false], [0, false]);
  assert.equal(bins[binCount - 1]!.count, 1);
  assert.equal(bins[3]!.count, 1);
  assert.equal(bins[0]!.count, 1);
});

test('an answer whose confidence is no number is none', () => {
  const calibration = gathered([Number.NaN, false], [0.5, true]);
  assert.equal(
    calibration.bins.reduce((sum, { count }) => sum + count, 0),
    1,
  );
  near(calibration.error, 0.5);
});

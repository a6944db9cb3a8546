import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bestEpoch, patienceIsOver } from '../../src/training/best-epoch.ts';

const history = (...accuracies: (number | null)[]) =>
  accuracies.map((accuracy, index) => ({ epoch: index + 1, accuracy, loss: 1 }));

test('the most accurate epoch is the best, the first among equals', () => {
  assert.equal(bestEpoch(history(0.5, 0.8, 0.7, 0.8))?.epoch, 2);
});

test('among equally accurate epochs the lower loss decides', () => {
  const scores = [
    { epoch: 1, accuracy: 0.8, loss: 0.5 },
    { epoch: 2, accuracy: 0.8, loss: 0.4 },
    { epoch: 3, accuracy: 0.8, loss: 0.45 },
  ];
  assert.equal(bestEpoch(scores)?.epoch, 2);
});

test('where nothing is held out, the last epoch is the best', () => {
  assert.equal(bestEpoch(history(null, null, null))?.epoch, 3);
});

test('before the first epoch there is no best one', () => {
  assert.equal(bestEpoch([]), undefined);
});

const patient = { patience: 2, minDelta: 0.01 };

test('patience ends after so many epochs without a rise of more than minDelta', () => {
  assert.equal(patienceIsOver(history(0.5, 0.6, 0.605), patient), false);
  assert.equal(patienceIsOver(history(0.5, 0.6, 0.605, 0.609), patient), true);
});

test('a rise starts patience anew, measured against the last rise that counted', () => {
  assert.equal(patienceIsOver(history(0.5, 0.505, 0.52, 0.5), patient), false);
  // Small rises add up: 0.515 is more than minDelta above 0.5.
  assert.equal(patienceIsOver(history(0.5, 0.508, 0.515), patient), false);
});

test('without early stopping, or with nothing held out, patience never ends', () => {
  assert.equal(patienceIsOver(history(0.5, 0.1, 0.1, 0.1), null), false);
  assert.equal(patienceIsOver(history(null, null, null), patient), false);
});

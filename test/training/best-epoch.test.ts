import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type TaskName, taskRecords } from '../../src/experiment/tasks/all.ts';
import { bestEpoch, type EpochScore, epochMetric, patienceIsOver } from '../../src/training/best-epoch.ts';

const history = (...accuracies: (number | null)[]) =>
  accuracies.map((accuracy, index) => ({ epoch: index + 1, accuracy, loss: 1 }));

test('the most accurate epoch is the best, the first among equals', () => {
  assert.equal(bestEpoch(history(0.5, 0.8, 0.7, 0.8), 'accuracy')?.epoch, 2);
});

test('among equally accurate epochs the lower loss decides', () => {
  const scores = [
    { epoch: 1, accuracy: 0.8, loss: 0.5 },
    { epoch: 2, accuracy: 0.8, loss: 0.4 },
    { epoch: 3, accuracy: 0.8, loss: 0.45 },
  ];
  assert.equal(bestEpoch(scores, 'accuracy')?.epoch, 2);
});

test('where nothing is held out, the last epoch is the best', () => {
  assert.equal(bestEpoch(history(null, null, null), 'accuracy')?.epoch, 3);
});

test('before the first epoch there is no best one', () => {
  assert.equal(bestEpoch([], 'accuracy'), undefined);
});

const patient = { patience: 2, minDelta: 0.01 };

test('patience ends after so many epochs without a rise of more than minDelta', () => {
  assert.equal(patienceIsOver(history(0.5, 0.6, 0.605), patient, 'accuracy'), false);
  assert.equal(patienceIsOver(history(0.5, 0.6, 0.605, 0.609), patient, 'accuracy'), true);
});

test('a rise starts patience anew, measured against the last rise that counted', () => {
  assert.equal(patienceIsOver(history(0.5, 0.505, 0.52, 0.5), patient, 'accuracy'), false);
  // Small rises add up: 0.515 is more than minDelta above 0.5.
  assert.equal(patienceIsOver(history(0.5, 0.508, 0.515), patient, 'accuracy'), false);
});

test('without early stopping, or with nothing held out, patience never ends', () => {
  assert.equal(patienceIsOver(history(0.5, 0.1, 0.1, 0.1), null, 'accuracy'), false);
  assert.equal(patienceIsOver(history(null, null, null), patient, 'accuracy'), false);
});

test('epochs are chosen by what verdicts judge: language models by loss, all others by accuracy', () => {
  const judged = (selectBy: Parameters<typeof epochMetric>[0], task: TaskName) =>
    epochMetric(selectBy, taskRecords[task].judgedBy);
  assert.equal(judged('auto', 'language-model'), 'loss');
  assert.equal(judged('auto', 'image-classification'), 'accuracy');
  assert.equal(judged('auto', 'text-classification'), 'accuracy');
  assert.equal(judged('accuracy', 'language-model'), 'accuracy');
  assert.equal(judged('loss', 'image-classification'), 'loss');
});

const losses = (...values: (number | null)[]): EpochScore[] =>
  values.map((loss, index) => ({ epoch: index + 1, accuracy: 0.1 * index, loss }));

test('by loss, the epoch of the lowest is the best, however accurate others are', () => {
  assert.equal(bestEpoch(losses(2, 1.5, 1.6, 1.7), 'loss')?.epoch, 2);
  assert.equal(bestEpoch(losses(2, 1.5, 1.5), 'loss')?.epoch, 3, 'among equals the more accurate one');
});

test('by loss, an epoch whose loss is no number is never the best of several', () => {
  assert.equal(bestEpoch(losses(3, null, null), 'loss')?.epoch, 1);
});

test('by loss, patience waits for a fall of more than minDelta', () => {
  assert.equal(patienceIsOver(losses(2, 1.9, 1.895, 1.891), patient, 'loss'), true);
  assert.equal(patienceIsOver(losses(2, 1.9, 1.895, 1.88), patient, 'loss'), false);
});

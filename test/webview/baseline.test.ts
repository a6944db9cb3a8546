import assert from 'node:assert/strict';
import { test } from 'node:test';
import { figureKind } from '../../src/compare/figures/figure-kinds.ts';
import { differenceOf } from '../../webview/compare/baseline.ts';

test('a difference is told in points or per cent, and as good or bad as it is', () => {
  const accuracy = figureKind('accuracy');
  assert.deepEqual(differenceOf(accuracy, 0.92, 0.9), { text: '+2.00 pp', tone: 'good' });
  assert.deepEqual(differenceOf(accuracy, 0.89, 0.9), { text: '−1.00 pp', tone: 'bad' });
  assert.deepEqual(differenceOf(figureKind('energyJoules'), 90, 100), { text: '−10.0 %', tone: 'good' });
  assert.deepEqual(differenceOf(figureKind('loss'), 0.5, 0.4), { text: '+0.100', tone: 'bad' });
  assert.equal(differenceOf(accuracy, null, 0.9), null);
  assert.deepEqual(differenceOf(figureKind('bytes'), 5, 0), { text: '–', tone: 'even' });
});

test('a difference that is shown as nothing has no colour', () => {
  assert.deepEqual(differenceOf(figureKind('retention'), 0.8805, 0.88051), { text: '0.00 pp', tone: 'even' });
  assert.equal(differenceOf(figureKind('bytes'), 78_101, 78_100)?.tone, 'even');
});

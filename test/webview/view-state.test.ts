import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { initialViewState, readViewState } from '../../webview/state/view-state.ts';

test('what was kept comes back', () => {
  const kept = {
    ...initialViewState,
    navigation: { view: 'compare', runs: ['a', 'b'] },
    overview: {
      ...initialViewState.overview,
      columns: ['name', 'accuracy'],
      sort: [{ column: 'bytes', descending: true }],
      values: { state: ['running'] },
      grouping: 'seeds',
      varyingOnly: true,
    },
    curves: { axis: 'time', smoothing: 0.6, logarithmic: true, band: false, metrics: ['loss'] },
    comparison: {
      runs: ['a', 'b'],
      parts: {
        s1: {
          outcomes: ['BEATS'],
          query: 'layers',
          sort: { key: 'bytes', reversed: true },
          cards: 12,
          allRows: true,
          allModels: false,
        },
      },
    },
    baseline: 'g2',
  };
  assert.deepEqual(readViewState(JSON.parse(JSON.stringify(kept))), kept);
});

test('nothing kept gives the usual view', () => {
  assert.deepEqual(readViewState(undefined), initialViewState);
  assert.deepEqual(readViewState(null), initialViewState);
});

test('a damaged part costs no other', () => {
  const state = readViewState({
    navigation: { view: 'nowhere' },
    overview: { columns: 'all', filter: 'mnist', grouping: 'planet' },
    curves: { smoothing: 7 },
  });
  assert.deepEqual(state.navigation, { view: 'overview' });
  assert.equal(state.overview.columns, null);
  assert.equal(state.overview.filter, 'mnist');
  assert.equal(state.overview.grouping, 'none');
  assert.equal(state.curves.smoothing, 0);
});

test('whatever was kept, there is a view', () => {
  fc.assert(
    fc.property(fc.anything(), (kept) => {
      const state = readViewState(kept);
      assert.deepEqual(readViewState(JSON.parse(JSON.stringify(state))), state);
    }),
  );
});

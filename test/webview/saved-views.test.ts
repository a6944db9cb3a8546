import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { mostViews, nameProblem, readSavedViews, settingsOf } from '../../webview/state/saved-views.ts';
import { initialViewState } from '../../webview/state/view-state.ts';

const settings = settingsOf({
  ...initialViewState.overview,
  columns: ['name', 'seed'],
  widths: { seed: 90 },
  sort: [
    { column: 'strategy', descending: false },
    { column: 'seed', descending: true },
  ],
  filter: 'accuracy > 0.97',
  values: { state: ['completed'] },
});

test('a saved view comes back as it was, and a damaged one costs no other', () => {
  const kept = JSON.parse(
    JSON.stringify([{ name: 'a', settings }, null, { name: 7 }, { name: 'b', settings: 9 }]),
  );
  const [first, second, ...others] = readSavedViews(kept);
  assert.deepEqual(first, { name: 'a', settings });
  assert.deepEqual(second, { name: 'b', settings: settingsOf(initialViewState.overview) });
  assert.deepEqual(others, []);
});

test('whatever was kept, there are views with names that differ', () => {
  fc.assert(
    fc.property(fc.anything(), (kept) => {
      const names = readSavedViews(kept).map(({ name }) => name);
      assert.equal(new Set(names).size, names.length);
    }),
  );
});

test('a view needs a name of its own', () => {
  const views = [{ name: 'a', settings }];
  assert.equal(nameProblem('b', views), undefined);
  assert.match(nameProblem(' ', views)!, /Write a name/);
  assert.match(nameProblem('a', views)!, /already/);
  assert.equal(nameProblem('a', views, 'a'), undefined);
  assert.match(nameProblem('x'.repeat(99), views)!, /at most/);
  const many = Array.from({ length: mostViews }, (_, index) => ({ name: String(index), settings }));
  assert.match(nameProblem('new', many)!, /Remove a view/);
});

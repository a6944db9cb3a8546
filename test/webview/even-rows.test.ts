import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { evenRows } from '../../webview/parts/even-rows.ts';
import { lookAt } from '../../webview/parts/whole-columns.ts';

test('cards fill as few rows as can be, none of them with more than one card less than another', () => {
  assert.deepEqual(evenRows(6, 5), [3, 3]);
  assert.deepEqual(evenRows(7, 3), [3, 2, 2]);
  assert.deepEqual(evenRows(0, 3), []);
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: 9 }), (cards, most) => {
      const rows = evenRows(cards, most);
      assert.equal(rows.length, Math.ceil(cards / most));
      assert.equal(
        rows.reduce((sum, row) => sum + row, 0),
        cards,
      );
      assert.ok(Math.max(...rows) <= most && Math.max(...rows) - Math.min(...rows) <= 1);
    }),
  );
});

test('no part of a column is seen at the right of a table, and the last one comes to rest whole beside the first', () => {
  const widths = [200, 100, 120, 80, 150];
  assert.deepEqual(lookAt(widths, { from: 0, width: 650 }), { covered: 200, hidden: 0, room: 0 });
  // The third of the figures is seen in part: 30 pixels of it.
  assert.deepEqual(lookAt(widths, { from: 0, width: 450 }), { covered: 200, hidden: 30, room: 20 });
  const columns = fc.array(fc.integer({ min: 40, max: 200 }), { minLength: 2, maxLength: 14 });
  fc.assert(
    fc.property(columns, fc.integer({ min: 420, max: 1600 }), (sizes, width) => {
      const edges = [0];
      for (const size of sizes) edges.push(edges.at(-1)! + size);
      const rests = edges.slice(1, -1).map((edge) => edge - sizes[0]!);
      const { room } = lookAt(sizes, { from: 0, width });
      const furthest = Math.max(0, edges.at(-1)! + room - width);
      // One pixel too many is taken for rounding; see lookAt().
      assert.ok(furthest <= 1 || rests.includes(furthest), 'the end is a place to rest');
      for (const from of rests.filter((rest) => rest <= furthest)) {
        const { hidden } = lookAt(sizes, { from, width });
        const seen = from + width - hidden;
        const cut = sizes.findIndex((_, at) => edges[at]! < seen - 1 && seen + 8 < edges[at + 1]!);
        assert.equal(cut, -1, `column ${cut} is cut`);
      }
    }),
  );
});

test('columns that fill a view leave no room behind the last, however their widths are rounded', () => {
  const shares = fc.array(fc.integer({ min: 40, max: 200 }), { minLength: 2, maxLength: 14 });
  const view = fc.integer({ min: 420 * 64, max: 1600 * 64 });
  fc.assert(
    fc.property(shares, view, (sizes, sixtyFourths) => {
      const width = sixtyFourths / 64;
      const sum = sizes.reduce((all, size) => all + size, 0);
      const widths = sizes.map((size) => Math.ceil((size / sum) * sixtyFourths) / 64);
      assert.equal(lookAt(widths, { from: 0, width: Math.round(width) }).room, 0);
    }),
  );
});

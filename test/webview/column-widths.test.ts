import assert from 'node:assert/strict';
import { test } from 'node:test';
import { textWidth } from '../../src/compare/reports/text-width.ts';
import { ColumnWidths } from '../../webview/overview/column-widths.ts';
import { beyondOf, edgesOf, scrollTo } from '../../webview/overview/grid-layout.ts';
import { TableModel } from '../../webview/overview/table-model.ts';
import type { RunRow } from '../../webview/protocol/rows.ts';
import { initialViewState } from '../../webview/state/view-state.ts';
import { sampleRuns, snapshotOf } from '../page/harness/sample-data.ts';

const { runs, configs } = snapshotOf(sampleRuns({ count: 60 }));
const configOf = (row: RunRow) => configs[row.group]!;
const { overview } = initialViewState;
const widthOf = (text: string, weight = 'plain') =>
  textWidth(text, weight === 'bold' ? 'bold 13px sans-serif' : '13px sans-serif');

/** Widths in a page of so many pixels, with the table they belong to. */
function layout(available: number, more: Partial<typeof overview> = {}, rows: readonly RunRow[] = runs) {
  const { lines, columns } = new TableModel(configOf).of(rows, { ...overview, ...more }, available < 640);
  let measured = 0;
  const sizes = new ColumnWidths((text, weight) => {
    measured += 1;
    return widthOf(text, weight);
  }, configOf);
  const of = (from = lines) =>
    sizes.of(from, columns, {
      own: more.widths ?? {},
      sorted: new Set(),
      available,
      compact: available < 640,
    });
  return { lines, columns, widths: of(), again: of, measured: () => measured };
}

const figure = ({ kind }: { kind: string }) => kind === 'number' || kind === 'time';

for (const available of [500, 900, 1600])
  for (const grouping of ['none', 'seeds'] as const)
    test(`every figure has the room it takes, at ${available} pixels, grouped by ${grouping}`, () => {
      const { lines, columns, widths } = layout(available, { grouping });
      let looked = 0;
      for (const [index, column] of columns.entries()) {
        if (!figure(column)) continue;
        for (const line of lines) {
          const text =
            line.type === 'run'
              ? column.format(column.read(line.row, configOf(line.row)))
              : line.spreads.has(column.key)
                ? column.formatSpread!(line.spreads.get(column.key)!)
                : '';
          const taken = widthOf(text, line.type === 'group' ? 'bold' : 'plain') + 16;
          assert.ok(taken <= widths[index]!, `${text} takes ${taken} of ${widths[index]} in ${column.key}`);
          looked += 1;
        }
      }
      assert.ok(looked > 400);
    });

test('nobody can make a column of figures so narrow that one is cut, but as wide as is liked', () => {
  const usual = layout(900);
  const at = usual.columns.findIndex(({ key }) => key === 'accuracy');
  assert.equal(layout(900, { widths: { accuracy: 10 } }).widths[at], usual.widths[at]);
  assert.equal(layout(900, { widths: { accuracy: 300 } }).widths[at], 300);
  assert.equal(layout(900, { widths: { name: 70 } }).widths[0], 70);
});

test('a column grows with what comes, and each run is measured once', () => {
  const { lines, columns, widths, again, measured } = layout(900);
  const before = measured();
  again();
  assert.ok(measured() - before <= columns.length, 'only the heads are looked at again');
  const at = columns.findIndex(({ key }) => key === 'trainingSeconds');
  const [first] = lines;
  assert.equal(first?.type, 'run');
  const long = { ...first!.row, figures: { ...first!.row.figures, trainingSeconds: 3_600_000 } };
  const now = again([{ ...first!, row: long }, ...lines.slice(1)]);
  assert.ok(now[at]! > widths[at]!);
  assert.ok(measured() - before <= 4 * columns.length, 'the other runs are not');
});

test('wherever the columns come to rest, a figure is seen whole or not at all', () => {
  for (const available of [500, 900, 1200]) {
    const { columns, widths } = layout(available, { grouping: 'seeds' });
    const pinned = new Set(['name']);
    const edges = edgesOf(widths);
    const covered = edges[1]!;
    for (const column of columns.keys()) {
      if (column === 0) continue;
      const scrollLeft = scrollTo(column, { scrollLeft: 0, clientWidth: available }, columns, pinned, widths);
      const view = { scrollLeft, clientWidth: available };
      const { right } = beyondOf(view, columns, pinned, widths);
      const [from, to] = [scrollLeft + covered, scrollLeft + available - right];
      const at = columns[column]!.key;
      assert.ok(edges[column]! >= from && edges[column + 1]! <= to + 5, `${at} is seen at ${available}`);
      for (const [index, other] of columns.entries()) {
        if (index === 0 || !figure(other)) continue;
        const [left, end] = [edges[index]!, edges[index + 1]!];
        const cut = (left < from && end > from) || (left < to && end > to + 5);
        assert.ok(!cut, `${other.key} is cut when ${at} is scrolled to at ${available}`);
      }
    }
  }
});

test('on a narrow page the accuracy stands beside the name; chosen columns stay as they were chosen', () => {
  const { columns, widths } = layout(500, { grouping: 'seeds' });
  const at = columns.findIndex(({ key }) => key === 'accuracy');
  assert.ok(edgesOf(widths)[at + 1]! <= 500);
  const chosen = layout(500, { columns: ['name', 'seed', 'accuracy'] });
  assert.deepEqual(
    chosen.columns.map(({ key }) => key),
    ['name', 'seed', 'accuracy'],
  );
});

test('groups whose runs are as they were are not averaged anew', () => {
  const table = new TableModel(configOf);
  const grouped = { ...overview, grouping: 'seeds' as const };
  const headsOf = ({ lines }: ReturnType<TableModel['of']>) => lines.filter(({ type }) => type === 'group');
  const before = headsOf(table.of(runs, grouped));
  const after = headsOf(table.of([{ ...runs[0]!, note: 'changed' }, ...runs.slice(1)], grouped));
  const changed = after.filter((head) => !before.includes(head));
  assert.equal(before.length, 20);
  assert.equal(changed.length, 1);
});

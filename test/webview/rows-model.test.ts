import assert from 'node:assert/strict';
import { test } from 'node:test';
import { columnsFor, usualColumns } from '../../webview/overview/columns.ts';
import {
  filteredRows,
  groupLabels,
  keepOrder,
  linesOf,
  sortBy,
  sortedRows,
  varyingColumns,
} from '../../webview/overview/rows-model.ts';
import type { FlatConfig, RunRow } from '../../webview/protocol/rows.ts';
import { sampleRuns, snapshotOf } from '../page/harness/sample-data.ts';

const { runs: rows, configs } = snapshotOf(
  sampleRuns({ count: 24, stateOf: (index) => (index % 6 === 5 ? 'running' : 'completed') }),
);
const configOf = (row: RunRow): FlatConfig => configs[row.group] ?? {};
const columns = columnsFor(rows, configOf);
const column = (key: string) => columns.find((one) => one.key === key)!;
const ids = (list: readonly RunRow[]) => list.map((row) => row.id);

test('there is a column for every usual one, every curve and every setting', () => {
  for (const key of usualColumns) assert.ok(column(key), key);
  assert.ok(column('metric:validation.accuracy:best'));
  assert.ok(column('config:training.learningRate'));
});

test('the best of a loss is its lowest value, of an accuracy its highest', () => {
  const [row] = rows;
  assert.equal(column('metric:loss:best').read(row!, {}), 0.29);
  assert.equal(
    column('metric:validation.accuracy:best').read(row!, {}),
    row!.metrics['validation.accuracy']!.highest,
  );
});

test('unknown figures come last, whichever way one sorts', () => {
  for (const descending of [true, false]) {
    const sorted = sortedRows(rows, [{ column: 'accuracy', descending }], columns, configOf);
    const values = sorted.map((row) => row.figures.student?.accuracy ?? null);
    const unknown = values.indexOf(null);
    assert.ok(values.slice(unknown).every((value) => value === null));
    const known = values.slice(0, unknown) as number[];
    assert.deepEqual(
      known,
      [...known].sort((a, b) => (descending ? b - a : a - b)),
    );
  }
});

test('a second key decides where the first is equal', () => {
  const sorted = sortedRows(
    rows,
    [
      { column: 'strategy', descending: false },
      { column: 'seed', descending: true },
    ],
    columns,
    configOf,
  );
  const keys = sorted.map((row) => `${row.strategy} ${9 - row.seed}`);
  assert.deepEqual(keys, [...keys].sort());
});

test('every word of the filter must be found, in any of the texts', () => {
  const state = { filter: 'MNIST  labels alone', values: {} };
  const found = filteredRows(rows, state, columns, configOf);
  assert.ok(found.length > 0 && found.length < rows.length);
  assert.ok(found.every((row) => row.name.includes('labels') && row.name.includes('alone')));
  assert.equal(filteredRows(rows, { ...state, filter: 'no such thing' }, columns, configOf).length, 0);
});

test('filters by value: one of the values of each column, any of the tags', () => {
  const by = (values: Record<string, string[]>) =>
    filteredRows(rows, { filter: '', values }, columns, configOf);
  assert.ok(by({ state: ['running'] }).every((row) => row.state === 'running'));
  assert.deepEqual(ids(by({ state: ['running', 'completed'] })), ids(rows));
  assert.deepEqual(ids(by({ tags: ['sweep'] })), ids(rows.filter((row) => row.tags.includes('sweep'))));
  assert.ok(by({ state: ['running'], strategy: ['direct'] }).every((row) => row.strategy === 'direct'));
});

test('groups of seeds have mean and spread; settings tell groups of one name apart', () => {
  const lines = linesOf(rows, { grouping: 'seeds', collapsed: [] }, columns, configOf);
  const heads = lines.filter((line) => line.type === 'group');
  assert.equal(heads.length, 8);
  const labels = new Set(heads.map((head) => head.label));
  assert.equal(labels.size, 8);
  assert.ok([...labels].some((label) => /temperature 20/.test(label)));
  const [first] = heads;
  const values = first!.rows.flatMap((row) => row.figures.student?.accuracy ?? []);
  assert.equal(first!.spreads.get('accuracy')!.n, values.length);
});

test('a collapsed group shows its head alone', () => {
  const open = linesOf(rows, { grouping: 'strategy', collapsed: [] }, columns, configOf);
  const closed = linesOf(rows, { grouping: 'strategy', collapsed: ['strategy:direct'] }, columns, configOf);
  const direct = rows.filter((row) => row.strategy === 'direct').length;
  assert.equal(open.length - closed.length, direct);
});

test('a run with two tags stands under both, with a key of its own in each', () => {
  const tagged = rows.map((row, index) => (index === 0 ? { ...row, tags: ['a', 'b'] } : row));
  const lines = linesOf(tagged, { grouping: 'tag', collapsed: [] }, columns, configOf);
  const keys = lines.map((line) => line.key);
  assert.equal(new Set(keys).size, keys.length);
  assert.equal(lines.filter((line) => line.type === 'run' && line.row.id === rows[0]!.id).length, 2);
});

test('only what varies: a figure that some runs lack does not vary for that', () => {
  const keys = varyingColumns(columns, rows, configOf).map((one) => one.key);
  assert.ok(keys.includes('name'));
  assert.ok(keys.includes('accuracy'));
  assert.ok(keys.includes('config:strategy.temperature'));
  assert.ok(!keys.includes('teacher.accuracy'));
  assert.ok(!keys.includes('config:dataset.kind'));
});

test('labels of groups name what differs between groups of one experiment only', () => {
  const labels = groupLabels(rows.slice(0, 3), configOf);
  assert.deepEqual([...labels.values()], ['MNIST, labels alone']);
});

test('lines that are being read stay where they are, with their new content', () => {
  const before = linesOf(rows.slice(0, 4), { grouping: 'none', collapsed: [] }, columns, configOf);
  const changed = [rows[5]!, ...rows.slice(0, 4).toReversed()].filter((row) => row.id !== rows[1]!.id);
  const now = linesOf(changed, { grouping: 'none', collapsed: [] }, columns, configOf);
  assert.deepEqual(
    keepOrder(before, now).map((line) => line.key),
    [rows[0]!.id, rows[2]!.id, rows[3]!.id, rows[5]!.id],
  );
});

test('clicking a head sorts with the best first, turns, and leaves; with add it keeps the others', () => {
  const accuracy = column('accuracy');
  const once = sortBy([], accuracy, false);
  assert.deepEqual(once, [{ column: 'accuracy', descending: true }]);
  const twice = sortBy(once, accuracy, false);
  assert.deepEqual(twice, [{ column: 'accuracy', descending: false }]);
  assert.deepEqual(sortBy(twice, accuracy, false), []);
  assert.deepEqual(sortBy(once, column('bytes'), true), [
    { column: 'accuracy', descending: true },
    { column: 'bytes', descending: false },
  ]);
});

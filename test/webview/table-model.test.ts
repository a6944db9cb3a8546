import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TableModel } from '../../webview/overview/table-model.ts';
import { modelNames } from '../../webview/parts/marks.ts';
import { initialViewState } from '../../webview/state/view-state.ts';
import { sampleRuns, snapshotOf } from '../page/harness/sample-data.ts';

const { runs, configs } = snapshotOf(sampleRuns({ count: 12 }));
const model = () => new TableModel((row) => configs[row.group]!);
const { overview } = initialViewState;

test('what has not changed stays the very same object', () => {
  const table = model();
  const before = table.of(runs, overview);
  assert.equal(table.of(runs, overview).lines, before.lines);
  const selecting = table.of(runs, { ...overview, selected: [runs[0]!.id] });
  assert.equal(selecting.lines, before.lines);
  assert.notEqual(selecting.selection, before.selection);
});

test('a run that reports changes its own row and no column', () => {
  const table = model();
  const before = table.of(runs, overview);
  const after = table.of([{ ...runs[0]!, note: 'changed' }, ...runs.slice(1)], overview);
  assert.equal(after.columns, before.columns);
  assert.equal(after.selection, before.selection);
  const rowsOf = ({ lines }: typeof before) => lines.map((line) => (line.type === 'run' ? line.row : null));
  const changed = rowsOf(after).filter((row) => !rowsOf(before).includes(row));
  assert.deepEqual(
    changed.map((row) => row?.note),
    ['changed'],
  );
});

test('each value to filter by lets the runs through that show it', () => {
  const mixed = snapshotOf(
    sampleRuns({ count: 12, stateOf: (index) => (index % 3 === 0 ? 'cancelled' : 'completed') }),
  ).runs;
  const table = model();
  for (const { key, values } of table.of(mixed, overview).groups)
    for (const value of values)
      assert.ok(
        table.of(mixed, { ...overview, values: { [key]: [value] } }).filtered.length > 0,
        `${key}: ${value}`,
      );
});

test('each way to set the overview shows in the table', () => {
  const table = model();
  const usual = table.of(runs, overview);
  assert.equal(usual.lines.length, 12);
  assert.equal(usual.columns[0]!.key, 'name');
  const direct = table.of(runs, { ...overview, values: { strategy: ['direct'] } });
  assert.equal(direct.filtered.length, 3);
  assert.equal(table.of(runs, { ...overview, filter: 'answers only' }).filtered.length, 3);
  const grouped = table.of(runs, { ...overview, grouping: 'strategy' });
  assert.equal(grouped.lines.filter(({ type }) => type === 'group').length, 2);
  const varying = table.of(runs, { ...overview, varyingOnly: true });
  assert.ok(varying.columns.some(({ key }) => key === 'config:strategy.temperature'));
  assert.ok(!varying.columns.some(({ key }) => key === 'parameters'));
  const chosen = table.of(runs, { ...overview, columns: ['seed', 'name'], pinned: ['name'] });
  assert.deepEqual(
    chosen.columns.map(({ key }) => key),
    ['name', 'seed'],
  );
  const gone = table.of(runs.slice(1), { ...overview, selected: runs.slice(0, 2).map(({ id }) => id) });
  assert.deepEqual(gone.selected, [runs[1]!.id]);
  assert.deepEqual(
    usual.groups.map(({ key }) => key),
    ['strategy', 'experiment', 'tags'],
  );
});

const labelsOf = (count: number) =>
  Array.from({ length: 3 }, (_, index) => `Answers of an ensemble of ${count}, T ${index}`);

test('the names of the same models are cut once, however often they are drawn', () => {
  const names = modelNames(labelsOf(2));
  assert.equal(modelNames(labelsOf(2)), names);
  assert.notEqual(modelNames(labelsOf(3)), names);
  for (let count = 10; count < 30; count++) {
    modelNames(labelsOf(count));
    assert.equal(modelNames(labelsOf(2)), names, 'what is drawn again and again is kept');
  }
  for (let count = 10; count < 30; count++) modelNames(labelsOf(count));
  assert.notEqual(modelNames(labelsOf(2)), names, 'and what is not drawn any more is let go');
});

import { spreadOf } from '../../src/compare/figures/spread.ts';
import type { FlatConfig, RunRow } from '../protocol/rows.ts';
import type { Grouping, OverviewState, SortKey } from '../state/view-state.ts';
import type { CellValue, Column, SpreadLike } from './columns.ts';
import { matches, parseQuery } from './filter-query.ts';

type ConfigOf = (row: RunRow) => FlatConfig;

/** A line of the overview: a run, or the head of a group with means over its runs. */
export type Line =
  | { readonly type: 'run'; readonly key: string; readonly row: RunRow; readonly inGroup: boolean }
  | {
      readonly type: 'group';
      readonly key: string;
      readonly label: string;
      readonly rows: readonly RunRow[];
      readonly open: boolean;
      readonly spreads: ReadonlyMap<string, SpreadLike>;
    };

/** The runs that pass the filters, in the order asked for. */
export function filteredRows(
  rows: readonly RunRow[],
  state: Pick<OverviewState, 'filter' | 'values'>,
  columns: readonly Column[],
  configOf: ConfigOf,
): RunRow[] {
  const query = parseQuery(state.filter, columns);
  const wanted = Object.entries(state.values).flatMap(([key, values]) => {
    const column = columns.find((one) => one.key === key);
    return column === undefined || values.length === 0 ? [] : [{ column, values: new Set(values) }];
  });
  return rows.filter((row) => {
    const shown = (column: Column) => column.format(column.read(row, configOf(row)));
    const passes = wanted.every(({ column, values }) =>
      column.kind === 'tags' ? row.tags.some((tag) => values.has(tag)) : values.has(shown(column)),
    );
    return passes && matches(query, row, configOf(row));
  });
}

/** By the first key, where that is equal by the second, and so on; what is unknown comes last either way. */
export function sortedRows(
  rows: readonly RunRow[],
  sort: readonly SortKey[],
  columns: readonly Column[],
  configOf: ConfigOf,
): RunRow[] {
  const keys = sort.flatMap(({ column, descending }) => {
    const found = columns.find((one) => one.key === column);
    return found === undefined ? [] : [{ column: found, sign: descending ? -1 : 1 }];
  });
  if (keys.length === 0) return [...rows];
  return rows
    .map((row, index) => ({
      row,
      index,
      values: keys.map(({ column }) => known(column.read(row, configOf(row)))),
    }))
    .sort((a, b) => {
      for (const [position, { sign }] of keys.entries()) {
        const order = compare(a.values[position]!, b.values[position]!, sign);
        if (order !== 0) return order;
      }
      return a.index - b.index;
    })
    .map(({ row }) => row);
}

const known = (value: CellValue): CellValue =>
  value === '' || (typeof value === 'number' && !Number.isFinite(value)) ? null : value;

const collator = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

function compare(a: CellValue, b: CellValue, sign: number): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
  if (typeof a === 'number' && typeof b === 'number') return sign * (a - b);
  return sign * collator.compare(String(a), String(b));
}

/** The head of a group. */
export type GroupLine = Extract<Line, { type: 'group' }>;

/** The heads as they were for the same columns. */
export interface KnownHeads {
  readonly columns: readonly Column[];
  readonly heads: ReadonlyMap<string, GroupLine>;
}

/**
 * The lines to show: runs as they are, or under the heads of their groups, which stand where their first run does. A head
 * whose runs are as they were stays the same object: of ten thousand runs that report, only few groups are averaged anew.
 */
export function linesOf(
  rows: readonly RunRow[],
  state: Pick<OverviewState, 'grouping' | 'collapsed'>,
  columns: readonly Column[],
  configOf: ConfigOf,
  known?: KnownHeads,
): Line[] {
  if (state.grouping === 'none')
    return rows.map((row) => ({ type: 'run', key: row.id, row, inGroup: false }));
  const labels = state.grouping === 'seeds' ? groupLabels(rows, configOf) : new Map<string, string>();
  const groups = new Map<string, { label: string; rows: RunRow[] }>();
  for (const row of rows)
    for (const [key, label] of groupsOf(row, state.grouping, labels)) {
      const group = groups.get(key);
      if (group) group.rows.push(row);
      else groups.set(key, { label, rows: [row] });
    }
  const collapsed = new Set(state.collapsed);
  return [...groups].flatMap(([key, group]): Line[] => {
    const id = `${state.grouping}:${key}`;
    const open = !collapsed.has(id);
    const before = known?.columns === columns ? known.heads.get(id) : undefined;
    const same =
      before?.rows.length === group.rows.length && group.rows.every((row, at) => row === before.rows[at]);
    const spreads = same ? before.spreads : spreadsOf(group.rows, columns, configOf);
    const head: GroupLine =
      same && before.open === open && before.label === group.label
        ? before
        : { type: 'group', key: id, ...group, open, spreads };
    if (!open) return [head];
    // A run with two tags stands under both, so its line needs a key of its own in each.
    return [
      head,
      ...group.rows.map((row): Line => ({ type: 'run', key: `${id}/${row.id}`, row, inGroup: true })),
    ];
  });
}

function groupsOf(
  row: RunRow,
  grouping: Exclude<Grouping, 'none'>,
  labels: ReadonlyMap<string, string>,
): (readonly [string, string])[] {
  if (grouping === 'seeds') return [[row.group, labels.get(row.group) ?? row.experiment]];
  if (grouping === 'tag') {
    const tags: (readonly [string, string])[] = row.tags.map((tag) => [`#${tag}`, tag]);
    return tags.length === 0 ? [['', 'no tag']] : tags;
  }
  return [[row[grouping], row[grouping]]];
}

function spreadsOf(
  rows: readonly RunRow[],
  columns: readonly Column[],
  configOf: ConfigOf,
): ReadonlyMap<string, SpreadLike> {
  const spreads = new Map<string, SpreadLike>();
  for (const column of columns) {
    if (column.formatSpread === undefined) continue;
    const values = rows.map((row) => column.read(row, configOf(row)));
    const spread = spreadOf(values.map((value) => (typeof value === 'number' ? value : null)));
    if (spread !== null) spreads.set(column.key, spread);
  }
  return spreads;
}

/**
 * Those of the columns in which the runs are not all the same; the name always stays. A figure that some runs do not have
 * yet does not vary for that.
 */
export function varyingColumns(
  columns: readonly Column[],
  rows: readonly RunRow[],
  configOf: ConfigOf,
): Column[] {
  if (rows.length < 2) return [...columns];
  return columns.filter((column) => {
    if (column.key === 'name') return true;
    const seen = new Set<string>();
    for (const row of rows) {
      const value = known(column.read(row, configOf(row)));
      if (value !== null || column.kind !== 'number') seen.add(column.format(value));
      if (seen.size > 1) return true;
    }
    return false;
  });
}

/** By group of seeds, what it is called: the experiment, with up to two settings where several groups have its name. */
export function groupLabels(rows: readonly RunRow[], configOf: ConfigOf): ReadonlyMap<string, string> {
  const byExperiment = new Map<string, Map<string, RunRow>>();
  for (const row of rows) {
    const groups = byExperiment.get(row.experiment) ?? new Map<string, RunRow>();
    byExperiment.set(row.experiment, groups);
    if (!groups.has(row.group)) groups.set(row.group, row);
  }
  const labels = new Map<string, string>();
  for (const [experiment, groups] of byExperiment) {
    const members = [...groups].map(([group, row]) => ({ group, config: configOf(row) }));
    const keys = [...new Set(members.flatMap(({ config }) => Object.keys(config)))].filter(
      (key) => new Set(members.map(({ config }) => JSON.stringify(config[key]))).size > 1,
    );
    for (const { group, config } of members) {
      const settings = keys
        .slice(0, 2)
        .map((key) => `${key.slice(key.lastIndexOf('.') + 1)} ${String(config[key] ?? 'not set')}`);
      labels.set(group, settings.length === 0 ? experiment : `${experiment} (${settings.join(', ')})`);
    }
  }
  return labels;
}

/**
 * The order of the lines while somebody reads them: those that were there stay where they are, so that nothing moves under
 * the pointer; new ones follow at the end.
 */
export function keepOrder(before: readonly Line[], now: readonly Line[]): Line[] {
  const byKey = new Map(now.map((line) => [line.key, line]));
  const kept = before.flatMap(({ key }) => {
    const line = byKey.get(key);
    byKey.delete(key);
    return line === undefined ? [] : [line];
  });
  return [...kept, ...byKey.values()];
}

/** What clicking a column's head does: sorts by it, turns it, and at last leaves it; with `add` after the other keys. */
export function sortBy(sort: readonly SortKey[], column: Column, add: boolean): SortKey[] {
  const before = sort.find((key) => key.column === column.key);
  const bestFirst = column.better === 'higher' || column.kind === 'time';
  const others = add ? sort.filter((key) => key.column !== column.key) : [];
  if (before === undefined) return [...others, { column: column.key, descending: bestFirst }];
  if (before.descending === bestFirst) {
    const turned = { column: column.key, descending: !bestFirst };
    return add ? sort.map((key) => (key === before ? turned : key)) : [turned];
  }
  return others;
}

import { stateWord } from '../../src/compare/state-word.ts';
import type { FlatConfig, RunRow } from '../protocol/rows.ts';
import { remembered, rememberedList } from '../state/remembered.ts';
import { variantsOf } from '../state/variants.ts';
import type { OverviewState } from '../state/view-state.ts';
import { type Column, columnsFor, narrowColumns, usualColumns } from './columns.ts';
import { parseQuery } from './filter-query.ts';
import {
  filteredRows,
  type KnownHeads,
  type Line,
  linesOf,
  sortedRows,
  varyingColumns,
} from './rows-model.ts';

/** Columns with few enough values to filter by them. */
const filterable = ['state', 'strategy', 'data', 'experiment', 'tags'] as const;

export interface FilterGroup {
  readonly key: string;
  readonly values: readonly string[];
}

/** What the overview shows of the runs, as it is set. */
export interface Table {
  readonly rows: readonly RunRow[];
  /** Every column there is. */
  readonly all: readonly Column[];
  /** Those that somebody chose, and those that are shown. */
  readonly chosen: readonly Column[];
  readonly columns: readonly Column[];
  readonly pinned: ReadonlySet<string>;
  readonly filtered: readonly RunRow[];
  readonly lines: readonly Line[];
  /** Chosen runs that are there. */
  readonly selected: readonly string[];
  readonly selection: ReadonlySet<string>;
  readonly groups: readonly FilterGroup[];
  /** What of the filter could not be read. */
  readonly problems: readonly string[];
  readonly running: number;
}

type ConfigOf = (row: RunRow) => FlatConfig;

/**
 * Makes the table of the overview. What has not changed stays the very same object, so that neither a scrolled line nor a
 * run that reports ten times a second makes everything anew.
 */
export class TableModel {
  readonly configOf: ConfigOf;
  #variants: ReadonlyMap<string, number> = new Map();
  #heads: KnownHeads | undefined;

  constructor(configOf: ConfigOf) {
    this.configOf = configOf;
  }

  /** Tells apart the colours of groups of one strategy. */
  readonly variantOf = (row: RunRow): number => this.#variants.get(row.group) ?? 0;

  /** @param narrow whether there is little place: until somebody chooses columns, figures then come first. */
  of(rows: readonly RunRow[], state: OverviewState, narrow = false): Table {
    const { columns: keys, pinned, sort, filter, values, varyingOnly, grouping, collapsed } = state;
    this.#variants = this.#variantsOf(rows);
    const all = this.#all(rows);
    const chosen = this.#chosen(keys ?? (narrow ? narrowColumns : usualColumns), all);
    const filtered = this.#filtered(rows, filter, values, all);
    const shown = varyingOnly ? this.#varying(chosen, all, filtered) : chosen;
    const columns = this.#sameColumns(pinnedFirst(shown, pinned));
    const sorted = this.#sorted(filtered, sort, all);
    const selected = this.#selected(rows, state.selected);
    return {
      ...{ rows, all, chosen, columns, filtered, selected },
      pinned: this.#pinned(pinned),
      lines: this.#lines(sorted, grouping, collapsed, columns),
      selection: this.#selection(selected),
      groups: this.#groups(rows),
      problems: this.#problems(filter, all),
      running: this.#running(rows),
    };
  }

  readonly #variantsOf = remembered(variantsOf);
  readonly #sameAll = rememberedList<Column>();
  readonly #sameColumns = rememberedList<Column>();
  readonly #sameSelected = rememberedList<string>();
  readonly #all = remembered((rows: readonly RunRow[]) => this.#sameAll(columnsFor(rows, this.configOf)));
  readonly #chosen = remembered((keys: readonly string[], all: readonly Column[]) =>
    keys.flatMap((key) => all.find((column) => column.key === key) ?? []),
  );
  readonly #filtered = remembered(
    (
      rows: readonly RunRow[],
      filter: string,
      values: OverviewState['values'],
      all: readonly Column[],
    ): readonly RunRow[] => filteredRows(rows, { filter, values }, all, this.configOf),
  );
  readonly #varying = remembered(
    (chosen: readonly Column[], all: readonly Column[], filtered: readonly RunRow[]) =>
      varyingColumns(withSettings(chosen, all), filtered, this.configOf),
  );
  readonly #sorted = remembered(
    (filtered: readonly RunRow[], sort: OverviewState['sort'], all: readonly Column[]) =>
      sortedRows(filtered, sort, all, this.configOf),
  );
  readonly #lines = remembered(
    (
      sorted: readonly RunRow[],
      grouping: OverviewState['grouping'],
      collapsed: readonly string[],
      columns: readonly Column[],
    ): readonly Line[] => {
      const lines = linesOf(sorted, { grouping, collapsed }, columns, this.configOf, this.#heads);
      const heads = lines.flatMap((line) => (line.type === 'group' ? [[line.key, line] as const] : []));
      this.#heads = { columns, heads: new Map(heads) };
      return lines;
    },
  );
  readonly #pinned = remembered((pinned: readonly string[]) => new Set(pinned));
  readonly #selected = remembered((rows: readonly RunRow[], selected: readonly string[]) => {
    if (selected.length === 0) return this.#sameSelected(selected);
    const there = new Set(rows.map(({ id }) => id));
    return this.#sameSelected(selected.filter((id) => there.has(id)));
  });
  readonly #selection = remembered((selected: readonly string[]) => new Set(selected));
  readonly #groups = remembered(filterGroups);
  readonly #problems = remembered(
    (filter: string, all: readonly Column[]) => parseQuery(filter, all).problems,
  );
  readonly #running = remembered(
    (rows: readonly RunRow[]) => rows.filter(({ state }) => state === 'running').length,
  );
}

/** Columns with few values, each with its values. */
function filterGroups(rows: readonly RunRow[]): FilterGroup[] {
  return filterable.flatMap((key) => {
    // As the column shows them, which is what they are compared with.
    const read = (row: RunRow) =>
      key === 'tags' ? row.tags : [key === 'state' ? stateWord(row.state) : row[key]];
    const values = [...new Set(rows.flatMap(read))].sort();
    return values.length > 1 && values.length <= 12 ? [{ key, values }] : [];
  });
}

/** Where only what varies is shown, settings that vary are worth a column even if nobody chose them. */
function withSettings(chosen: readonly Column[], all: readonly Column[]): Column[] {
  const keys = new Set(chosen.map((column) => column.key));
  return [...chosen, ...all.filter((column) => column.section === 'Settings' && !keys.has(column.key))];
}

function pinnedFirst(columns: readonly Column[], pinned: readonly string[]): Column[] {
  return [
    ...columns.filter((column) => pinned.includes(column.key)),
    ...columns.filter((column) => !pinned.includes(column.key)),
  ];
}

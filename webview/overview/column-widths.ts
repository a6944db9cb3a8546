import { stateText } from '../parts/marks.ts';
import type { FlatConfig, RunRow } from '../protocol/rows.ts';
import type { Column } from './columns.ts';
import { selectWidth } from './grid-layout.ts';
import { baselineInitial } from './line-names.ts';
import type { Line } from './rows-model.ts';

/** Pixels that a text takes. */
export type Measure = (text: string, weight: 'plain' | 'bold' | 'chip') => number;

/** A cell's padding, and a pixel for widths that are no whole ones. */
const padding = 17;
/** The arrow of a column one sorts by, with its number. */
const arrow = 22;
/** The mark before a name, and how far a run is moved in below the head of its group. */
const beforeName = 34;
/** The sign before a state, and the bar of a running one. */
const sign = 16;
const bar = 53;
/** What surrounds the text of a chip. */
const aroundChip = 24;

/** Texts may be cut, for they are whole in their tooltip; figures may not. */
const widest: Partial<Record<Column['kind'], number>> = { text: 260, tags: 260 };
const widestName = 420;
/** To what texts shrink where that makes all columns fit. */
const least = 90;
const leastName = 170;
/** Most settings are numbers, which fit into this whole. */
const leastSetting = 140;
/** Of a width that somebody chooses. */
const narrowestChoice = 44;
const widestChoice = 1200;

/**
 * A page as narrow as this shows a state by its sign.
 * @param page pixels of the page with its scroll bars: whether there are some may depend on the answer
 */
export const isCompact = (page: number): boolean => page < 640;

const isFigure = ({ kind }: Column): boolean => kind !== 'text' && kind !== 'tags';

/**
 * How wide the columns of a grid are. Each follows what stands in it, in all its lines and not only in those that are
 * seen, so that nothing moves while one scrolls; a figure is never cut. Each line is measured once: ten thousand cost
 * nothing more when one of them changes. A column grows with its content and does not shrink as long as it is shown.
 */
export class ColumnWidths {
  readonly #measure: Measure;
  readonly #configOf: (row: RunRow) => FlatConfig;
  #content = new Map<string, number>();
  #measured = new WeakSet<object>();
  #compact = false;

  constructor(measure: Measure, configOf: (row: RunRow) => FlatConfig) {
    this.#measure = measure;
    this.#configOf = configOf;
  }

  /** Measures everything anew: texts are set in another font. */
  forget(): void {
    this.#content.clear();
    this.#measured = new WeakSet();
  }

  /**
   * @param own widths somebody chose, by key
   * @param sorted keys of the columns one sorts by
   * @param available pixels there are
   * @param compact whether states are shown by their signs
   */
  of(
    lines: readonly Line[],
    columns: readonly Column[],
    { own, sorted, available, compact }: WidthOptions,
  ): readonly number[] {
    if (compact !== this.#compact) {
      this.#compact = compact;
      this.forget();
    }
    this.#follow(lines, columns);
    const heads = columns.map(
      ({ key, label }) => Math.ceil(this.#measure(label, 'plain')) + padding + (sorted.has(key) ? arrow : 0),
    );
    const wanted = columns.map((column, index) => {
      const content = Math.max(heads[index]!, this.#content.get(column.key) ?? 0);
      const chosen = own[column.key];
      if (chosen === undefined) return content;
      const bounded = Math.min(widestChoice, Math.max(narrowestChoice, chosen));
      return isFigure(column) ? Math.max(content, bounded) : bounded;
    });
    const free = columns.map((column) => !isFigure(column) && own[column.key] === undefined);
    return fitted(wanted, heads, columns, free, available - selectWidth);
  }

  #follow(lines: readonly Line[], columns: readonly Column[]): void {
    const shown = new Set(columns.map(({ key }) => key));
    for (const key of this.#content.keys()) if (!shown.has(key)) this.#content.delete(key);
    const fresh = columns.filter(({ key }) => !this.#content.has(key));
    for (const { key } of fresh) this.#content.set(key, 0);
    for (const line of lines) {
      const subject = line.type === 'run' ? line.row : line.spreads;
      const known = this.#measured.has(subject);
      if (known && fresh.length === 0) continue;
      this.#measured.add(subject);
      for (const column of known ? fresh : columns) this.#grow(line, column);
    }
  }

  #grow(line: Line, column: Column): void {
    const before = this.#content.get(column.key)!;
    const most = column.key === 'name' ? widestName : (widest[column.kind] ?? Number.POSITIVE_INFINITY);
    if (before >= most) return;
    const width = Math.ceil(
      line.type === 'run' ? this.#ofRun(line.row, column) : this.#ofGroup(line, column),
    );
    if (width > before) this.#content.set(column.key, Math.min(most, width));
  }

  #ofGroup(line: Extract<Line, { type: 'group' }>, column: Column): number {
    const spread = line.spreads.get(column.key);
    return spread && column.formatSpread ? this.#measure(column.formatSpread(spread), 'bold') + padding : 0;
  }

  #ofRun(row: RunRow, column: Column): number {
    const chips = (texts: readonly string[]) =>
      texts.reduce((sum, text) => sum + this.#measure(text, 'chip') + aroundChip, 0);
    switch (column.kind) {
      case 'state': {
        const { text, short, progress } = stateText(row);
        const shown = this.#compact ? short : text;
        return this.#measure(shown, 'plain') + (progress && !this.#compact ? bar : sign) + padding;
      }
      case 'tags':
        return chips(row.tags) + padding;
      default: {
        const text = column.format(column.read(row, this.#configOf(row)));
        const own = this.#measure(text.slice(0, 200), 'plain') + padding;
        return column.key === 'name'
          ? own + beforeName + chips(row.baseline ? [this.#compact ? baselineInitial : 'baseline'] : [])
          : own;
      }
    }
  }
}

export interface WidthOptions {
  readonly own: Readonly<Record<string, number>>;
  readonly sorted: ReadonlySet<string>;
  readonly available: number;
  readonly compact: boolean;
}

/** Texts give way as far as it makes all columns fit; where nothing does, a name leaves most of the place to figures. */
function fitted(
  wanted: readonly number[],
  heads: readonly number[],
  columns: readonly Column[],
  free: readonly boolean[],
  available: number,
): readonly number[] {
  const sum = wanted.reduce((all, width) => all + width, 0);
  let lack = sum - available;
  if (lack <= 0) return wanted;
  const lowest = wanted.map((width, index) => {
    if (!free[index]) return width;
    const { key, section } = columns[index]!;
    const floor = key === 'name' ? leastName : section === 'Settings' ? leastSetting : least;
    return Math.min(width, Math.max(floor, heads[index]!));
  });
  const slack = sum - lowest.reduce((all, width) => all + width, 0);
  if (slack < lack) {
    const most = Math.max(leastName - 20, available * 0.36);
    return wanted.map((width, index) =>
      free[index] && columns[index]!.key === 'name' ? Math.min(width, Math.floor(most)) : width,
    );
  }
  // Each gives in proportion to what it can.
  const share = lack / slack;
  return wanted.map((width, index) => {
    const given = Math.min(lack, Math.ceil((width - lowest[index]!) * share));
    lack -= given;
    return width - given;
  });
}

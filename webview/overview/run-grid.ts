import { html } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { guard } from 'lit/directives/guard.js';
import { repeat } from 'lit/directives/repeat.js';
import { onThemeChange } from '../charts/page-theme.ts';
import { Part } from '../parts/part.ts';
import { SizeWatch } from '../parts/size-watch.ts';
import type { FlatConfig, RunRow } from '../protocol/rows.ts';
import { remembered } from '../state/remembered.ts';
import type { SortKey } from '../state/view-state.ts';
import { ColumnWidths, isCompact } from './column-widths.ts';
import type { Column } from './columns.ts';
import { gridHead, headKey } from './grid-head.ts';
import { moveCell } from './grid-keys.ts';
import {
  type ActiveCell,
  type Beyond,
  beyondOf,
  type GridEvents,
  layoutStyle,
  lineHeight,
  pinnedThatFit,
  scrollTo,
} from './grid-layout.ts';
import { gridLine, type LineLook, lineDependencies, openLine, runsOf } from './grid-line.ts';
import { LineNames } from './line-names.ts';
import { LineSlots } from './line-slots.ts';
import type { Line } from './rows-model.ts';
import { pageMeasure } from './text-measure.ts';

/** Lines drawn above and below what is seen, so that quick scrolling finds them there. */
const margin = 8;
/** Milliseconds after which a grid that was scrolled is at rest. */
const settled = 200;

/**
 * The table of the overview. Only lines that are seen are in the document, so five thousand runs scroll as easily as five,
 * and of those only what has changed is drawn.
 * One cell has the focus; arrow keys move it, Enter opens, Space selects, Control+C copies the cell and with Shift the row.
 * In the head Enter sorts, with Shift after the other columns, and Shift with an arrow key changes the width.
 */
@customElement('distillery-run-grid')
export class RunGrid extends Part {
  @property({ attribute: false }) lines: readonly Line[] = [];
  @property({ attribute: false }) columns: readonly Column[] = [];
  @property({ attribute: false }) pinned: ReadonlySet<string> = new Set();
  @property({ attribute: false }) sort: readonly SortKey[] = [];
  /** Widths that somebody gave columns, by key. */
  @property({ attribute: false }) own: Readonly<Record<string, number>> = {};
  @property({ attribute: false }) selected: ReadonlySet<string> = new Set();
  @property({ attribute: false }) configOf: (row: RunRow) => FlatConfig = () => ({});
  @property({ attribute: false }) variantOf: (row: RunRow) => number = () => 0;
  @property({ attribute: false }) events!: GridEvents;
  /** The uppermost line that is seen. */
  @state() private first = 0;
  @state() private height = 600;
  @state() private width = 900;
  @state() private compact = false;
  /** Whether columns lie to the left of what is seen, and the pixels to cover at its right edge. */
  @state() private beyond: Beyond = { left: false, right: 0 };
  @state() private dragged: Readonly<Record<string, number>> = {};
  @state() private active: ActiveCell = { line: -1, column: 1 };

  #focusWanted = false;
  #scrolling: ReturnType<typeof setTimeout> | undefined;
  readonly #slots = new LineSlots();
  readonly #runs = remembered((lines: readonly Line[]) => [...new Set(lines.flatMap(runsOf))]);
  readonly #selection = remembered((runs: readonly string[], selected: ReadonlySet<string>) => {
    const count = runs.filter((run) => selected.has(run)).length;
    return { some: count > 0, all: count > 0 && count === runs.length };
  });
  #widths: readonly number[] = [];
  #beside = '';
  #stuck: ReadonlySet<string> = new Set();
  readonly #pinnedThatFit = remembered(pinnedThatFit);
  #sizes: ColumnWidths | undefined;
  #names: LineNames | undefined;
  #stopWatching: (() => void) | undefined;
  readonly #sorted = remembered((sort: readonly SortKey[]) => new Set(sort.map(({ column }) => column)));
  readonly #fitted = remembered(
    (
      lines: readonly Line[],
      columns: readonly Column[],
      own: Readonly<Record<string, number>>,
      sorted: ReadonlySet<string>,
      available: number,
      compact: boolean,
      _fonts: ColumnWidths | undefined,
    ) => {
      this.#sizes ??= new ColumnWidths(pageMeasure(), (row) => this.configOf(row));
      return this.#sizes.of(lines, columns, { own, sorted, available, compact });
    },
  );
  readonly #resize = new SizeWatch((entry) => {
    const { width, height } = entry.contentRect;
    if (height > 0) this.height = height;
    if (width > 0) this.compact = isCompact(width);
    this.#lookBeyond();
  });

  override connectedCallback(): void {
    super.connectedCallback();
    this.#resize.observe(this);
    this.#stopWatching = onThemeChange(() => {
      // Another theme may come with another font.
      this.#sizes = undefined;
      this.#names = undefined;
      this.requestUpdate();
    });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#resize.disconnect();
    this.#stopWatching?.();
    clearTimeout(this.#scrolling);
    this.#scrolling = undefined;
  }

  protected override render() {
    const { lines, columns } = this;
    const active = Math.min(this.active.line, lines.length - 1);
    const from = Math.max(0, this.first - margin);
    const end = Math.min(lines.length, this.first + Math.ceil(this.height / lineHeight) + margin);
    const own = Object.keys(this.dragged).length === 0 ? this.own : { ...this.own, ...this.dragged };
    const sorted = this.#sorted(this.sort);
    this.#widths = this.#fitted(lines, columns, own, sorted, this.width, this.compact, this.#sizes);
    this.#stuck = this.#pinnedThatFit(columns, this.pinned, this.#widths, this.width);
    const { left, right } = this.beyond;
    return html`<div
      class="grid ${this.compact ? 'compact' : ''} ${left ? 'beyond-left' : ''}"
      role="grid"
      .style=${layoutStyle(columns, this.#stuck, this.#widths, this.width)}
      aria-label="Runs"
      aria-rowcount=${lines.length + 1}
      aria-colcount=${columns.length + 1}
      aria-multiselectable="true"
      @scroll=${this.#onScroll}
      @keydown=${this.#onKey}
      @focusin=${() => this.events.onReading(true)}
      @focusout=${() => this.events.onReading(this.matches(':hover'))}
      @pointerenter=${() => this.events.onReading(true)}
      @pointerleave=${() => this.events.onReading(this.contains(document.activeElement))}
    >
      <div class="grid-inner">
        ${this.#head(active === -1)}
        <div class="grid-body" role="rowgroup" .style=${`height:${lines.length * lineHeight}px`}>
          ${repeat(
            this.#slots.assign(from, end, { kept: active, still: this.#scrolling !== undefined }),
            ({ slot }) => slot,
            ({ line: index }) => {
              const line = lines[index]!;
              const look = this.#look(index === active);
              return guard(lineDependencies(line, index, look), () => gridLine(line, index, look));
            },
          )}
        </div>
      </div>
    </div>
    <div class="more-right" aria-hidden="true" ?hidden=${right === 0} .style=${`inline-size:${right}px;${this.#beside}`}></div>`;
  }

  protected override updated(): void {
    this.#lookBeyond();
    if (!this.#focusWanted) return;
    this.#focusWanted = false;
    this.querySelector<HTMLElement>('[tabindex="0"]')?.focus({ preventScroll: true });
  }

  #head(active: boolean) {
    const runs = this.#runs(this.lines);
    const { columns, sort, events } = this;
    return gridHead({
      ...{ columns, sort, events, pinned: this.#stuck, widths: this.#widths },
      ...this.#selection(runs, this.selected),
      selectAll: (selected) => events.onSelect(runs, selected),
      tab: (column) => this.#tab(active, column),
      activate: (column) => this.#activate(-1, column),
      onDrag: (column, width) => {
        this.dragged = width === null ? {} : { [column]: width };
      },
    });
  }

  #look(active: boolean): LineLook {
    const { columns, selected, configOf, variantOf, events } = this;
    const activate = this.#activate;
    this.#names ??= new LineNames(pageMeasure());
    const names = this.#names;
    return {
      columns,
      pinned: this.#stuck,
      selected,
      configOf,
      variantOf,
      events,
      activate,
      nameOf: (line, span) => names.shown(line, this.lines, this.#widthOf(line, span), this.compact),
      active: active ? this.active : null,
    };
  }

  /** Pixels of the cell of a name. Scrolled aside, one that reaches over several columns keeps to the first. */
  #widthOf({ type }: Line, span: number): number {
    if (type === 'run') return this.#widths[this.columns.findIndex(({ key }) => key === 'name')] ?? 0;
    return this.#widths.slice(0, this.beyond.left ? 1 : span).reduce((sum, width) => sum + width, 0);
  }

  #tab(line: boolean, column: number): number {
    return line && this.active.column === column ? 0 : -1;
  }

  readonly #activate = (line: number, column: number) => {
    if (this.active.line !== line || this.active.column !== column) this.active = { line, column };
  };

  #lookBeyond(): void {
    const grid = this.querySelector<HTMLElement>('.grid');
    if (!grid) return;
    // Beside the scroll bars.
    const { offsetWidth, clientWidth, offsetHeight, clientHeight } = grid;
    if (clientWidth > 0) this.width = clientWidth;
    this.#beside = `right:${offsetWidth - clientWidth}px;bottom:${offsetHeight - clientHeight}px`;
    const now = beyondOf(grid, this.columns, this.#stuck, this.#widths);
    if (now.left !== this.beyond.left || now.right !== this.beyond.right) this.beyond = now;
  }

  readonly #onScroll = (event: Event) => {
    this.#lookBeyond();
    this.first = Math.floor((event.currentTarget as HTMLElement).scrollTop / lineHeight);
    clearTimeout(this.#scrolling);
    this.#scrolling = setTimeout(() => {
      this.#scrolling = undefined;
      this.requestUpdate();
    }, settled);
  };

  readonly #onKey = (event: KeyboardEvent) => {
    const line = this.lines[this.active.line];
    const column = this.columns[this.active.column - 1];
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'c' && line?.type === 'run') {
      const cells = event.shiftKey ? this.columns : column ? [column] : [];
      const texts = cells.map((one) => one.format(one.read(line.row, this.configOf(line.row))));
      this.events.onCopy(texts.join('\t'));
    } else if (
      !line &&
      column &&
      headKey(event, column, this.#widths[this.active.column - 1]!, this.events)
    ) {
      // Done.
    } else if (event.key === 'Enter' && line) openLine(line, this.events);
    else if (event.key === ' ' && line) {
      const runs = runsOf(line);
      this.events.onSelect(runs, !runs.every((run) => this.selected.has(run)));
    } else {
      const page = Math.max(1, Math.floor(this.height / lineHeight) - 2);
      const next = moveCell(this.active, event, {
        lines: this.lines.length,
        columns: this.columns.length + 1,
        page,
      });
      if (next === undefined) return;
      this.active = next;
      this.#focusWanted = true;
      this.#scrollTo(next);
    }
    event.preventDefault();
  };

  #scrollTo({ line, column }: { line: number; column: number }): void {
    const grid = this.querySelector<HTMLElement>('.grid')!;
    if (line >= 0) {
      const y = line * lineHeight;
      const seen = grid.clientHeight - lineHeight;
      if (y < grid.scrollTop) grid.scrollTop = y;
      else if (y + lineHeight > grid.scrollTop + seen) grid.scrollTop = y + lineHeight - seen;
    }
    const at = this.columns[column - 1];
    if (at === undefined || this.#stuck.has(at.key)) return;
    grid.scrollLeft = scrollTo(column - 1, grid, this.columns, this.#stuck, this.#widths);
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'distillery-run-grid': RunGrid;
  }
}

import { html, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { missing } from '../../src/compare/formatting.ts';
import { stateMark, strategyMark, userText } from '../parts/marks.ts';
import { Part } from '../parts/part.ts';
import type { FlatConfig, RunRow } from '../protocol.ts';
import type { SortKey } from '../state/view-state.ts';
import type { Column } from './columns.ts';
import { moveCell } from './grid-keys.ts';
import type { Line } from './rows-model.ts';

const lineHeight = 30;
const selectWidth = 34;
/** Lines drawn above and below what is seen, so that quick scrolling finds them there. */
const margin = 8;

export interface GridEvents {
  readonly onSort: (column: Column, add: boolean) => void;
  readonly onSelect: (runs: readonly string[], selected: boolean) => void;
  readonly onOpen: (run: string) => void;
  readonly onToggle: (group: string) => void;
  readonly onCopy: (text: string) => void;
  /** Whether somebody reads the grid now: points at it or has the focus in it. */
  readonly onReading: (reading: boolean) => void;
}

/**
 * The table of the overview. Only lines that are seen are in the document, so five thousand runs scroll as easily as five.
 * One cell has the focus; arrow keys move it, Enter opens, Space selects, Control+C copies the cell and with Shift the row.
 */
@customElement('distillery-run-grid')
export class RunGrid extends Part {
  @property({ attribute: false }) lines: readonly Line[] = [];
  @property({ attribute: false }) columns: readonly Column[] = [];
  @property({ attribute: false }) pinned: ReadonlySet<string> = new Set();
  @property({ attribute: false }) sort: readonly SortKey[] = [];
  @property({ attribute: false }) selected: ReadonlySet<string> = new Set();
  @property({ attribute: false }) configOf: (row: RunRow) => FlatConfig = () => ({});
  @property({ attribute: false }) variantOf: (row: RunRow) => number = () => 0;
  @property({ attribute: false }) events!: GridEvents;
  @state() private top = 0;
  @state() private height = 600;
  /** The cell with the focus: line −1 is the head; column 0 is the box to select by. */
  @state() private active = { line: -1, column: 1 };

  #focusWanted = false;
  readonly #resize = new ResizeObserver(([entry]) => {
    if (entry!.contentRect.height > 0) this.height = entry!.contentRect.height;
  });

  override connectedCallback(): void {
    super.connectedCallback();
    this.#resize.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#resize.disconnect();
  }

  protected override render() {
    const first = Math.max(0, Math.floor(this.top / lineHeight) - margin);
    const count = Math.ceil(this.height / lineHeight) + 2 * margin;
    const shown = this.lines.slice(first, first + count);
    const active = Math.min(this.active.line, this.lines.length - 1);
    const template = [selectWidth, ...this.columns.map((column) => column.width)]
      .map((width) => `${width}px`)
      .join(' ');
    return html`<div
      class="grid"
      role="grid"
      aria-label="Runs"
      aria-rowcount=${this.lines.length + 1}
      aria-colcount=${this.columns.length + 1}
      aria-multiselectable="true"
      @scroll=${this.#onScroll}
      @keydown=${this.#onKey}
      @focusin=${() => this.events.onReading(true)}
      @focusout=${() => this.events.onReading(this.matches(':hover'))}
      @pointerenter=${() => this.events.onReading(true)}
      @pointerleave=${() => this.events.onReading(this.contains(document.activeElement))}
    >
      <div class="grid-inner" .style=${`--columns:${template}`}>
        ${this.#head(active === -1)}
        <div class="grid-body" role="rowgroup" .style=${`height:${this.lines.length * lineHeight}px`}>
          ${repeat(
            shown,
            (line) => line.key,
            (line, index) => this.#line(line, first + index, first + index === active),
          )}
        </div>
      </div>
    </div>`;
  }

  protected override updated(): void {
    if (!this.#focusWanted) return;
    this.#focusWanted = false;
    this.querySelector<HTMLElement>('[tabindex="0"]')?.focus({ preventScroll: true });
  }

  #head(active: boolean): TemplateResult {
    const runs = this.#runs();
    const all = runs.length > 0 && runs.every((run) => this.selected.has(run));
    return html`<div role="rowgroup" class="grid-head"><div role="row" aria-rowindex="1" class="line head">
      <span role="columnheader" class="cell select pinned" .style=${'left:0'}>
        <input
          type="checkbox"
          aria-label="Select all runs shown"
          tabindex=${this.#tab(active, 0)}
          .checked=${all}
          .indeterminate=${!all && runs.some((run) => this.selected.has(run))}
          @change=${(event: Event) =>
            this.events.onSelect(this.#runs(), (event.target as HTMLInputElement).checked)}
        />
      </span>
      ${this.columns.map((column, index) => {
        const position = this.sort.findIndex((key) => key.column === column.key);
        const key = this.sort[position];
        return html`<span
          role="columnheader"
          class="cell ${column.kind} ${this.pinned.has(column.key) ? 'pinned' : ''}"
          .style=${this.#offset(index)}
          aria-colindex=${index + 2}
          aria-sort=${key ? (key.descending ? 'descending' : 'ascending') : 'none'}
        >
          <button
            type="button"
            tabindex=${this.#tab(active, index + 1)}
            title="${column.meaning} Click to sort; with Shift, after the other columns."
            @click=${(event: MouseEvent) => this.events.onSort(column, event.shiftKey)}
          >
            <span class="head-label">${column.label}</span>
            ${
              key
                ? html`<span class="sort" aria-hidden="true"
                  >${key.descending ? '↓' : '↑'}${this.sort.length > 1 ? position + 1 : ''}</span
                >`
                : nothing
            }
          </button>
        </span>`;
      })}
    </div></div>`;
  }

  #line(line: Line, index: number, active: boolean): TemplateResult {
    const runs = runsOf(line);
    const selected = runs.length > 0 && runs.every((run) => this.selected.has(run));
    const label = line.type === 'run' ? line.row.name.slice(0, 100) : line.label.slice(0, 100);
    return html`<div
      role="row"
      class="line ${line.type} ${selected ? 'selected' : ''}"
      aria-rowindex=${index + 2}
      aria-selected=${selected}
      aria-expanded=${line.type === 'group' ? String(line.open) : nothing}
      .style=${`transform:translateY(${index * lineHeight}px)`}
      @dblclick=${() => this.#open(line)}
    >
      <span role="gridcell" class="cell select pinned" .style=${'left:0'}>
        <input
          type="checkbox"
          aria-label="Select ${label}"
          tabindex=${this.#tab(active, 0)}
          .checked=${selected}
          .indeterminate=${!selected && runs.some((run) => this.selected.has(run))}
          @focus=${() => this.#activate(index, 0)}
          @change=${(event: Event) => this.events.onSelect(runs, (event.target as HTMLInputElement).checked)}
        />
      </span>
      ${
        line.type === 'run'
          ? this.columns.map((_, position) => this.#cell(line, index, active, position, 1))
          : this.#groupCells(line, index, active)
      }
    </div>`;
  }

  /** The name of a group reaches over the columns that have nothing to say of a group. */
  #groupCells(line: Line, index: number, active: boolean): TemplateResult[] {
    const firstFigure = this.columns.findIndex((column) => column.formatSpread !== undefined);
    const span = Math.max(1, firstFigure < 0 ? this.columns.length : firstFigure);
    const positions = this.columns.map((_, position) => position).filter((at) => at === 0 || at >= span);
    return positions.map((position) => this.#cell(line, index, active, position, position === 0 ? span : 1));
  }

  #cell(line: Line, index: number, active: boolean, position: number, span: number): TemplateResult {
    const column = this.columns[position]!;
    const covers = this.active.column > position && this.active.column <= position + span;
    return html`<span
      role="gridcell"
      class="cell ${column.kind} ${this.pinned.has(column.key) ? 'pinned' : ''}"
      .style=${`${this.#offset(position)};grid-column-end:span ${span}`}
      aria-colindex=${position + 2}
      aria-colspan=${span === 1 ? nothing : span}
      tabindex=${active && covers ? 0 : -1}
      @focus=${() => this.#activate(index, position + 1)}
      >${this.#content(line, column)}</span
    >`;
  }

  #content(line: Line, column: Column): TemplateResult | string {
    if (line.type === 'group') {
      if (column.key === this.columns[0]?.key)
        return html`<button
          type="button"
          class="toggle"
          tabindex="-1"
          aria-label="${line.open ? 'Collapse' : 'Expand'} ${line.label.slice(0, 100)}"
          @click=${() => this.events.onToggle(line.key)}
        >
          <span aria-hidden="true">${line.open ? '▾' : '▸'}</span> ${userText(line.label)}
          <span class="count">${line.rows.length}</span>
        </button>`;
      const spread = line.spreads.get(column.key);
      return spread && column.formatSpread ? column.formatSpread(spread) : '';
    }
    const { row } = line;
    if (column.key === 'name')
      return html`<span class="name-cell ${line.inGroup ? 'inner' : ''}"
        >${strategyMark({ strategy: row.strategy, variant: this.variantOf(row) })}<button
          type="button"
          class="link"
          tabindex="-1"
          @click=${() => this.events.onOpen(row.id)}
        >
          ${userText(row.name)}</button
        >${row.baseline ? html`<span class="chip">baseline</span>` : nothing}</span
      >`;
    if (column.kind === 'state') return stateMark(row);
    if (column.kind === 'tags')
      return row.tags.length === 0
        ? html`<span class="unknown">${missing}</span>`
        : html`${row.tags.map((tag) => html`<span class="chip">${userText(tag)}</span>`)}`;
    const text = column.format(column.read(row, this.configOf(row)));
    if (text === missing) return html`<span class="unknown">${missing}</span>`;
    return column.kind === 'text' ? userText(text) : text;
  }

  /** Where a pinned column stands while the others scroll under it. */
  #offset(index: number): string {
    if (!this.pinned.has(this.columns[index]!.key)) return '';
    const before = this.columns.slice(0, index).filter((column) => this.pinned.has(column.key));
    return `left:${before.reduce((sum, column) => sum + column.width, selectWidth)}px`;
  }

  #tab(line: boolean, column: number): number {
    return line && this.active.column === column ? 0 : -1;
  }

  #activate(line: number, column: number): void {
    if (this.active.line !== line || this.active.column !== column) this.active = { line, column };
  }

  #runs(): string[] {
    return [...new Set(this.lines.flatMap(runsOf))];
  }

  #open(line: Line): void {
    if (line.type === 'run') this.events.onOpen(line.row.id);
    else this.events.onToggle(line.key);
  }

  readonly #onScroll = (event: Event) => {
    this.top = (event.currentTarget as HTMLElement).scrollTop;
  };

  readonly #onKey = (event: KeyboardEvent) => {
    const line = this.lines[this.active.line];
    const column = this.columns[this.active.column - 1];
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'c' && line?.type === 'run') {
      const cells = event.shiftKey ? this.columns : column ? [column] : [];
      const texts = cells.map((one) => one.format(one.read(line.row, this.configOf(line.row))));
      this.events.onCopy(texts.join('\t'));
    } else if (event.key === 'Enter' && line) this.#open(line);
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
    if (at === undefined || this.pinned.has(at.key)) return;
    const widths = (columns: readonly Column[]) => columns.reduce((sum, one) => sum + one.width, selectWidth);
    const left = widths(this.columns.slice(0, column - 1));
    const covered = widths(this.columns.filter((one) => this.pinned.has(one.key)));
    if (left < grid.scrollLeft + covered) grid.scrollLeft = left - covered;
    else if (left + at.width > grid.scrollLeft + grid.clientWidth)
      grid.scrollLeft = left + at.width - grid.clientWidth;
  }
}

const runsOf = (line: Line): string[] =>
  line.type === 'run' ? [line.row.id] : line.rows.map((row) => row.id);

declare global {
  interface HTMLElementTagNameMap {
    'distillery-run-grid': RunGrid;
  }
}

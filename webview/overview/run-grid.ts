import { html, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { guard } from 'lit/directives/guard.js';
import { repeat } from 'lit/directives/repeat.js';
import { Part } from '../parts/part.ts';
import type { FlatConfig, RunRow } from '../protocol.ts';
import { remembered } from '../state/remembered.ts';
import type { SortKey } from '../state/view-state.ts';
import type { Column } from './columns.ts';
import { moveCell } from './grid-keys.ts';
import {
  type ActiveCell,
  type GridEvents,
  lineHeight,
  pinnedOffset,
  selectWidth,
  widthOf,
} from './grid-layout.ts';
import { gridLine, type LineLook, lineDependencies, openLine, runsOf } from './grid-line.ts';
import { LineSlots } from './line-slots.ts';
import type { Line } from './rows-model.ts';

/** Lines drawn above and below what is seen, so that quick scrolling finds them there. */
const margin = 8;
/** Milliseconds after which a grid that was scrolled is at rest. */
const settled = 200;

/**
 * The table of the overview. Only lines that are seen are in the document, so five thousand runs scroll as easily as five,
 * and of those only what has changed is drawn.
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
  /** The uppermost line that is seen. */
  @state() private first = 0;
  @state() private height = 600;
  @state() private active: ActiveCell = { line: -1, column: 1 };

  #focusWanted = false;
  #scrolling: ReturnType<typeof setTimeout> | undefined;
  readonly #slots = new LineSlots();
  readonly #runs = remembered((lines: readonly Line[]) => [...new Set(lines.flatMap(runsOf))]);
  readonly #selection = remembered((runs: readonly string[], selected: ReadonlySet<string>) => {
    const count = runs.filter((run) => selected.has(run)).length;
    return { some: count > 0, all: count > 0 && count === runs.length };
  });
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
    clearTimeout(this.#scrolling);
    this.#scrolling = undefined;
  }

  protected override render() {
    const { lines, columns } = this;
    const active = Math.min(this.active.line, lines.length - 1);
    const from = Math.max(0, this.first - margin);
    const end = Math.min(lines.length, this.first + Math.ceil(this.height / lineHeight) + margin);
    const template = [selectWidth, ...columns.map((column) => column.width)]
      .map((width) => `${width}px`)
      .join(' ');
    return html`<div
      class="grid"
      role="grid"
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
      <div class="grid-inner" .style=${`--columns:${template};--width:${widthOf(columns)}px`}>
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
    </div>`;
  }

  protected override updated(): void {
    if (!this.#focusWanted) return;
    this.#focusWanted = false;
    this.querySelector<HTMLElement>('[tabindex="0"]')?.focus({ preventScroll: true });
  }

  #head(active: boolean): TemplateResult {
    const runs = this.#runs(this.lines);
    const { some, all } = this.#selection(runs, this.selected);
    return html`<div role="rowgroup" class="grid-head"><div role="row" aria-rowindex="1" class="line head">
      <span role="columnheader" class="cell select pinned" .style=${'left:0'}>
        <input
          type="checkbox"
          aria-label="Select all runs shown"
          tabindex=${this.#tab(active, 0)}
          .checked=${all}
          .indeterminate=${some && !all}
          @change=${(event: Event) => this.events.onSelect(runs, (event.target as HTMLInputElement).checked)}
        />
      </span>
      ${this.columns.map((column, index) => {
        const position = this.sort.findIndex((key) => key.column === column.key);
        const key = this.sort[position];
        return html`<span
          role="columnheader"
          class="cell ${column.kind} ${this.pinned.has(column.key) ? 'pinned' : ''}"
          .style=${pinnedOffset(this.columns, this.pinned, index)}
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

  #look(active: boolean): LineLook {
    const { columns, pinned, selected, configOf, variantOf, events } = this;
    const activate = this.#activate;
    return {
      columns,
      pinned,
      selected,
      configOf,
      variantOf,
      events,
      activate,
      active: active ? this.active : null,
    };
  }

  #tab(line: boolean, column: number): number {
    return line && this.active.column === column ? 0 : -1;
  }

  readonly #activate = (line: number, column: number) => {
    if (this.active.line !== line || this.active.column !== column) this.active = { line, column };
  };

  readonly #onScroll = (event: Event) => {
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
    if (at === undefined || this.pinned.has(at.key)) return;
    const left = widthOf(this.columns.slice(0, column - 1));
    const covered = widthOf(this.columns.filter((one) => this.pinned.has(one.key)));
    if (left < grid.scrollLeft + covered) grid.scrollLeft = left - covered;
    else if (left + at.width > grid.scrollLeft + grid.clientWidth)
      grid.scrollLeft = left + at.width - grid.clientWidth;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'distillery-run-grid': RunGrid;
  }
}

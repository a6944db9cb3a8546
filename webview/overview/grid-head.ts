import { html, nothing, type TemplateResult } from 'lit';
import type { SortKey } from '../state/view-state.ts';
import type { Column } from './columns.ts';
import { type GridEvents, pinnedOffset } from './grid-layout.ts';

/** Pixels by which a key changes the width of a column. */
const step = 16;

export interface HeadLook {
  readonly columns: readonly Column[];
  readonly widths: readonly number[];
  readonly pinned: ReadonlySet<string>;
  readonly sort: readonly SortKey[];
  /** Of the runs shown, whether some and whether all are selected. */
  readonly some: boolean;
  readonly all: boolean;
  readonly selectAll: (selected: boolean) => void;
  /** 0 for the cell that Tab leads to, else −1. */
  readonly tab: (column: number) => number;
  readonly activate: (column: number) => void;
  readonly events: GridEvents;
  /** While a column is dragged wider; null when it is let go of without a change. */
  readonly onDrag: (column: string, width: number | null) => void;
}

const help =
  'Click to sort; with Shift, after the other columns. Shift with the arrow keys makes it wider or narrower, Delete fits it to its content.';

/** The head of the grid: what is in each column, how the runs are sorted, and edges to change the widths by. */
export function gridHead(look: HeadLook): TemplateResult {
  const { columns, pinned, some, all } = look;
  return html`<div role="rowgroup" class="grid-head"><div role="row" aria-rowindex="1" class="line head">
    <span role="columnheader" class="cell select pinned" .style=${'left:0'}>
      <input
        type="checkbox"
        aria-label="Select all runs shown"
        tabindex=${look.tab(0)}
        @focusin=${() => look.activate(0)}
        .checked=${all}
        .indeterminate=${some && !all}
        @change=${(event: Event) => look.selectAll((event.target as HTMLInputElement).checked)}
      />
    </span>
    ${columns.map((column, index) => {
      const position = look.sort.findIndex((key) => key.column === column.key);
      const key = look.sort[position];
      return html`<span
        role="columnheader"
        class="cell ${column.kind} ${pinned.has(column.key) ? 'pinned' : ''}"
        .style=${pinnedOffset(columns, pinned, index)}
        aria-colindex=${index + 2}
        aria-sort=${key ? (key.descending ? 'descending' : 'ascending') : 'none'}
      >
        <button
          type="button"
          tabindex=${look.tab(index + 1)}
          @focusin=${() => look.activate(index + 1)}
          title="${column.meaning} ${help}"
          @click=${(event: MouseEvent) => look.events.onSort(column, event.shiftKey)}
        >
          <span class="head-label">${column.label}</span>
          ${
            key
              ? html`<span class="sort" aria-hidden="true"
                >${key.descending ? '↓' : '↑'}${look.sort.length > 1 ? position + 1 : ''}</span
              >`
              : nothing
          }
        </button>
        <span
          class="edge"
          aria-hidden="true"
          @pointerdown=${(event: PointerEvent) => drag(event, column.key, look.widths[index]!, look)}
          @dblclick=${() => look.events.onResize(column.key, null)}
        ></span>
      </span>`;
    })}
  </div></div>`;
}

/** What a key does in the head, beside moving on; whether it does anything. */
export function headKey(event: KeyboardEvent, column: Column, width: number, events: GridEvents): boolean {
  switch (event.key) {
    case 'Enter':
    case ' ':
      events.onSort(column, event.shiftKey);
      return true;
    case 'ArrowLeft':
    case 'ArrowRight':
      if (!event.shiftKey) return false;
      events.onResize(column.key, width + (event.key === 'ArrowRight' ? step : -step));
      return true;
    case 'Delete':
    case 'Backspace':
      events.onResize(column.key, null);
      return true;
    default:
      return false;
  }
}

/** Follows the pointer until the edge of a column is let go of; Escape leaves the column as it was. */
function drag(event: PointerEvent, column: string, width: number, look: HeadLook): void {
  if (event.button !== 0) return;
  event.preventDefault();
  const edge = event.currentTarget as HTMLElement;
  edge.setPointerCapture(event.pointerId);
  const over = new AbortController();
  const { signal } = over;
  let now: number | null = null;
  const end = (final: number | null) => {
    over.abort();
    if (final !== null) look.events.onResize(column, final);
    look.onDrag(column, null);
  };
  edge.addEventListener(
    'pointermove',
    (move) => {
      now = Math.round(width + move.clientX - event.clientX);
      look.onDrag(column, now);
    },
    { signal },
  );
  edge.addEventListener('pointerup', () => end(now), { signal });
  edge.addEventListener('pointercancel', () => end(null), { signal });
  document.addEventListener('keydown', ({ key }) => key === 'Escape' && end(null), { signal });
}

import { html, nothing, type TemplateResult } from 'lit';
import { missing } from '../../src/compare/formatting.ts';
import { doubtMark, stateMark, strategyMark, userText } from '../parts/marks.ts';
import type { FlatConfig, RunRow } from '../protocol/rows.ts';
import type { Column } from './columns.ts';
import { type ActiveCell, type GridEvents, lineHeight, pinnedOffset } from './grid-layout.ts';
import { baselineInitial } from './line-names.ts';
import type { Line } from './rows-model.ts';

/** All that a line is drawn from, beside itself. */
export interface LineLook {
  readonly columns: readonly Column[];
  readonly pinned: ReadonlySet<string>;
  readonly selected: ReadonlySet<string>;
  /** The cell with the focus, where it is in this line. */
  readonly active: ActiveCell | null;
  readonly configOf: (row: RunRow) => FlatConfig;
  readonly variantOf: (row: RunRow) => number;
  /** What is shown of the name of a line, given how many columns it reaches over. */
  readonly nameOf: (line: Line, span: number) => string;
  readonly events: GridEvents;
  readonly activate: (line: number, column: number) => void;
}

export const runsOf = (line: Line): string[] =>
  line.type === 'run' ? [line.row.id] : line.rows.map((row) => row.id);

export function openLine(line: Line, events: GridEvents): void {
  if (line.type === 'run') events.onOpen(line.row.id);
  else events.onToggle(line.key);
}

/** What a line shows, as values to compare: where they are all as they were, it need not be drawn again. */
export function lineDependencies(line: Line, index: number, look: LineLook): unknown[] {
  const name = look.nameOf(line, spanOf(line, look.columns));
  const shared = [index, look.active?.column, look.columns, look.pinned, name];
  if (line.type === 'group') return [...shared, line, look.selected];
  const { row, inGroup, key } = line;
  return [...shared, row, inGroup, key, look.selected.has(row.id), look.variantOf(row)];
}

/** One line of the grid: a run, or the head of a group. */
export function gridLine(line: Line, index: number, look: LineLook): TemplateResult {
  const runs = runsOf(line);
  const selected = runs.length > 0 && runs.every((run) => look.selected.has(run));
  const label = line.type === 'run' ? line.row.name.slice(0, 100) : line.label.slice(0, 100);
  return html`<div
    role="row"
    class="line ${line.type} ${selected ? 'selected' : ''}"
    aria-rowindex=${index + 2}
    aria-selected=${selected}
    aria-expanded=${line.type === 'group' ? String(line.open) : nothing}
    .style=${`transform:translateY(${index * lineHeight}px)`}
    @dblclick=${() => openLine(line, look.events)}
  >
    <span role="gridcell" class="cell select pinned" .style=${'left:0'}>
      <input
        type="checkbox"
        aria-label="Select ${label}"
        tabindex=${look.active?.column === 0 ? 0 : -1}
        .checked=${selected}
        .indeterminate=${!selected && runs.some((run) => look.selected.has(run))}
        @focusin=${() => look.activate(index, 0)}
        @change=${(event: Event) => look.events.onSelect(runs, (event.target as HTMLInputElement).checked)}
      />
    </span>
    ${
      line.type === 'run'
        ? look.columns.map((_, position) => cell(line, index, look, position, 1))
        : groupCells(line, index, look)
    }
  </div>`;
}

/** How many columns a name reaches over: that of a group all those that have nothing to say of a group. */
function spanOf({ type }: Line, columns: readonly Column[]): number {
  if (type === 'run') return 1;
  const firstFigure = columns.findIndex((column) => column.formatSpread !== undefined);
  return Math.max(1, firstFigure < 0 ? columns.length : firstFigure);
}

function groupCells(line: Line, index: number, look: LineLook): TemplateResult[] {
  const { columns } = look;
  const span = spanOf(line, columns);
  const positions = columns.map((_, position) => position).filter((at) => at === 0 || at >= span);
  return positions.map((position) => cell(line, index, look, position, position === 0 ? span : 1));
}

function cell(line: Line, index: number, look: LineLook, position: number, span: number): TemplateResult {
  const column = look.columns[position]!;
  const covers =
    look.active !== null && look.active.column > position && look.active.column <= position + span;
  return html`<span
    role="gridcell"
    class="cell ${column.kind} ${look.pinned.has(column.key) ? 'pinned' : ''}"
    .style=${`${pinnedOffset(look.columns, look.pinned, position)};grid-column-end:span ${span}`}
    aria-colindex=${position + 2}
    aria-colspan=${span === 1 ? nothing : span}
    tabindex=${covers ? 0 : -1}
    @focusin=${() => look.activate(index, position + 1)}
    >${content(line, column, look)}</span
  >`;
}

/** On a narrow page its first letter: the name needs the room. */
const baselineChip = html`<span class="chip" title="baseline"
  ><span class="word">baseline</span><span class="initial" aria-hidden="true">${baselineInitial}</span></span
>`;

function content(line: Line, column: Column, look: LineLook): TemplateResult | string {
  if (line.type === 'group') {
    if (column.key === look.columns[0]?.key)
      return html`<button
        type="button"
        class="toggle"
        tabindex="-1"
        aria-label="${line.open ? 'Collapse' : 'Expand'} ${line.label.slice(0, 100)}"
        @click=${() => look.events.onToggle(line.key)}
      >
        <span aria-hidden="true">${line.open ? '▾' : '▸'}</span> ${userText(line.label, look.nameOf(line, spanOf(line, look.columns)))}
        <span class="count">${line.rows.length}</span>
      </button>`;
    const spread = line.spreads.get(column.key);
    return spread && column.formatSpread ? column.formatSpread(spread) : '';
  }
  const { row } = line;
  if (column.key === 'name') {
    const name = look.nameOf(line, 1);
    return html`<span class="name-cell ${line.inGroup ? 'inner' : ''}"
      >${strategyMark({ strategy: row.strategy, variant: look.variantOf(row) })}<button
        type="button"
        class="link"
        tabindex="-1"
        aria-label=${name === row.name ? nothing : row.name.slice(0, 1000)}
        @click=${() => look.events.onOpen(row.id)}
      >
        ${userText(row.name, name)}</button
      >${doubtMark(row.figures.doubts)}${row.baseline ? baselineChip : nothing}</span
    >`;
  }
  if (column.kind === 'state') return stateMark(row);
  if (column.kind === 'tags')
    return row.tags.length === 0
      ? html`<span class="unknown">${missing}</span>`
      : html`${row.tags.map((tag) => html`<span class="chip">${userText(tag)}</span>`)}`;
  const text = column.format(column.read(row, look.configOf(row)));
  if (text === missing) return html`<span class="unknown">${missing}</span>`;
  return column.kind === 'text' ? userText(text) : text;
}

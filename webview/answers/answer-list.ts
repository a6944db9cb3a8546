import { html, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { guard } from 'lit/directives/guard.js';
import { repeat } from 'lit/directives/repeat.js';
import { userText } from '../parts/marks.ts';
import { Part } from '../parts/part.ts';
import { SizeWatch } from '../parts/size-watch.ts';
import { remembered } from '../state/remembered.ts';
import { cellsOf, heads, type RowColumns } from './answer-row.ts';
import type { FetchedRows, FetchedSamples } from './fetched.ts';

/** Pixels of a row, as the style has them: beside each other, and below each other on a narrow page. */
const rowHeights = { wide: 56, narrow: 104 } as const;
const narrowBelow = 640;
/** Rows drawn above and below those seen. */
const margin = 6;

/**
 * Samples one below the other, of which only those seen are in the document and asked for. One row has the focus: arrow
 * keys, Page Up and Down, Home and End move it, Enter leads to what is shown of it.
 */
@customElement('distillery-answer-list')
export class AnswerList extends Part {
  @property({ attribute: false }) rows!: FetchedRows;
  @property({ attribute: false }) samples!: FetchedSamples;
  @property({ attribute: false }) count = 0;
  @property({ attribute: false }) columns!: RowColumns;
  /** The row that is looked at. */
  @property({ attribute: false }) active = 0;
  /** Told of every row or sample that came. */
  @property({ attribute: false }) version = 0;
  @property({ attribute: false }) onActive: (index: number) => void = () => {};
  @property({ attribute: false }) onOpen: () => void = () => {};
  @state() private first = 0;
  @state() private height = 480;
  @state() private narrow = false;
  #focusWanted = false;
  readonly #columns = remembered(
    (columns: RowColumns, narrow: boolean): RowColumns => ({ ...columns, narrow }),
  );
  readonly #resize = new SizeWatch(({ contentRect: { width, height } }) => {
    if (height > 0) this.height = height;
    if (width > 0) this.narrow = width < narrowBelow;
  });

  override connectedCallback(): void {
    super.connectedCallback();
    this.#resize.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#resize.disconnect();
  }

  /** Back to the first row, as another list begins with it. */
  rewind(): void {
    const list = this.querySelector('.answer-list');
    if (list) list.scrollTop = 0;
    this.first = 0;
  }

  get #rowHeight(): number {
    return this.narrow ? rowHeights.narrow : rowHeights.wide;
  }

  protected override render(): TemplateResult {
    const { count, narrow } = this;
    const columns = this.#columns(this.columns, narrow);
    const titles = heads(columns);
    const height = this.#rowHeight;
    const from = Math.max(0, Math.min(this.first - margin, count - 1));
    const end = Math.min(count, this.first + Math.ceil(this.height / height) + margin);
    const indices = Array.from({ length: Math.max(0, end - from) }, (_, at) => from + at);
    // The row with the focus stays in the document, wherever one scrolls.
    if (this.active < count && (this.active < from || this.active >= end)) indices.push(this.active);
    this.rows.want(from, end);
    // What is shown of the row with the focus stays, however far one scrolls.
    if (this.active < count) this.rows.want(this.active, this.active + 1);
    this.samples.want(columns.hidden ? [] : indices.flatMap((index) => this.rows.at(index)?.position ?? []));
    return html`<div
      class="answer-list ${narrow ? 'narrow' : ''}"
      role="grid"
      aria-label="Samples and answers"
      aria-rowcount=${count + 1}
      aria-colcount=${titles.length}
      .style=${`--titles:${titles.length - 1}`}
      @scroll=${this.#onScroll}
      @keydown=${this.#onKey}
    >
      <div role="rowgroup" class="answer-head">
        <div role="row" aria-rowindex="1" class="answer-line">
          ${titles.map(({ title, number }) => html`<span role="columnheader" class=${number ? 'number' : ''}>${userText(title)}</span>`)}
        </div>
      </div>
      <div role="rowgroup" class="answer-body" .style=${`block-size:${count * height}px`}>
        ${repeat(
          indices,
          (index) => index,
          (index) => this.#line(index, height, columns),
        )}
      </div>
    </div>`;
  }

  #line(index: number, height: number, columns: RowColumns): TemplateResult {
    const row = this.rows.at(index);
    const sample = row && this.samples.at(row.position);
    const active = index === this.active;
    return html`<div
      role="row"
      class="answer-line"
      aria-rowindex=${index + 2}
      aria-selected=${active}
      aria-busy=${row ? nothing : 'true'}
      tabindex=${active ? 0 : -1}
      data-index=${index}
      .style=${`transform:translateY(${index * height}px);block-size:${height}px`}
      @click=${() => this.onActive(index)}
    >
      ${guard([row, sample, columns], () => cellsOf(row, sample, columns))}
    </div>`;
  }

  protected override updated(): void {
    if (!this.#focusWanted) return;
    this.#focusWanted = false;
    this.focusActive();
  }

  focusActive(): void {
    this.querySelector<HTMLElement>('[role="row"][tabindex="0"]')?.focus({ preventScroll: true });
  }

  readonly #onScroll = (event: Event) => {
    this.first = Math.floor((event.currentTarget as HTMLElement).scrollTop / this.#rowHeight);
  };

  readonly #onKey = (event: KeyboardEvent) => {
    if (event.altKey) return;
    if (event.key === 'Enter') this.onOpen();
    else {
      const next = this.#moved(event.key);
      if (next === undefined) return;
      const index = Math.max(0, Math.min(this.count - 1, next));
      this.#scrollTo(index);
      this.#focusWanted = true;
      // Before whoever is told hands it back: the focus goes with the next drawing.
      this.active = index;
      this.onActive(index);
      this.requestUpdate();
    }
    event.preventDefault();
  };

  #moved(key: string): number | undefined {
    const page = Math.max(1, Math.floor(this.height / this.#rowHeight) - 1);
    switch (key) {
      case 'ArrowDown':
        return this.active + 1;
      case 'ArrowUp':
        return this.active - 1;
      case 'PageDown':
        return this.active + page;
      case 'PageUp':
        return this.active - page;
      case 'Home':
        return 0;
      case 'End':
        return this.count - 1;
      default:
        return undefined;
    }
  }

  #scrollTo(index: number): void {
    const list = this.querySelector<HTMLElement>('.answer-list')!;
    const head = list.querySelector<HTMLElement>('.answer-head')!.offsetHeight;
    const height = this.#rowHeight;
    const top = index * height;
    const seen = list.clientHeight - head;
    if (top < list.scrollTop) list.scrollTop = top;
    else if (top + height > list.scrollTop + seen) list.scrollTop = top + height - seen;
    this.first = Math.floor(list.scrollTop / height);
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'distillery-answer-list': AnswerList;
  }
}

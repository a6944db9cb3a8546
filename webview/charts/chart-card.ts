import { html, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { type Chart, type Draw, isTall, tooltipPlace } from '../../src/compare/charts/drawing/chart-frame.ts';
import type { ChartTheme } from '../../src/compare/charts/drawing/chart-theme.ts';
import type { Host } from '../host/host.ts';
import { quietButton } from '../parts/controls.ts';
import { Part } from '../parts/part.ts';
import { SizeWatch } from '../parts/size-watch.ts';
import { drawLater, forget } from './drawing-order.ts';
import { onThemeChange, pageTheme } from './page-theme.ts';
import {
  createPicture,
  join,
  onZoom,
  type Picture,
  type PictureOption,
  pngOf,
  type Span,
  svgOf,
  type TooltipPosition,
  whole,
  zoomOption,
} from './picture.ts';

/** A picture grows so far with the other cards of its row; more would be empty. */
const mostGrowth = 1.5;

let cards = 0;
const nextId = () => {
  cards += 1;
  return `chart${cards}`;
};

/** A chart with its title, its figures as a table for keyboard and screen reader, and ways to take it along. */
@customElement('distillery-chart')
export class ChartCard extends Part {
  @property({ attribute: false }) draw: Draw | undefined;
  @property({ attribute: false }) host: Host | undefined;
  /** Names the pictures that share their horizontal axis, the part of it that they show, and who is told of another. */
  @property({ attribute: false }) group: string | undefined;
  @property({ attribute: false }) span: Span = whole;
  @property({ attribute: false }) onSpan: (span: Span) => void = () => {};
  @state() private theme: ChartTheme = pageTheme();
  @state() private width = 0;
  @state() private showTable = false;

  readonly #id = nextId();
  #picture: Picture | undefined;
  #chart: Chart | undefined;
  /** What the picture shows; another one may wait to be drawn. */
  #drawn: Chart | undefined;
  #drawnSpan: Span = whole;
  /** The height of the card's place for the picture, which grows with the other cards of its row. */
  #height = 0;
  #stopWatching: (() => void) | undefined;
  #inView = false;
  readonly #paint = (): void => this.#drawPicture();
  // Half a page ahead, so that what one scrolls to is there.
  readonly #view = new IntersectionObserver(
    (entries) => {
      this.#inView = entries.at(-1)!.isIntersecting;
      if (this.#inView) this.#drawPicture();
    },
    { rootMargin: '50% 0px' },
  );
  readonly #resize = new SizeWatch((entry) => {
    const width = Math.round(entry.contentRect.width);
    // A hidden page has no width; what it shows stays until it is back.
    if (width > 0) this.width = width;
  });

  readonly #grow = new SizeWatch((entry) => {
    const height = Math.round(entry.contentRect.height);
    if (height === 0 || height === this.#height) return;
    this.#height = height;
    if (this.#picture) this.#drawPicture();
  });

  override connectedCallback(): void {
    super.connectedCallback();
    this.#stopWatching = onThemeChange(() => {
      this.theme = pageTheme();
    });
    this.#resize.observe(this);
    this.#view.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#stopWatching?.();
    this.#resize.disconnect();
    this.#grow.disconnect();
    this.#view.disconnect();
    this.#inView = false;
    forget(this.#paint);
    this.#picture?.dispose();
    this.#picture = undefined;
    this.#drawn = undefined;
  }

  protected override render() {
    // The card's padding and border.
    const inner = Math.max(240, this.width - 34);
    this.#chart = this.width === 0 ? undefined : this.draw?.(this.theme, { width: inner });
    const chart = this.#chart;
    return html`<figure class="card chart" aria-labelledby="${this.#id}-title" aria-describedby="${this.#id}-text">
      <figcaption>
        <div class="chart-head">
          <h3 id="${this.#id}-title">${chart?.title}</h3>
          <span class="chart-actions">
            ${quietButton(
              this.showTable ? 'Picture' : 'Table',
              () => {
                this.showTable = !this.showTable;
              },
              `${this.showTable ? 'Show the picture' : 'Show the figures as a table'}: ${chart?.title ?? ''}`,
            )}
            ${quietButton('SVG', () => this.#save('svg'), `Save as SVG: ${chart?.title ?? ''}`)}
            ${quietButton('PNG', () => void this.#save('png'), `Save as PNG: ${chart?.title ?? ''}`)}
          </span>
        </div>
        <p class="caption">${chart?.caption}</p>
        <p class="hidden" id="${this.#id}-text">${chart?.description}</p>
      </figcaption>
      <div class="picture" aria-hidden="true" ?hidden=${this.showTable}><div class="paper"></div></div>
      ${this.showTable && chart ? table(chart) : ''}
    </figure>`;
  }

  protected override updated(_changed: PropertyValues): void {
    const element = this.querySelector<HTMLElement>('.picture');
    if (this.#chart === undefined || element === null) return;
    this.toggleAttribute('tall', isTall(this.#chart));
    // Its place is kept from the start: what is drawn later moves nothing.
    element.style.minHeight = `${this.#chart.height}px`;
    this.#grow.observe(element);
    if (this.#inView) this.#drawPicture();
    else drawLater(this.#paint);
  }

  #drawPicture(): void {
    forget(this.#paint);
    const chart = this.#chart;
    const paper = this.querySelector<HTMLElement>('.paper');
    if (chart === undefined || paper === null) return;
    const width = Math.max(240, this.width - 34);
    const height = Math.max(chart.height, Math.min(this.#height, Math.round(chart.height * mostGrowth)));
    const joined = chart.progresses === true && this.group !== undefined;
    if (this.#picture === undefined) {
      this.#picture = createPicture(paper, width, height);
      if (joined) {
        join(this.#picture, this.group!);
        onZoom(this.#picture, (span) => {
          this.#drawnSpan = span;
          this.#fitRange();
          this.onSpan(span);
        });
      }
    } else if (this.#picture.getWidth() !== width || this.#picture.getHeight() !== height)
      this.#picture.resize({ width, height });
    else if (this.#drawn === chart) {
      this.#show(this.span);
      return;
    }
    this.#drawn = chart;
    this.#drawnSpan = this.span;
    const option = joined
      ? {
          ...chart.option,
          ...zoomOption(this.span),
          tooltip: { ...chart.option.tooltip, position: this.#place },
        }
      : chart.option;
    this.#picture.setOption(option as PictureOption, { notMerge: true });
    if (this.#drawnSpan.end - this.#drawnSpan.start < 100) this.#fitRange();
  }

  /** Of a picture that follows the pointer in another, ECharts says a place that is not the one pointed at. */
  readonly #place: TooltipPosition = (_point, pointed, _element, _rect, { contentSize: [width, height] }) => {
    const [first] = [pointed].flat();
    const value = (first?.value as readonly number[] | undefined)?.[0] ?? 0;
    const x = Number(this.#picture?.convertToPixel({ xAxisIndex: 0 }, value));
    const picture = { width: this.#picture?.getWidth() ?? 0, height: this.#picture?.getHeight() ?? 0 };
    return tooltipPlace(x, [width, height], picture, this.#drawn?.free ?? { rising: false, below: 0 });
  };

  /** Lets the vertical axis follow the part of the horizontal one that is seen. */
  #fitRange(): void {
    const { start, end } = this.#drawnSpan;
    const range = this.#drawn?.rangeOf?.(start / 100, end / 100);
    if (range) this.#picture?.setOption({ yAxis: range } as PictureOption, { lazyUpdate: true });
  }

  #show({ start, end }: Span): void {
    const { start: from, end: to } = this.#drawnSpan;
    if (this.#chart?.progresses !== true || (start === from && end === to)) return;
    this.#drawnSpan = { start, end };
    this.#picture?.dispatchAction({ type: 'dataZoom', start, end });
  }

  async #save(format: 'svg' | 'png'): Promise<void> {
    this.#drawPicture();
    const element = this.querySelector<HTMLElement>('.picture');
    if (!element || !this.#chart || !this.#picture) return;
    const fileName = `${this.#chart.title
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .slice(0, 60)}.${format}`;
    const svg = svgOf(element, this.theme.surface);
    const content =
      format === 'svg' ? svg : await pngOf(svg, this.#picture.getWidth(), this.#picture.getHeight());
    this.host?.command('saveFile', { fileName, content, encoding: format === 'svg' ? 'utf8' : 'base64' });
  }
}

function table(chart: Chart) {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Figures: ${chart.title}">
    <table>
      <thead>
        <tr>
          ${chart.columns.map((column) => html`<th scope="col">${column}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${chart.rows.map(
          (row) => html`<tr>
            ${row.map((cell) => html`<td><bdi>${cell}</bdi></td>`)}
          </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

declare global {
  interface HTMLElementTagNameMap {
    'distillery-chart': ChartCard;
  }
}

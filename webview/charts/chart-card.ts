import { html, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Chart, Draw } from '../../src/compare/charts/chart-frame.ts';
import type { ChartTheme } from '../../src/compare/charts/chart-theme.ts';
import type { Host } from '../host/host.ts';
import { quietButton } from '../parts/controls.ts';
import { Part } from '../parts/part.ts';
import { drawLater, forget } from './drawing-order.ts';
import { onThemeChange, pageTheme } from './page-theme.ts';
import { createPicture, type Picture, type PictureOption, pngOf, svgOf } from './picture.ts';

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
  @state() private theme: ChartTheme = pageTheme();
  @state() private width = 0;
  @state() private showTable = false;

  readonly #id = nextId();
  #picture: Picture | undefined;
  #chart: Chart | undefined;
  /** What the picture shows; another one may wait to be drawn. */
  #drawn: Chart | undefined;
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
  readonly #resize = new ResizeObserver(([entry]) => {
    const width = Math.round(entry!.contentRect.width);
    // A hidden page has no width; what it shows stays until it is back.
    if (width > 0) this.width = width;
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
      <div class="picture" aria-hidden="true" ?hidden=${this.showTable}></div>
      ${this.showTable && chart ? table(chart) : ''}
    </figure>`;
  }

  protected override updated(_changed: PropertyValues): void {
    const element = this.querySelector<HTMLElement>('.picture');
    if (this.#chart === undefined || element === null) return;
    // Its place is kept from the start: what is drawn later moves nothing.
    element.style.height = `${this.#chart.height}px`;
    if (this.#inView) this.#drawPicture();
    else drawLater(this.#paint);
  }

  #drawPicture(): void {
    forget(this.#paint);
    const chart = this.#chart;
    const element = this.querySelector<HTMLElement>('.picture');
    if (chart === undefined || element === null) return;
    const inner = Math.max(240, this.width - 34);
    if (this.#picture === undefined) this.#picture = createPicture(element, inner, chart.height);
    else if (this.#picture.getWidth() !== inner || this.#picture.getHeight() !== chart.height)
      this.#picture.resize({ width: inner, height: chart.height });
    else if (this.#drawn === chart) return;
    this.#drawn = chart;
    this.#picture.setOption(chart.option as PictureOption, { notMerge: true });
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

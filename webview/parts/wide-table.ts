import { html, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { Part } from './part.ts';
import { SizeWatch } from './size-watch.ts';
import { lookAt } from './whole-columns.ts';

/**
 * A table that may be wider than the page. Its first column stays while the others are scrolled under it, they come to
 * rest whole beside it, and one that is seen in part at the right is covered: half a figure reads as another.
 */
@customElement('distillery-wide-table')
export class WideTable extends Part {
  @property({ attribute: false }) table: TemplateResult | undefined;
  @property({ attribute: false }) name = '';
  /** Pixels that the first column covers, to hide at the right, and to leave empty behind the last column. */
  @state() private look = { covered: 0, hidden: 0, room: 0 };
  #beside = '';
  readonly #resize = new SizeWatch(() => this.#measure());

  override connectedCallback(): void {
    super.connectedCallback();
    this.#resize.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#resize.disconnect();
  }

  protected override render() {
    const { covered, hidden, room } = this.look;
    return html`<div
        class="scroll"
        tabindex="0"
        role="region"
        aria-label=${this.name}
        .style=${`--covered:${covered}px;--room:${room}px`}
        @scroll=${this.#measure}
      >
        ${this.table}
      </div>
      <div class="more-right" aria-hidden="true" ?hidden=${hidden === 0} .style=${`inline-size:${hidden}px;${this.#beside}`}></div>`;
  }

  protected override updated(): void {
    const table = this.querySelector('table');
    // Its columns follow what is in them.
    if (table) this.#resize.observe(table);
    this.#measure();
  }

  readonly #measure = (): void => {
    const scroll = this.querySelector<HTMLElement>('.scroll');
    const heads = [...this.querySelectorAll<HTMLElement>('.scroll thead th')];
    if (!scroll || heads.length === 0 || scroll.clientWidth === 0) return;
    const look = lookAt(
      heads.map((head) => head.getBoundingClientRect().width),
      { from: scroll.scrollLeft, width: scroll.clientWidth },
    );
    const { covered, hidden, room } = this.look;
    this.#beside = `right:0;bottom:${scroll.offsetHeight - scroll.clientHeight}px`;
    if (look.covered !== covered || look.hidden !== hidden || look.room !== room) this.look = look;
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'distillery-wide-table': WideTable;
  }
}

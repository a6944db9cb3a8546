import { html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { button, checkbox, quietButton, textField } from '../parts/controls.ts';
import { Part } from '../parts/part.ts';
import type { Column } from './columns.ts';

/** Which columns are shown, in which order, and which of them stay while the others scroll. */
@customElement('distillery-column-chooser')
export class ColumnChooser extends Part {
  @property({ attribute: false }) all: readonly Column[] = [];
  @property({ attribute: false }) shown: readonly string[] = [];
  @property({ attribute: false }) pinned: readonly string[] = [];
  @property({ attribute: false }) onChoose!: (
    shown: readonly string[] | null,
    pinned: readonly string[],
  ) => void;
  @property({ attribute: false }) onClose!: () => void;
  @state() private search = '';

  protected override firstUpdated(): void {
    this.querySelector('dialog')!.showModal();
  }

  protected override render() {
    const words = this.search.toLowerCase();
    const matching = this.all.filter((column) => column.label.toLowerCase().includes(words));
    const shown = this.shown.flatMap((key) => this.all.find((column) => column.key === key) ?? []);
    const sections = ['Run', 'Figures', 'Curves', 'Settings'] as const;
    return html`<dialog aria-labelledby="chooser-title" @close=${this.onClose}>
      <header class="dialog-head">
        <h2 id="chooser-title">Columns</h2>
        ${button('Usual columns', () => this.onChoose(null, ['name']))}
        ${button('Done', () => this.querySelector('dialog')!.close(), { primary: true })}
      </header>
      <div class="chooser">
        <section aria-label="All columns">
          ${textField('Search columns', this.search, {
            placeholder: 'Search columns',
            onInput: (text) => {
              this.search = text;
            },
          })}
          ${sections.map((section) => {
            const columns = matching.filter((column) => column.section === section);
            return columns.length === 0
              ? nothing
              : html`<h3>${section}</h3>
                  <div class="chooser-list">
                    ${columns.map((column) =>
                      checkbox(column.label, this.shown.includes(column.key), (on) =>
                        this.onChoose(
                          on ? [...this.shown, column.key] : this.shown.filter((key) => key !== column.key),
                          this.pinned,
                        ),
                      ),
                    )}
                  </div>`;
          })}
        </section>
        <section aria-label="Order">
          <h3>Order</h3>
          <ol class="order">
            ${shown.map(
              (column, index) => html`<li>
                <span class="order-label">${column.label}</span>
                ${quietButton('↑', () => this.#move(index, -1), `Move ${column.label} forward`)}
                ${quietButton('↓', () => this.#move(index, 1), `Move ${column.label} back`)}
                ${quietButton(
                  this.pinned.includes(column.key) ? 'Unpin' : 'Pin',
                  () => this.#pin(column.key),
                  `${this.pinned.includes(column.key) ? 'Unpin' : 'Pin'} ${column.label}`,
                )}
              </li>`,
            )}
          </ol>
        </section>
      </div>
    </dialog>`;
  }

  #move(index: number, by: number): void {
    const order = [...this.shown];
    const [key] = order.splice(index, 1);
    order.splice(Math.max(0, index + by), 0, key!);
    this.onChoose(order, this.pinned);
  }

  #pin(key: string): void {
    const pinned = this.pinned.includes(key)
      ? this.pinned.filter((one) => one !== key)
      : [...this.pinned, key];
    this.onChoose(this.shown, pinned);
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'distillery-column-chooser': ColumnChooser;
  }
}

import { html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { live } from 'lit/directives/live.js';
import { Part } from '../parts/part.ts';
import type { FlatConfig, RunRow } from '../protocol/rows.ts';
import type { Column } from './columns.ts';
import { type Suggestion, suggestions } from './filter-completion.ts';

/** What one types to filter runs, with ways to go on with it: arrow keys choose one, Enter takes it, Escape leaves it. */
@customElement('distillery-filter-field')
export class FilterField extends Part {
  @property({ attribute: false }) value = '';
  @property({ attribute: false }) problems: readonly string[] = [];
  @property({ attribute: false }) columns: readonly Column[] = [];
  @property({ attribute: false }) rows: readonly RunRow[] = [];
  @property({ attribute: false }) configOf: (row: RunRow) => FlatConfig = () => ({});
  @property({ attribute: false }) onInput: (text: string) => void = () => {};
  @state() private offered: readonly Suggestion[] = [];
  @state() private chosen = -1;
  @state() private focused = false;

  protected override render() {
    const open = this.focused && this.offered.length > 0;
    const help = this.focused && this.value === '';
    return html`<input
        type="text"
        class="field-input"
        role="combobox"
        aria-label="Filter runs"
        aria-autocomplete="list"
        aria-expanded=${open}
        aria-controls="filter-offers"
        aria-activedescendant=${open && this.chosen >= 0 ? `filter-offer-${this.chosen}` : nothing}
        aria-invalid=${this.problems.length > 0}
        aria-describedby="filter-help filter-problems"
        autocomplete="off"
        spellcheck="false"
        placeholder="Filter: words, accuracy > 0.97, seed = 2 …"
        .value=${live(this.value)}
        @input=${this.#typed}
        @keydown=${this.#onKey}
        @click=${this.#offer}
        @focus=${() => {
          this.focused = true;
          this.#offer();
        }}
        @blur=${() => {
          this.focused = false;
          this.offered = [];
        }}
      />
      <span id="filter-help" class="hidden"
        >Words, and conditions such as accuracy &gt; 0.97, size &lt; 300 kB, seed = 1,2, state != failed, or name:mnist.</span
      >
      ${
        open || help
          ? html`<div class="offers">
              <ul id="filter-offers" role="listbox" aria-label="Ways to go on" ?hidden=${!open}>
                ${this.offered.map(
                  (one, index) => html`<li
                    id="filter-offer-${index}"
                    role="option"
                    aria-selected=${index === this.chosen}
                    @pointerdown=${(event: Event) => {
                      event.preventDefault();
                      this.#take(one);
                    }}
                  >
                    <bdi>${one.label.slice(0, 80)}</bdi> <span class="detail">${one.detail}</span>
                  </li>`,
                )}
              </ul>
              <p class="detail" aria-hidden="true">
                <code>accuracy &gt; 0.97</code> <code>size &lt; 300 kB</code> <code>seed = 1,2</code>
                <code>temperature = 4</code> <code>state != failed</code> <code>name:mnist</code> <code>-word</code>
              </p>
            </div>`
          : nothing
      }`;
  }

  get #input(): HTMLInputElement {
    return this.querySelector('input')!;
  }

  readonly #typed = () => {
    this.onInput(this.#input.value);
    this.#offer();
  };

  readonly #offer = () => {
    const { value, selectionStart } = this.#input;
    const caret = selectionStart ?? value.length;
    this.offered = suggestions(value, caret, this.columns, this.rows, this.configOf);
    this.chosen = -1;
  };

  #take({ text, caret }: Suggestion): void {
    const input = this.#input;
    input.value = text;
    input.setSelectionRange(caret, caret);
    this.#typed();
  }

  readonly #onKey = (event: KeyboardEvent) => {
    const { offered, chosen } = this;
    if (offered.length === 0) return;
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      const by = event.key === 'ArrowDown' ? 1 : -1;
      this.chosen =
        chosen < 0 && by < 0 ? offered.length - 1 : (chosen + by + offered.length) % offered.length;
    } else if (event.key === 'Enter' && chosen >= 0) this.#take(offered[chosen]!);
    else if (event.key === 'Escape') this.offered = [];
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'distillery-filter-field': FilterField;
  }
}

import { html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { button, quietButton, textField } from '../parts/controls.ts';
import { Part } from '../parts/part.ts';
import { nameProblem, type SavedView, type ViewSettings } from '../state/saved-views.ts';

/** Saves how the runs are shown under a name, and shows, renames, replaces and removes what is saved. */
@customElement('distillery-saved-views')
export class SavedViewsDialog extends Part {
  @property({ attribute: false }) views: readonly SavedView[] = [];
  @property({ attribute: false }) current!: ViewSettings;
  @property({ attribute: false }) onChange!: (views: readonly SavedView[]) => void;
  @property({ attribute: false }) onShow!: (view: SavedView) => void;
  @property({ attribute: false }) onClose!: () => void;
  @state() private name = '';
  @state() private renamed: { readonly from: string; readonly to: string } | undefined;
  @state() private problem: string | undefined;

  protected override firstUpdated(): void {
    this.querySelector('dialog')!.showModal();
  }

  protected override render() {
    return html`<dialog aria-labelledby="views-title" @close=${this.onClose}>
      <header class="dialog-head">
        <h2 id="views-title">Saved views</h2>
        ${button('Done', () => this.querySelector('dialog')!.close())}
      </header>
      <div class="views">
        <p class="hint">A view holds the columns with their widths, the filters, the sorting and the grouping.</p>
        <form @submit=${this.#save}>
          ${textField('Name of the view', this.name, {
            placeholder: 'Name of the view',
            onInput: (name) => {
              this.name = name;
              this.problem = undefined;
            },
          })}
          ${button('Save Current View', () => this.#save(), { primary: true })}
        </form>
        ${this.problem ? html`<p class="message" role="alert">${this.problem}</p>` : nothing}
        ${
          this.views.length === 0
            ? html`<p>Nothing is saved yet.</p>`
            : html`<ol class="order">
                ${this.views.map((view) => this.#view(view))}
              </ol>`
        }
      </div>
    </dialog>`;
  }

  #view(view: SavedView) {
    if (this.renamed?.from === view.name)
      return html`<li>
        <span class="order-label">
          ${textField(`New name of ${view.name}`, this.renamed.to, {
            onInput: (to) => {
              this.renamed = { from: view.name, to };
            },
          })}
        </span>
        ${quietButton('Rename', () => this.#rename(view), `Rename ${view.name}`)}
        ${quietButton('Leave it', () => {
          this.renamed = undefined;
          this.problem = undefined;
        })}
      </li>`;
    return html`<li>
      <span class="order-label"
        >${quietButton(
          view.name,
          () => {
            this.onShow(view);
            this.querySelector('dialog')!.close();
          },
          `Show ${view.name}`,
        )}</span
      >
      ${quietButton('Replace', () => this.#replace(view), `Replace ${view.name} by the current view`)}
      ${quietButton(
        'Rename …',
        () => {
          this.renamed = { from: view.name, to: view.name };
        },
        `Rename ${view.name} …`,
      )}
      ${quietButton('Remove', () => this.onChange(this.views.filter((one) => one !== view)), `Remove ${view.name}`)}
    </li>`;
  }

  readonly #save = (event?: Event) => {
    event?.preventDefault();
    this.problem = nameProblem(this.name, this.views);
    if (this.problem) return;
    this.onChange([...this.views, { name: this.name.trim(), settings: this.current }]);
    this.name = '';
  };

  #replace(view: SavedView): void {
    this.onChange(this.views.map((one) => (one === view ? { ...one, settings: this.current } : one)));
  }

  #rename(view: SavedView): void {
    const to = this.renamed!.to;
    this.problem = nameProblem(to, this.views, view.name);
    if (this.problem) return;
    this.onChange(this.views.map((one) => (one === view ? { ...one, name: to.trim() } : one)));
    this.renamed = undefined;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'distillery-saved-views': SavedViewsDialog;
  }
}

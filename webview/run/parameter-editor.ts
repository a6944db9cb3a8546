import { html, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { tidyNumber } from '../../src/experiment/tidy-number.ts';
import type { HostError } from '../host/host.ts';
import { button, checkbox, dropdown, quietButton, textField } from '../parts/controls.ts';
import { Part } from '../parts/part.ts';
import type { ParameterRow } from '../protocol/detail.ts';
import type { ConfigEdit } from '../protocol/messages.ts';
import type { Dashboard } from '../state/dashboard.ts';

interface Draft {
  /** As it was typed. */
  readonly text: string;
  /** What will be written, once the host has read it. */
  readonly edit?: ConfigEdit;
  readonly message?: string;
}

/**
 * Every hyperparameter of a run as a cell to edit. What is typed is read and checked by the host, by the same rules as
 * everywhere else; changes wait here until they are run or written to the file.
 */
@customElement('distillery-parameters')
export class ParameterEditor extends Part {
  @property({ attribute: false }) dashboard!: Dashboard;
  @property({ attribute: false }) run = '';
  @property({ attribute: false }) parameters: readonly ParameterRow[] = [];
  @property({ attribute: false }) writable = false;
  @state() private drafts: ReadonlyMap<string, Draft> = new Map();
  @state() private changedOnly = false;

  protected override willUpdate(changed: Map<PropertyKey, unknown>): void {
    if (changed.has('run')) this.drafts = new Map();
  }

  protected override render() {
    const rows = this.changedOnly
      ? this.parameters.filter((row) => row.changed || this.drafts.has(keyOf(row)))
      : this.parameters;
    const sections = [...new Set(rows.map(sectionOf))];
    return html`<div class="toolbar">
        ${checkbox('Only what is not at its default', this.changedOnly, (on) => {
          this.changedOnly = on;
        })}
      </div>
      <div class="card flush">
        <table class="parameters">
          <thead>
            <tr>
              <th scope="col">Setting</th>
              <th scope="col" class="value">Value</th>
              <th scope="col" class="default">Default</th>
            </tr>
          </thead>
          ${sections.map(
            (section) => html`<tbody>
              <tr class="section"><th scope="rowgroup" colspan="3">${section}</th></tr>
              ${rows.filter((row) => sectionOf(row) === section).map((row) => this.#row(row))}
            </tbody>`,
          )}
        </table>
      </div>
      ${this.#actions()}`;
  }

  #row(row: ParameterRow): TemplateResult {
    const key = keyOf(row);
    const draft = this.drafts.get(key);
    const label = row.path.slice(1).join('.') || row.name;
    return html`<tr class="${draft ? 'edited' : ''} ${draft?.message ? 'wrong' : ''}">
      <th scope="row" title=${row.description}>
        <span class="parameter-name">${label}</span>
        <span class="parameter-text">${row.description}</span>
      </th>
      <td>
        ${this.#cell(row, draft)}
        ${draft?.message ? html`<p class="message" role="alert">${draft.message}</p>` : nothing}
      </td>
      <td class="default">
        ${
          draft
            ? quietButton('Undo', () => this.#drop(key), `Undo the change of ${label}`)
            : row.changed && (row.default !== undefined || row.clearable)
              ? html`<span class="usual" title="Default">${textOf(row.default) || 'none'}</span>`
              : nothing
        }
      </td>
    </tr>`;
  }

  #cell(row: ParameterRow, draft: Draft | undefined): TemplateResult {
    const text = draft?.text ?? textOf(row.value);
    const label = row.path.join('.');
    if (row.type === 'boolean')
      return checkbox(
        text === 'true' ? 'yes' : 'no',
        text === 'true',
        (on) => void this.#type(row, String(on)),
      );
    if (row.type === 'choice' && row.choices)
      return dropdown(
        label,
        row.choices.map(({ value }) => ({ value, label: value })),
        text,
        (value) => void this.#type(row, value),
        true,
      );
    return textField(label, text, {
      title: `Expected: ${row.expected}.`,
      placeholder: row.clearable ? 'none' : '',
      onChange: (typed) => void this.#type(row, typed),
    });
  }

  #actions(): TemplateResult | typeof nothing {
    if (this.drafts.size === 0) return nothing;
    const drafts = [...this.drafts.values()];
    const edits = drafts.flatMap((draft) => draft.edit ?? []);
    const ready = edits.length === drafts.length;
    const send = (name: 'runChange' | 'writeToFile') => () => {
      this.dashboard.host.command(name, { run: this.run, edits });
      this.drafts = new Map();
    };
    const count = `${drafts.length} ${drafts.length === 1 ? 'change' : 'changes'}`;
    return html`<div class="selection" role="toolbar" aria-label="Changes">
      <span role="status">${count}${ready ? '' : ', not all of them valid'}</span>
      ${button('Run This Change', send('runChange'), {
        primary: true,
        disabled: !ready,
        title: 'Starts a copy of this run with the changes.',
      })}
      ${button('Write to File', send('writeToFile'), {
        disabled: !ready || !this.writable,
        title: this.writable
          ? 'Changes these values in the experiment file and leaves the rest as it is.'
          : 'The experiment file is not there any more.',
      })}
      ${quietButton('Discard', () => {
        this.drafts = new Map();
      })}
    </div>`;
  }

  async #type(row: ParameterRow, text: string): Promise<void> {
    const key = keyOf(row);
    if (text === textOf(row.value)) return this.#drop(key);
    this.#keep(key, {
      text,
      ...(text === '' && row.clearable ? { edit: { path: row.path, value: undefined } } : {}),
    });
    if (text === '' && row.clearable) return;
    const run = this.run;
    try {
      const read = await this.dashboard.host.request('parseValue', { run, path: row.path, text });
      if (this.run !== run || this.drafts.get(key)?.text !== text) return;
      this.#keep(
        key,
        read.message === undefined
          ? { text, edit: { path: row.path, value: read.value } }
          : { text, message: read.message },
      );
    } catch (error) {
      this.#keep(key, { text, message: (error as HostError).message });
    }
  }

  #keep(key: string, draft: Draft): void {
    this.drafts = new Map(this.drafts).set(key, draft);
  }

  #drop(key: string): void {
    const drafts = new Map(this.drafts);
    drafts.delete(key);
    this.drafts = drafts;
    // A field that was typed into keeps its text until its property changes.
    this.requestUpdate();
  }
}

const keyOf = (row: ParameterRow): string => JSON.stringify(row.path);

function textOf(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (Array.isArray(value)) return value.map(textOf).join(', ');
  return String(typeof value === 'number' ? tidyNumber(value) : value);
}

/** Settings that stand alone at the top of an experiment have one section together. */
const sectionOf = ({ path }: { readonly path: readonly (string | number)[] }): string =>
  path.length > 1 ? String(path[0]) : 'Run';

declare global {
  interface HTMLElementTagNameMap {
    'distillery-parameters': ParameterEditor;
  }
}

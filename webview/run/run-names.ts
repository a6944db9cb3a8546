import { html } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { Part } from '../parts/part.ts';
import type { RunRow } from '../protocol/rows.ts';
import type { Dashboard } from '../state/dashboard.ts';

const typed = (event: Event): string => (event.target as HTMLInputElement).value;

/** Name, tags and note of a run, to be changed in place. */
@customElement('distillery-run-names')
export class RunNames extends Part {
  @property({ attribute: false }) dashboard!: Dashboard;
  @property({ attribute: false }) row!: RunRow;

  protected override render() {
    const { id, name, tags, note } = this.row;
    const { host } = this.dashboard;
    return html`<div class="card names">
      <vscode-text-field
        .value=${name}
        @change=${(event: Event) => {
          const wanted = typed(event).trim();
          if (wanted !== '' && wanted !== name) host.command('rename', { run: id, newName: wanted });
        }}
        >Name</vscode-text-field
      >
      <vscode-text-field
        placeholder="none; separate by commas"
        .value=${tags.join(', ')}
        @change=${(event: Event) => {
          const wanted = [
            ...new Set(
              typed(event)
                .split(',')
                .map((tag) => tag.trim())
                .filter(Boolean),
            ),
          ];
          if (wanted.join('\n') !== tags.join('\n')) host.command('tag', { run: id, tags: wanted });
        }}
        >Tags</vscode-text-field
      >
      <vscode-text-area
        rows="2"
        resize="vertical"
        placeholder="What is this run about?"
        .value=${note}
        @change=${(event: Event) => {
          if (typed(event) !== note) host.command('note', { run: id, note: typed(event) });
        }}
        >Note</vscode-text-area
      >
    </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'distillery-run-names': RunNames;
  }
}

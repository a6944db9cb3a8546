import { html } from 'lit';
import { formatBytes } from '../../../src/compare/formatting.ts';
import { quietButton } from '../../parts/controls.ts';
import { panel } from '../panel.ts';

export const filesPanel = panel({
  id: 'files',
  title: 'Files',
  needs: ['files'],
  half: true,
  draw({ files }, { dashboard, row }) {
    if (files.length === 0) return html`<p class="hint">No files yet.</p>`;
    return html`<ul class="card plain">
    ${files.map(
      ({ path, bytes }) => html`<li>
        ${quietButton(path, () => dashboard.host.command('openFile', { run: row.id, path }), `Open ${path}`)}
        <span class="soft">${formatBytes(bytes)}</span>
      </li>`,
    )}
  </ul>`;
  },
});

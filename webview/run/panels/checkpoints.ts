import { html, nothing } from 'lit';
import { formatNumber } from '../../../src/compare/formatting.ts';
import { userText } from '../../parts/marks.ts';
import { panel } from '../panel.ts';

export const checkpointsPanel = panel({
  id: 'checkpoints',
  title: 'Checkpoints',
  needs: ['checkpoints'],
  half: true,
  draw({ checkpoints }) {
    if (checkpoints.length === 0)
      return html`<p class="hint">None is there: one is written after each epoch, and those of a finished run may have been removed.</p>`;
    return html`<ul class="card plain">
    ${checkpoints.map(
      ({ epoch, best, path }) => html`<li>
        <span>Epoch ${formatNumber(epoch, 4)}${best ? html` <span class="chip">best</span>` : nothing}</span>
        <span class="soft">${userText(path)}</span>
      </li>`,
    )}
  </ul>`;
  },
});

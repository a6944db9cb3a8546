import { html } from 'lit';
import { userText } from '../../parts/marks.ts';
import { panel } from '../panel.ts';

export const environmentPanel = panel({
  id: 'environment',
  title: 'Environment',
  needs: ['environment'],
  half: true,
  draw({ environment }) {
    if (environment.length === 0) return html`<p class="hint">Known when the run has started.</p>`;
    return html`<dl class="card pairs">
    ${environment.map(({ label, value }) => html`<div><dt>${label}</dt><dd>${userText(value)}</dd></div>`)}
  </dl>`;
  },
});

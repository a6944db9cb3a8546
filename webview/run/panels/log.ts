import { html } from 'lit';
import { panel } from '../panel.ts';

export const logPanel = panel({
  id: 'log',
  title: 'Worker log',
  needs: ['log'],
  draw: ({ log }) =>
    html`<pre class="card log" tabindex="0" role="region" aria-label="Worker log">${log || 'Nothing yet.'}</pre>`,
});

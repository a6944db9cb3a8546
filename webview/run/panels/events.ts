import { html, nothing } from 'lit';
import { missing } from '../../../src/compare/formatting.ts';
import { userText } from '../../parts/marks.ts';
import { panel } from '../panel.ts';

export const eventsPanel = panel({
  id: 'events',
  title: 'Events',
  needs: ['events'],
  half: true,
  draw({ events }) {
    if (events.length === 0) return html`<p class="hint">Nothing has happened yet.</p>`;
    return html`<ol class="card events" tabindex="0" aria-label="Events, newest first">
    ${events.toReversed().map(
      (event) => html`<li class=${event.type}>
        <time datetime=${Number.isFinite(event.time) ? new Date(event.time).toISOString() : nothing}>${clock(event.time)}</time>
        <span class="event-type">${event.type}</span> <span class="event-text">${userText(event.text)}</span>
      </li>`,
    )}
  </ol>`;
  },
});

const clock = (time: number): string =>
  Number.isFinite(time) ? new Date(time).toLocaleTimeString('en-GB') : missing;

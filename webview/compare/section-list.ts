import { html, nothing, type TemplateResult } from 'lit';
import { tally } from '../../src/compare/verdicts/tally.ts';
import { inEvenRows } from '../parts/even-rows.ts';
import { outcomeMark, userText } from '../parts/marks.ts';
import type { ComparisonData } from '../protocol/comparison.ts';

const counted = (count: number, word: string): string =>
  `${count.toLocaleString('en-US')} ${word}${count === 1 ? '' : 's'}`;

/** '5 experiments, 15 runs'. */
export const summaryOf = ({ groups, runs }: ComparisonData): string =>
  `${counted(groups.length, 'experiment')}, ${counted(runs.length, 'run')}`;

/** The data that runs were measured on, each a way to its section: runs on different data are not compared. */
export function sectionList(parts: readonly ComparisonData[]): TemplateResult {
  return html`<nav class="sections" aria-label="Data">
    <p class="hint">These runs were measured on different data, so they are compared in ${parts.length} sections.</p>
    <ul class="cards" ${inEvenRows(300)}>
      ${parts.map((part) => {
        const { key, title, task } = part.sections[0]!;
        return html`<li>
          <button type="button" class="card" @click=${(event: Event) => goTo(key, event)}>
            <b>${userText(title)}</b>
            <span class="soft">${task} · ${summaryOf(part)}</span>
            ${
              part.verdicts.length === 0
                ? nothing
                : html`<span class="tallies">
                    ${tally(part.verdicts).map(({ outcome, count }) => html`<span>${count} ${outcomeMark(outcome)}</span>`)}
                  </span>`
            }
          </button>
        </li>`;
      })}
    </ul>
  </nav>`;
}

/** The focus goes along, so that the keyboard goes on from there. */
function goTo(key: string, event: Event): void {
  const page = (event.currentTarget as HTMLElement).ownerDocument;
  const section = page.getElementById(key);
  section?.scrollIntoView({ block: 'start' });
  section?.focus({ preventScroll: true });
}

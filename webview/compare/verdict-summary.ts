import { html, nothing, type TemplateResult } from 'lit';
import { tally } from '../../src/compare/verdicts/tally.ts';
import { quietButton, textField } from '../parts/controls.ts';
import { outcomeMark } from '../parts/marks.ts';
import type { ComparisonData } from '../protocol/comparison.ts';
import type { Outcome } from '../state/comparison-look.ts';
import type { ChosenRows, RowChoice } from './chosen-rows.ts';

/** How many strategies have each outcome, as switches that choose which of them are shown. */
export function verdictSummary(
  comparison: ComparisonData,
  choice: RowChoice,
  { verdicts }: ChosenRows,
  set: (change: Partial<RowChoice>) => void,
): TemplateResult {
  const all = comparison.verdicts.length;
  const filtered = choice.outcomes.length > 0 || choice.query.trim() !== '';
  const toggled = (outcome: Outcome) =>
    choice.outcomes.includes(outcome)
      ? choice.outcomes.filter((one) => one !== outcome)
      : [...choice.outcomes, outcome];
  return html`<div class="filters" role="group" aria-label="Strategies shown">
      ${tally(comparison.verdicts).map(
        ({ outcome, count }) => html`<button
          type="button"
          class="chip filter tally"
          aria-pressed=${choice.outcomes.includes(outcome)}
          @click=${() => set({ outcomes: toggled(outcome) })}
        >
          <b>${count.toLocaleString('en-US')}</b> ${outcomeMark(outcome)}
        </button>`,
      )}
      ${textField('Filter strategies', choice.query, {
        placeholder: 'Filter strategies',
        onInput: (query) => set({ query }),
      })}
      ${filtered ? quietButton('Show all', () => set({ outcomes: [], query: '' }), 'Show all strategies') : nothing}
    </div>
    <p class="hint" role="status">
      ${
        filtered
          ? `${verdicts.length.toLocaleString('en-US')} of ${all.toLocaleString('en-US')} strategies.`
          : `${all.toLocaleString('en-US')} strategies, each against direct training of the same student.`
      }
    </p>`;
}

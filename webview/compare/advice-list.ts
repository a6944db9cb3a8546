import { html, nothing, type TemplateResult } from 'lit';
import { type Advice, adviceTitle } from '../../src/compare/advice/advice.ts';
import { inEvenRows } from '../parts/even-rows.ts';
import { heading } from '../parts/heading.ts';
import { userText } from '../parts/marks.ts';
import type { ComparisonData } from '../protocol/comparison.ts';

const signs = { good: '✓', caution: '!', next: '→' } as const;
const most = 9;

/** What follows from the figures, each piece with those it rests on. */
export function adviceList(comparison: ComparisonData, level = 3): TemplateResult {
  return html`<ul class="advice cards" ${inEvenRows(300)}>
    ${comparison.advice.map(
      (advice) => html`<li class="card ${advice.tone}">
        ${heading(level, html`<span class="sign" aria-hidden="true">${signs[advice.tone]}</span> ${adviceTitle(advice)}`)}
        <p>${advice.text}</p>
        <ul class="evidence">
          ${advice.evidence.slice(0, most).map(
            (one) => html`<li>
              <span>${one.label}${advice.about.length > 1 ? html`, ${userText(labelOf(comparison, one.of))}` : nothing}</span>
              <b>${one.value}</b>
            </li>`,
          )}
        </ul>
      </li>`,
    )}
  </ul>`;
}

const labelOf = (comparison: ComparisonData, key: Advice['evidence'][number]['of']) =>
  [...comparison.groups, ...comparison.teachers].find((one) => one.key === key)?.label ?? '';

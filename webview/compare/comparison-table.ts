import { html, nothing, type TemplateResult } from 'lit';
import { type FigureKind, figureKinds } from '../../src/compare/figure-kinds.ts';
import { missing } from '../../src/compare/formatting.ts';
import { doubtMark, outcomeMark, strategyMark, userText } from '../parts/marks.ts';
import type { ComparedGroup, ComparedTeacher, ComparisonData, Spread } from '../protocol.ts';
import { type Baseline, differenceOf, meansOf } from './baseline.ts';

/** Teachers and strategies with every figure, and under it the difference to the baseline. */
export function comparisonTable(comparison: ComparisonData, baseline: Baseline | undefined): TemplateResult {
  const all = [...comparison.teachers, ...comparison.groups];
  const kinds = figureKinds.filter((kind) =>
    all.some((one) => kind.formatSpread(spreadOf(one, kind)) !== missing),
  );
  return html`<div class="scroll card flush" tabindex="0" role="region" aria-label="Figures of teachers and strategies">
    <table class="figures">
      <thead>
        <tr>
          <th scope="col">Model</th>
          <th scope="col">Verdict</th>
          <th scope="col">Seeds</th>
          ${kinds.map((kind) => html`<th scope="col" class="number" title=${kind.meaning}>${kind.label}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${all.map((one) => row(one, comparison, kinds, baseline))}
      </tbody>
    </table>
  </div>`;
}

function row(
  one: ComparedGroup | ComparedTeacher,
  comparison: ComparisonData,
  kinds: readonly FigureKind[],
  baseline: Baseline | undefined,
): TemplateResult {
  const group = 'strategy' in one ? one : null;
  const verdict = comparison.verdicts.find((candidate) => candidate.group === one.key);
  const means = meansOf(one);
  const own = baseline?.key === one.key;
  return html`<tr class=${own ? 'baseline' : nothing}>
    <th scope="row">
      <span class="labelled"
        >${strategyMark(group ?? { strategy: 'teacher' })}${userText(one.label)}${doubtMark(group?.doubts ?? [])}${
          own ? html`<span class="chip">baseline</span>` : nothing
        }</span
      >
    </th>
    <td>${verdict ? outcomeMark(verdict.outcome) : nothing}</td>
    <td>${group ? seeds(group) : missing}</td>
    ${kinds.map((kind) => {
      const difference =
        own || baseline === undefined
          ? null
          : differenceOf(kind, means[kind.key] ?? null, baseline.means[kind.key] ?? null);
      return html`<td class="number">
        ${kind.formatSpread(spreadOf(one, kind))}
        ${difference ? html`<span class="difference ${difference.tone}">${difference.text}</span>` : nothing}
      </td>`;
    })}
  </tr>`;
}

const spreadOf = (one: ComparedGroup | ComparedTeacher, kind: FigureKind): Spread | null =>
  (one.figures as Partial<Record<string, Spread | null>>)[kind.key] ?? null;

const seeds = (group: ComparedGroup): string =>
  group.seeds.length === group.allSeeds.length
    ? String(group.seeds.length)
    : `${group.seeds.length} of ${group.allSeeds.length}`;

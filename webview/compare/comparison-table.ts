import { html, nothing, type TemplateResult } from 'lit';
import { type FigureKind, figureKinds } from '../../src/compare/figure-kinds.ts';
import { missing } from '../../src/compare/formatting.ts';
import { formatGain, formatGainInterval } from '../../src/compare/gain.ts';
import { doubtMark, outcomeMark, strategyMark, userText } from '../parts/marks.ts';
import type { ComparedGroup, ComparedVerdict, ComparisonData, Spread } from '../protocol.ts';
import type { Baseline } from './baseline.ts';
import { type Model, pairsWith, type ShownDifference, shownDifference } from './paired-differences.ts';

/** Teachers and strategies with every figure, and under it the difference to the baseline, paired where it can be. */
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
          <th scope="col" title="Against direct training of the same student, by pairs of the same seed.">Verdict</th>
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
  one: Model,
  comparison: ComparisonData,
  kinds: readonly FigureKind[],
  baseline: Baseline | undefined,
): TemplateResult {
  const group = 'strategy' in one ? one : null;
  const verdict = comparison.verdicts.find((candidate) => candidate.group === one.key);
  const own = baseline?.key === one.key;
  const pairs = own || baseline === undefined ? [] : pairsWith(one, baseline);
  const differences = kinds.map((kind) =>
    own || baseline === undefined ? null : shownDifference(kind, one, baseline, pairs, verdict),
  );
  return html`<tr class=${own ? 'baseline' : nothing}>
    <th scope="row">
      <span class="labelled"
        >${strategyMark(group ?? { strategy: 'teacher' })}${userText(one.label)}${doubtMark(group?.doubts ?? [])}${
          own ? html`<span class="chip">baseline</span>` : nothing
        }</span
      >
    </th>
    <td class="judged">${verdict ? judged(verdict) : nothing}</td>
    <td>${group ? seeds(group) : missing}${pairing(differences)}</td>
    ${kinds.map((kind, index) => {
      const difference = differences[index] ?? null;
      return html`<td class="number">
        ${kind.formatSpread(spreadOf(one, kind))}
        ${
          difference
            ? html`<span
                class="difference ${difference.tone} ${difference.pairs === null ? 'unpaired' : ''}"
                title=${difference.meaning}
                >${difference.text}${
                  difference.pairs === null ? html`<span class="hidden">, unpaired</span>` : nothing
                }</span
              >`
            : nothing
        }
      </td>`;
    })}
  </tr>`;
}

/** Outcome and gain, as the card has them. */
function judged(verdict: ComparedVerdict): TemplateResult {
  const { mean, interval, metric, deviation } = verdict;
  return html`${outcomeMark(verdict.outcome)}${
    mean === null
      ? nothing
      : html`<span class="difference even"
          >${formatGain(mean, metric, deviation)}
          ${interval === null ? nothing : formatGainInterval(interval, metric, deviation).replace(/ [a-z]+$/, '')}</span
        >`
  }`;
}

/** Whether what stands below the figures is paired by seed. */
function pairing(differences: readonly (ShownDifference | null)[]): TemplateResult | typeof nothing {
  const shown = differences.filter((one) => one !== null);
  if (shown.length === 0) return nothing;
  const most = Math.max(...shown.map(({ pairs }) => pairs ?? 0));
  return most === 0
    ? html`<span class="difference even" title="No runs of the same seed: differences of the means.">unpaired</span>`
    : html`<span class="difference even" title="Differences are means over pairs of the same seed.">${most} paired</span>`;
}

const spreadOf = (one: Model, kind: FigureKind): Spread | null =>
  (one.figures as Partial<Record<string, Spread | null>>)[kind.key] ?? null;

const seeds = (group: ComparedGroup): string =>
  group.seeds.length === group.allSeeds.length
    ? String(group.seeds.length)
    : `${group.seeds.length} of ${group.allSeeds.length}`;

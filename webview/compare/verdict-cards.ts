import { html, nothing, type TemplateResult } from 'lit';
import { figureKind } from '../../src/compare/figures/figure-kinds.ts';
import { headlineKey } from '../../src/compare/figures/headline.ts';
import {
  formatBytes,
  formatMilliseconds,
  formatNumber,
  formatPercent,
  formatPercentSpread,
  formatRatio,
  missing,
} from '../../src/compare/formatting.ts';
import { metricFacts } from '../../src/compare/verdicts/metric.ts';
import type { Verdict } from '../../src/compare/verdicts/verdict.ts';
import { differenceText } from '../../src/compare/verdicts/verdict-text.ts';
import { roleOf } from '../../src/experiment/strategies/facts.ts';
import { inEvenRows } from '../parts/even-rows.ts';
import { heading } from '../parts/heading.ts';
import { doubtList, outcomeMark, strategyMark, userText } from '../parts/marks.ts';
import type { ComparisonData } from '../protocol/comparison.ts';

const tones = { BEATS: 'good', 'DOES NOT BEAT': 'bad', INCONCLUSIVE: 'unsure' } as const;

/** Was distillation worth it: one card per strategy, with the interval and the pairs it rests on. */
export function verdictCards(
  verdicts: readonly Verdict[],
  comparison: ComparisonData,
  level: number,
): TemplateResult {
  return html`<div class="cards verdicts" ${inEvenRows(280)}>${verdicts.map((verdict) => card(verdict, comparison, level))}</div>`;
}

/** Why there is no verdict at all. */
export function withoutVerdicts({ groups }: ComparisonData): TemplateResult {
  return groups.some(({ strategy }) => roleOf(strategy) === 'distillation')
    ? html`<p class="hint">No distilled student has results yet; the verdict comes with the first run that completes.</p>`
    : html`<p class="hint">
        No distilled student is chosen; add one to learn whether distillation was worth it.
      </p>`;
}

function card(verdict: Verdict, comparison: ComparisonData, level: number): TemplateResult {
  const group = comparison.groups.find((one) => one.key === verdict.group)!;
  const baseline = comparison.groups.find((one) => one.key === verdict.baseline);
  const text = differenceText(verdict);
  const [difference, ...interval] = text.split(', ');
  const { bytes, latencyMs, compressionRatio, speedup, retention } = group.figures;
  const shown = figureKind(headlineKey((key) => group.figures[key] !== null));
  const facts = [
    [shown.label, shown.formatSpread(group.figures[shown.key])],
    ['Retention', formatPercentSpread(retention)],
    ['Size', formatBytes(bytes?.mean)],
    ['Compression', formatRatio(compressionRatio?.mean)],
    ['Latency', formatMilliseconds(latencyMs?.mean)],
    ['Speed-up', formatRatio(speedup?.mean)],
  ] as const;
  return html`<article class="card verdict ${tones[verdict.outcome]}">
    ${outcomeMark(verdict.outcome)}
    ${heading(level, html`<span class="labelled">${strategyMark(group)}${userText(group.label)}</span>`)}
    <p class="big">${difference || missing}<small>${interval.join(', ') || 'no interval'}</small></p>
    <p>${verdict.reason}${baseline ? html` Against ${userText(baseline.label)}.` : nothing}</p>
    ${verdict.notes.map((note) => html`<p class="soft">${note}</p>`)} ${doubtList(group.doubts)}
    <dl class="facts">
      ${facts.map(([label, value]) => html`<div><dt>${label}</dt><dd>${value}</dd></div>`)}
    </dl>
    ${verdict.pairs.length > 0 ? pairs(verdict) : nothing}
  </article>`;
}

function pairs(verdict: Verdict): TemplateResult {
  const valueText = (value: number) =>
    metricFacts(verdict.metric).share ? formatPercent(value) : formatNumber(value, 4);
  return html`<details>
    <summary>${verdict.pairs.length} paired ${verdict.pairs.length === 1 ? 'seed' : 'seeds'}</summary>
    <table>
      <thead>
        <tr>
          <th scope="col">Seed</th>
          <th scope="col" class="number">Strategy</th>
          <th scope="col" class="number">Direct</th>
          <th scope="col" class="number">Difference</th>
        </tr>
      </thead>
      <tbody>
        ${verdict.pairs.map(
          (pair) => html`<tr>
            <th scope="row">${pair.seed}</th>
            <td class="number">${valueText(pair.value)}</td>
            <td class="number">${valueText(pair.baselineValue)}</td>
            <td class="number">${differenceText({ ...verdict, mean: pair.difference, interval: null })}</td>
          </tr>`,
        )}
      </tbody>
    </table>
  </details>`;
}

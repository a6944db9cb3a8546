import { html, nothing, type TemplateResult } from 'lit';
import { type FigureKind, figureKind, figureKinds } from '../../src/compare/figures/figure-kinds.ts';
import { missing } from '../../src/compare/formatting.ts';
import { formatGain, formatGainInterval } from '../../src/compare/verdicts/gain.ts';
import '../parts/wide-table.ts';
import type { Spread } from '../../src/compare/figures/spread.ts';
import type { Verdict } from '../../src/compare/verdicts/verdict.ts';
import type { Doubt } from '../../src/worker/directory/events.ts';
import { doubtMark, modelNames, outcomeMark, strategyMark } from '../parts/marks.ts';
import type { ComparedGroup, ComparisonData } from '../protocol/comparison.ts';
import type { RowSort } from '../state/comparison-look.ts';
import type { BaselineChoice } from './baseline.ts';
import { type Model, pairsWith, type ShownDifference, shownDifference } from './paired-differences.ts';

/** Rows before one is asked for all: more push the rest of the page out of sight. */
export const mostRows = 50;

export interface TableLook {
  readonly rows: readonly Model[];
  readonly baseline: BaselineChoice | undefined;
  readonly sort: RowSort | null;
  readonly onSort: (key: RowSort['key']) => void;
}

/** Teachers and strategies with every figure, and under it the difference to the baseline, paired where it can be. */
export function comparisonTable(comparison: ComparisonData, look: TableLook): TemplateResult {
  const { rows, baseline, sort, onSort } = look;
  const all = [...comparison.teachers, ...comparison.groups];
  const name = modelNames(all.map(({ label }) => label));
  const kinds = figureKinds.filter((kind) =>
    all.some((one) => kind.formatSpread(spreadOf(one, kind)) !== missing),
  );
  const head = (key: RowSort['key'], label: string, title: string, css = '') =>
    html`<th scope="col" class=${css} title=${title} aria-sort=${sort?.key === key ? direction(sort) : nothing}>
      <button type="button" class="sort" @click=${() => onSort(key)}
        >${label}${sort?.key === key ? html`<span aria-hidden="true">${sort.reversed ? ' ↑' : ' ↓'}</span>` : nothing}</button
      >
    </th>`;
  const table = html`<table class="figures">
      <thead>
        <tr>
          <th scope="col">Model</th>
          ${head('gain', 'Verdict', 'Against direct training of the same student, by pairs of the same seed.')}
          <th scope="col">Seeds</th>
          ${kinds.map((kind) => head(kind.key, kind.label, kind.meaning, 'number'))}
        </tr>
      </thead>
      <tbody>
        ${rows.map((one) => row(one, comparison, kinds, baseline, name))}
      </tbody>
    </table>`;
  return html`<distillery-wide-table
    class="card flush"
    .name=${'Figures of teachers and strategies'}
    .table=${table}
  ></distillery-wide-table>`;
}

/** The arrow tells good and bad; whoever hears it is told of numbers. */
const direction = ({ key, reversed }: RowSort): 'ascending' | 'descending' =>
  (key !== 'gain' && figureKind(key).better === 'lower') === reversed ? 'descending' : 'ascending';

function row(
  one: Model,
  comparison: ComparisonData,
  kinds: readonly FigureKind[],
  choice: BaselineChoice | undefined,
  name: (label: string) => TemplateResult,
): TemplateResult {
  const group = 'strategy' in one ? one : null;
  const verdict = comparison.verdicts.find((candidate) => candidate.group === one.key);
  const own = choice?.keys.has(one.key) ?? false;
  const baseline = choice?.of(one);
  const pairs = baseline === undefined ? [] : pairsWith(one, baseline);
  const differences = kinds.map((kind) =>
    baseline === undefined ? null : shownDifference(kind, one, baseline, pairs, verdict),
  );
  return html`<tr class=${own ? 'baseline' : nothing}>
    <th scope="row">
      <span class="labelled"
        >${strategyMark(group ?? { strategy: 'teacher' })}${name(one.label)}${verdict ? nothing : doubtMark(group?.doubts ?? [])}</span
      >${own ? html`<span class="chip">baseline</span>` : nothing}
    </th>
    <td class="judged">${verdict ? judged(verdict, doubtsOn(verdict, comparison)) : nothing}</td>
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
function judged(verdict: Verdict, doubts: readonly Doubt[]): TemplateResult {
  const { mean, interval, metric, deviation } = verdict;
  return html`${outcomeMark(verdict.outcome)} ${doubtMark(doubts)}${
    mean === null
      ? nothing
      : html`<span class="difference even"
          >${formatGain(mean, metric, deviation)}
          ${interval === null ? nothing : html`<span class="whole">${formatGainInterval(interval, metric, deviation).replace(/ [a-z]+$/, '')}</span>`}</span
        >`
  }`;
}

/** Of what is judged and of what it is judged by. */
function doubtsOn({ group, baseline }: Verdict, { groups }: ComparisonData): Doubt[] {
  return groups.filter(({ key }) => key === group || key === baseline).flatMap(({ doubts }) => doubts);
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

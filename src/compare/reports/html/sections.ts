import { roleOf } from '../../../experiment/strategies/facts.ts';
import { type Advice, adviceTitle } from '../../advice/advice.ts';
import { type Coloured, colorName } from '../../charts/drawing/chart-theme.ts';
import { figureKind } from '../../figures/figure-kinds.ts';
import { headlineKey, headlineText } from '../../figures/headline.ts';
import { referenceResults } from '../../figures/reference-figures.ts';
import type { Comparison } from '../../figures.ts';
import { formatConfigValue } from '../../flat-config.ts';
import { formatPercent, formatRatio, missing } from '../../formatting.ts';
import type { RunGroup } from '../../groups.ts';
import { stateWord } from '../../state-word.ts';
import { formatGain } from '../../verdicts/gain.ts';
import { fewVerdicts, tally } from '../../verdicts/tally.ts';
import type { Verdict } from '../../verdicts/verdict.ts';
import { differenceText } from '../../verdicts/verdict-text.ts';
import { candidateColumns, candidateRows } from '../candidate-rows.ts';
import { type ReportRow, reportRows, shownFigures } from '../report-rows.ts';
import { html, type Markup, name } from './markup.ts';

const tones = { BEATS: 'beats', 'DOES NOT BEAT': 'loses', INCONCLUSIVE: 'open' } as const;

/** A dot in the colour of the strategy. */
export const dot = (model: Coloured) =>
  html`<svg class="dot" viewBox="0 0 10 10" aria-hidden="true"><circle cx="5" cy="5" r="5" class="${colorName(model)}"/></svg>`;

/** Verdicts one by one; of many their count, and they themselves by outcome after the table. */
export function verdictCards(comparison: Comparison): Markup {
  const { verdicts } = comparison;
  if (verdicts.length === 0) return html``;
  return html`<h2>Was distillation worth it?</h2>
    ${
      verdicts.length <= fewVerdicts
        ? html`<div class="cards">${verdicts.map((verdict) => verdictCard(verdict, comparison))}</div>`
        : html`<p>${verdicts.length.toLocaleString('en-US')} strategies: ${tally(verdicts).map(
            ({ outcome, count }, index) =>
              html`${index > 0 ? ', ' : ''}${count.toLocaleString('en-US')} <span class="outcome ${tones[outcome]}">${outcome}</span>`,
          )}.</p>`
    }`;
}

export function cardsByOutcome(comparison: Comparison): Markup {
  const { verdicts } = comparison;
  if (verdicts.length <= fewVerdicts) return html``;
  return html`<h2>Verdicts one by one</h2>${tally(verdicts).map(
    ({
      outcome,
      count,
    }) => html`<details class="by-outcome"><summary>${count.toLocaleString('en-US')} <span class="outcome ${tones[outcome]}">${outcome}</span></summary>
      <div class="cards">${verdicts
        .filter((verdict) => verdict.outcome === outcome)
        .map((verdict) => verdictCard(verdict, comparison))}</div></details>`,
  )}`;
}

function verdictCard(verdict: Verdict, comparison: Comparison): Markup {
  const group = comparison.groups.find((candidate) => candidate.key === verdict.group)!;
  const baseline = comparison.groups.find((candidate) => candidate.key === verdict.baseline);
  const [difference, interval] = splitAt(differenceText(verdict), ', ');
  const shown = headlineKey((key) => group.figures[key] !== null);
  const cells = reportRows(comparison).find((row) => row.key === group.key)!.cells;
  return html`<section class="card verdict ${tones[verdict.outcome]}">
    <span class="badge">${verdict.outcome}</span>
    <h3 class="labelled">${dot(group)}${name(group.label)}</h3>
    <div class="big">${difference || missing}<small>${interval || 'no interval'}</small></div>
    <p class="small inline">${verdict.reason}${baseline ? html` Against ${name(baseline.label)}.` : ''}</p>
    ${verdict.notes.map((note) => html`<p class="small soft inline">${note}</p>`)}
    ${doubtList(group.doubts)}
    <dl class="facts">
      <div><dt>${figureKind(shown).label}</dt><dd>${cells[shown]}</dd></div>
      <div><dt>Retention</dt><dd>${formatPercent(group.figures.retention?.mean ?? null, 1)}</dd></div>
      <div><dt>Size</dt><dd>${cells.bytes}</dd></div>
      <div><dt>Compression</dt><dd>${formatRatio(group.figures.compressionRatio?.mean)}</dd></div>
      <div><dt>Latency</dt><dd>${cells.latencyMs}</dd></div>
      <div><dt>Speed-up</dt><dd>${formatRatio(group.figures.speedup?.mean)}</dd></div>
    </dl>
  </section>`;
}

/** Why results cannot be taken at face value. */
const doubtList = (doubts: RunGroup['doubts']): Markup =>
  doubts.length === 0
    ? html``
    : html`<ul class="doubts small">${doubts.map(({ message }) => html`<li class="inline">${message}</li>`)}</ul>`;

const doubtMark = ({ doubts }: Pick<ReportRow, 'doubts'>): Markup =>
  doubts.length === 0
    ? html``
    : html` <span class="doubt-mark" title="${doubts.map(({ message }) => message).join('\n')}">in doubt</span>`;

/** All doubts beside the table: verdict cards have only those of strategies that are judged. */
export function doubtsTable(comparison: Comparison): Markup {
  const doubted = comparison.groups.filter((group) => group.doubts.length > 0);
  if (doubted.length === 0) return html``;
  return html`<h2>Doubts</h2><div class="card">${doubted.map(
    (group) => html`<h3 class="labelled">${dot(group)}${name(group.label)}</h3>${doubtList(group.doubts)}`,
  )}</div>`;
}

export function mainTable(comparison: Comparison): Markup {
  const rows = reportRows(comparison);
  const kinds = shownFigures(rows);
  return html`<h2>Teacher against student</h2>
    <div class="card scroll" tabindex="0" role="region" aria-label="Teacher against student"><table>
    <thead><tr><th scope="col">Model</th><th scope="col">Seeds</th><th scope="col">Against direct</th>${kinds.map(
      (kind) => html`<th scope="col" class="number" title="${kind.meaning}">${kind.label}</th>`,
    )}</tr></thead>
    <tbody>${rows.map(
      (row) => html`<tr class="${row.strategy === 'teacher' ? 'teacher' : ''}">
      <th scope="row"><span class="labelled">${dot(row)}${name(row.label)}</span>${doubtMark(row)}</th>
      <td class="short">${row.seeds}</td><td>${outcome(row)}</td>
      ${kinds.map((kind) => html`<td class="number">${row.cells[kind.key] ?? missing}</td>`)}</tr>`,
    )}</tbody></table></div>`;
}

function outcome(row: ReportRow): Markup {
  if (roleOf(row.strategy) === 'yardstick') return html`<span class="soft">baseline</span>`;
  if (row.verdict === null) return html``;
  const { outcome, mean, metric, deviation } = row.verdict;
  const gain = mean === null ? '' : html`<span class="gain">${formatGain(mean, metric, deviation)}</span>`;
  return html`<span class="outcome ${tones[outcome]}">${outcome}</span>${gain}`;
}

export function differencesTable(comparison: Comparison): Markup {
  if (comparison.groups.length < 2 || comparison.differences.length === 0) return html``;
  return html`<h2>What differs</h2>
    <div class="card scroll" tabindex="0" role="region" aria-label="Settings that differ"><table>
    <thead><tr><th scope="col">Setting</th>${comparison.groups.map((group) => html`<th scope="col">${name(group.label)}</th>`)}</tr></thead>
    <tbody>${comparison.differences.map(
      ({ key, values }) =>
        html`<tr><th scope="row"><code>${key}</code></th>${values.map((value) =>
          value === undefined
            ? html`<td class="soft">${missing}</td>`
            : html`<td>${name(formatConfigValue(value))}</td>`,
        )}</tr>`,
    )}</tbody></table></div>`;
}

export function adviceList(comparison: Comparison): Markup {
  if (comparison.advice.length === 0) return html``;
  const label = (key: string) =>
    [...comparison.groups, ...comparison.teachers].find((one) => one.key === key)?.label;
  const evidence = (advice: Advice) =>
    advice.evidence
      .slice(0, 9)
      .map(
        (one) =>
          html`<li><span>${one.label}${advice.about.length > 1 ? html`, ${name(label(one.of) ?? '')}` : ''}</span><b>${one.value}</b></li>`,
      );
  return html`<h2>Advice</h2><ul class="advice">${comparison.advice.map(
    (advice) => html`<li class="card ${advice.tone}"><h3 class="inline">${adviceTitle(advice)}</h3>
      <p class="inline">${advice.text}</p><ul class="evidence">${evidence(advice)}</ul></li>`,
  )}</ul>`;
}

/** Exits of self-distilled students and peers of mutual learning. */
export function candidatesTable(comparison: Comparison): Markup {
  const groups = comparison.groups.filter((group) => group.candidates.length > 0);
  if (groups.length === 0) return html``;
  return html`<h2>Exits and peers</h2>
    <div class="card scroll" tabindex="0" role="region" aria-label="Exits and peers"><table>
    <thead><tr><th scope="col">Strategy</th>${candidateColumns.map((column, index) => html`<th scope="col" class="${index > 0 ? 'number' : ''}">${column}</th>`)}</tr></thead>
    <tbody>${groups.map((group) =>
      candidateRows(group).map(
        (row, index) =>
          html`<tr><th scope="row"><div class="${index === 0 ? '' : 'hidden'}">${name(group.label)}</div></th>${row.map((cell, column) => html`<td class="${column > 0 ? 'number' : ''}">${name(cell)}</td>`)}</tr>`,
      ),
    )}</tbody></table></div>`;
}

const maximumRuns = 200;

export function runsTable(comparison: Comparison): Markup {
  const shown = comparison.runs.slice(0, maximumRuns);
  const rest = comparison.runs.length - shown.length;
  const columns = ['Run', 'Experiment', 'Seed', 'State', 'Teacher', 'Student', 'Retention', 'Agreement'];
  return html`<h2>Runs</h2><div class="card scroll" tabindex="0" role="region" aria-label="Runs"><table>
    <thead><tr>${columns.map((column) => html`<th scope="col">${column}</th>`)}</tr></thead>
    <tbody>${shown.map(
      (
        run,
      ) => html`<tr><th scope="row"><code>${run.run}</code></th><td>${name(run.experiment)}</td><td>${run.seed}</td><td>${stateWord(run.state)}</td>
      <td>${headlineText(run.teacher ?? {})}</td><td>${headlineText(run.student ?? {})}</td>
      <td>${formatPercent(run.retention)}</td><td>${formatPercent(run.agreement)}</td></tr>`,
    )}</tbody></table></div>
    ${rest > 0 ? html`<p class="soft small">And ${rest} more runs, all of them in the means above.</p>` : ''}`;
}

export function environmentTable(comparison: Comparison): Markup {
  if (comparison.environments.length === 0) return html``;
  return html`<h2>Environment</h2><div class="card scroll" tabindex="0" role="region" aria-label="Environment"><table>
    <thead><tr><th scope="col">Device</th><th scope="col">Host</th><th scope="col">Versions</th><th scope="col">Runs</th></tr></thead>
    <tbody>${comparison.environments.map(
      ({ device, deviceKind, host, versions, runs }) =>
        html`<tr><th scope="row">${name(device)}${deviceKind ? html` <span class="soft">(${deviceKind})</span>` : ''}</th>
        <td>${name(host ?? missing)}</td>
        <td class="inline">${Object.entries(versions)
          .map(([what, version]) => `${what} ${version}`)
          .join(', ')}</td>
        <td>${runs.length}</td></tr>`,
    )}</tbody></table></div>`;
}

export function referenceTable(): Markup {
  return html`<h2>Figures from the literature</h2>
    <p class="soft small">Other data and other models: to hold a result against, not to reach.</p>
    <div class="card scroll" tabindex="0" role="region" aria-label="Figures from the literature"><table>
    <thead><tr>${['Setting', 'Measure', 'Teacher', 'Student alone', 'Distilled', 'Source'].map(
      (column) => html`<th scope="col">${column}</th>`,
    )}</tr></thead>
    <tbody>${referenceResults.map(
      (
        one,
      ) => html`<tr><th scope="row">${one.setting}</th><td>${one.measure}</td><td>${one.teacher ?? missing}</td>
      <td>${one.alone ?? missing}</td>
      <td>${one.distilled.map(({ method, value }) => `${method}: ${value}`).join('; ')}</td><td class="soft">${one.source}</td></tr>`,
    )}</tbody></table></div>`;
}

function splitAt(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + separator.length)];
}

import { html, nothing, type TemplateResult } from 'lit';
import {
  formatBytes,
  formatCount,
  formatEnergy,
  formatMilliseconds,
  formatNumber,
  formatPercent,
  formatRatio,
  formatSeconds,
  missing,
} from '../../src/compare/formatting.ts';
import { isActive } from '../../src/worker/run-states.ts';
import type { Host } from '../host/host.ts';
import { quietButton } from '../parts/controls.ts';
import { userText } from '../parts/marks.ts';
import '../parts/wide-table.ts';
import type { MeasuredModel, RunDetail } from '../protocol/detail.ts';
import type { RunRow } from '../protocol/rows.ts';

const figures: readonly (readonly [string, (model: MeasuredModel) => string])[] = [
  ['Accuracy', ({ figures }) => formatPercent(figures.accuracy)],
  ['Macro F1', ({ figures }) => formatPercent(figures.macroF1)],
  ['Loss', ({ figures }) => formatNumber(figures.loss)],
  ['Perplexity', ({ figures }) => formatNumber(figures.perplexity)],
  ['Calibration error', ({ figures }) => formatPercent(figures.calibrationError)],
  ['Parameters', ({ figures }) => formatCount(figures.parameters)],
  ['Size', ({ figures }) => formatBytes(figures.bytes)],
  ['Latency', ({ figures }) => formatMilliseconds(figures.latencyMs)],
  [
    'Throughput',
    ({ figures }) => (figures.throughput === null ? missing : `${formatCount(figures.throughput)}/s`),
  ],
];

/** The models of a run beside each other, and what the run kept and saved. */
export function modelTable(row: RunRow, detail: RunDetail): TemplateResult {
  const { models } = detail;
  if (models.length === 0)
    return html`<p class="hint">${
      isActive(row.state)
        ? 'Teacher and student are measured when training has ended.'
        : 'The run ended before teacher and student were measured.'
    }</p>`;
  const shown = figures.filter(([, read]) => models.some((model) => read(model) !== missing));
  const { retention, compressionRatio, speedup, agreement, trainingSeconds, savedSeconds, energyJoules } =
    row.figures;
  const facts = [
    ['Retention', formatPercent(retention)],
    ['Compression', formatRatio(compressionRatio)],
    ['Speed-up', formatRatio(speedup)],
    ['Agreement', formatPercent(agreement)],
    ['Training', formatSeconds(trainingSeconds)],
    ['Cache saved', formatSeconds(savedSeconds)],
    ['Energy', formatEnergy(energyJoules)],
  ].filter(([, value]) => value !== missing);
  return html`<dl class="tiles">
      ${facts.map(([label, value]) => html`<div class="card"><dt>${label}</dt><dd>${value}</dd></div>`)}
    </dl>
    <distillery-wide-table
      class="card flush"
      .name=${'Figures of the models'}
      .table=${html`<table>
        <thead>
          <tr>
            <th scope="col">Model</th>
            ${shown.map(([label]) => html`<th scope="col" class="number">${label}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${models.map(
            (model) => html`<tr>
              <th scope="row">${userText(model.name)}</th>
              ${shown.map(([, read]) => html`<td class="number">${read(model)}</td>`)}
            </tr>`,
          )}
        </tbody>
      </table>`}
    ></distillery-wide-table>`;
}

const clock = (time: number): string =>
  Number.isFinite(time) ? new Date(time).toLocaleTimeString('en-GB') : missing;

export function eventList(detail: RunDetail): TemplateResult {
  if (detail.events.length === 0) return html`<p class="hint">Nothing has happened yet.</p>`;
  return html`<ol class="card events" tabindex="0" aria-label="Events, newest first">
    ${detail.events.toReversed().map(
      (event) => html`<li class=${event.type}>
        <time datetime=${Number.isFinite(event.time) ? new Date(event.time).toISOString() : nothing}>${clock(event.time)}</time>
        <span class="event-type">${event.type}</span> <span class="event-text">${userText(event.text)}</span>
      </li>`,
    )}
  </ol>`;
}

export function environmentList(detail: RunDetail): TemplateResult {
  if (detail.environment.length === 0) return html`<p class="hint">Known when the run has started.</p>`;
  return html`<dl class="card pairs">
    ${detail.environment.map(({ label, value }) => html`<div><dt>${label}</dt><dd>${userText(value)}</dd></div>`)}
  </dl>`;
}

export function fileList(detail: RunDetail, host: Host): TemplateResult {
  if (detail.files.length === 0) return html`<p class="hint">No files yet.</p>`;
  return html`<ul class="card plain">
    ${detail.files.map(
      ({ path, bytes }) => html`<li>
        ${quietButton(path, () => host.command('openFile', { run: detail.run, path }), `Open ${path}`)}
        <span class="soft">${formatBytes(bytes)}</span>
      </li>`,
    )}
  </ul>`;
}

export function checkpointList(detail: RunDetail): TemplateResult {
  if (detail.checkpoints.length === 0)
    return html`<p class="hint">None is there: one is written after each epoch, and those of a finished run may have been removed.</p>`;
  return html`<ul class="card plain">
    ${detail.checkpoints.map(
      ({ epoch, best, path }) => html`<li>
        <span>Epoch ${formatNumber(epoch, 4)}${best ? html` <span class="chip">best</span>` : nothing}</span>
        <span class="soft">${userText(path)}</span>
      </li>`,
    )}
  </ul>`;
}

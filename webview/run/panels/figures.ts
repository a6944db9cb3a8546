import { html, type TemplateResult } from 'lit';
import { figureKind } from '../../../src/compare/figures/figure-kinds.ts';
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
} from '../../../src/compare/formatting.ts';
import { scoreNames } from '../../../src/experiment/tasks/scores.ts';
import { isActive } from '../../../src/worker/directory/run-states.ts';
import { userText } from '../../parts/marks.ts';
import '../../parts/wide-table.ts';
import type { MeasuredModel } from '../../protocol/detail.ts';
import type { RunRow } from '../../protocol/rows.ts';
import { panel } from '../panel.ts';

export const figuresPanel = panel({
  id: 'figures',
  title: 'Teacher against student',
  needs: ['models'],
  draw: ({ models }, { row }) => modelTable(row, models),
});

const figures: readonly (readonly [string, (model: MeasuredModel) => string])[] = [
  ['Accuracy', ({ figures }) => formatPercent(figures.accuracy)],
  ['Macro F1', ({ figures }) => formatPercent(figures.macroF1)],
  ...scoreNames.map((name) => {
    const { format, label } = figureKind(name);
    return [label, ({ figures }: MeasuredModel) => format(figures[name])] as const;
  }),
  ['Loss', ({ figures }) => formatNumber(figures.loss)],
  ['Perplexity', ({ figures }) => formatNumber(figures.perplexity)],
  ['Bits per byte', ({ figures }) => formatNumber(figures.bitsPerByte)],
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
function modelTable(row: RunRow, models: readonly MeasuredModel[]): TemplateResult {
  if (models.length === 0)
    return html`<p class="hint">${
      isActive(row.state)
        ? 'Teacher and student are measured when training has ended.'
        : 'The run ended before teacher and student were measured.'
    }</p>`;
  const shown = figures.filter(([, read]) => models.some((model) => read(model) !== missing));
  const {
    retention,
    compressionRatio,
    speedup,
    agreement,
    trainingSeconds,
    savedSeconds,
    energyJoules,
    unlabelled,
  } = row.figures;
  const facts = [
    ['Retention', formatPercent(retention)],
    ['Compression', formatRatio(compressionRatio)],
    ['Speed-up', formatRatio(speedup)],
    ['Agreement', formatPercent(agreement)],
    ['Training', formatSeconds(trainingSeconds)],
    ['Cache saved', formatSeconds(savedSeconds)],
    ['Energy', formatEnergy(energyJoules)],
    ['Unlabelled', unlabelled ?? missing],
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

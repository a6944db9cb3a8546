import { html, nothing, type TemplateResult } from 'lit';
import {
  answersOtherwise,
  formatDifference,
  readBackNote,
  wasReadBack,
} from '../../../src/compare/export-doubts.ts';
import {
  formatBytes,
  formatCount,
  formatMilliseconds,
  formatPercent,
  missing,
} from '../../../src/compare/formatting.ts';
import type { Doubt } from '../../../src/worker/directory/events.ts';
import { button, quietButton } from '../../parts/controls.ts';
import { doubtList, userText } from '../../parts/marks.ts';
import '../../parts/wide-table.ts';
import type { ExportedModel } from '../../protocol/exports.ts';
import { panel, type Shown } from '../panel.ts';

export const exportsPanel = panel({
  id: 'exports',
  title: 'Exports',
  needs: ['exports'],
  draw({ exports }, shown) {
    const { dashboard, row } = shown;
    if (row.state !== 'completed' && exports.length === 0) return undefined;
    return html`${
      exports.length === 0
        ? html`<p class="hint">The student has not been exported yet. An export runs elsewhere, as ONNX, in llama.cpp or by its weights alone, and each of its files is held against the trained model.</p>`
        : html`<ul class="exports">${exports.map((one) => html`<li>${exported(one, shown)}</li>`)}</ul>`
    }
    ${
      row.state === 'completed'
        ? html`<div class="toolbar">
            ${button('Export Student…', () => dashboard.host.command('exportStudent', { run: row.id }))}
          </div>`
        : nothing
    }`;
  },
});

type ExportedFile = ExportedModel['files'][number];

/** First what tells whether a file can be relied on: on a narrow page the others are scrolled to. */
const columns: readonly (readonly [string, (file: ExportedFile) => string])[] = [
  ['Same answers', ({ check }) => (check ? formatPercent(check.agreement) : missing)],
  ['Largest difference', ({ check }) => (check ? formatDifference(check.largestDifference) : missing)],
  ['Size', ({ bytes }) => formatBytes(bytes)],
  ['Latency', ({ check }) => (check ? formatMilliseconds(check.latencyMs) : missing)],
  ['Checked on', ({ check }) => (check ? samplesText(check) : missing)],
];

const samplesText = ({ samples, madeUp, by }: NonNullable<ExportedFile['check']>): string =>
  `${formatCount(samples)} ${madeUp === null ? '' : 'made-up '}samples${wasReadBack({ by }) ? ', read back' : ''}`;

/** Where a model lies, when it was written, and how each of its files answers. */
function exported(one: ExportedModel, { dashboard, row }: Shown): TemplateResult {
  const { model, folder, time, there, problem, files } = one;
  return html`<div class="export-head">
      <p>
        <b>${userText(model)}</b> <span class="soft">${problem === null ? 'in' : 'not exported to'}</span>
        ${userText(folder)} <time class="soft" datetime=${new Date(time).toISOString()}>${when(time)}</time>
        ${there || problem !== null ? nothing : html`<span class="chip">not there any more</span>`}
      </p>
      ${
        there
          ? quietButton(
              'Show Folder',
              () => dashboard.host.command('revealExport', { run: row.id, folder }),
              `Show Folder ${folder}`,
            )
          : nothing
      }
    </div>
    ${problem === null ? nothing : html`<p class="problem">${userText(problem)}</p>`}
    ${doubtList(doubtsOf(files))}
    ${
      files.length === 0
        ? nothing
        : html`<distillery-wide-table
            class="card flush"
            .name=${`Files of ${model} in ${folder}`}
            .table=${fileTable(files)}
          ></distillery-wide-table>`
    }
    ${files.some(({ check }) => check && wasReadBack(check)) ? html`<p class="hint">${readBackNote}</p>` : nothing}`;
}

const fileTable = (files: readonly ExportedFile[]): TemplateResult =>
  html`<table>
    <thead>
      <tr>
        <th scope="col">File</th>
        <th scope="col">Precision</th>
        ${columns.map(([label]) => html`<th scope="col" class="number">${label}</th>`)}
      </tr>
    </thead>
    <tbody>
      ${files.map(
        (file) => html`<tr>
          <th scope="row">${userText(file.file)}</th>
          <td>${userText(file.precision)}</td>
          ${columns.map(([, read]) => html`<td class="number">${read(file)}</td>`)}
        </tr>`,
      )}
    </tbody>
  </table>`;

/** Why the figures of files cannot be taken at face value. */
function doubtsOf(files: readonly ExportedFile[]): Doubt[] {
  const madeUp = files.find(({ check }) => check !== null && check.madeUp !== null)?.check?.madeUp;
  const otherwise = files.flatMap(({ file, check }) => (check && answersOtherwise(check) ? file : []));
  const remarks = new Set(files.flatMap(({ remark }) => remark ?? []));
  return [
    ...[...remarks].map((message) => ({ kind: 'remark', message })),
    ...(madeUp == null
      ? []
      : [
          {
            kind: 'made-up',
            message: `Checked on made-up samples, for the test data could not be read: ${madeUp}`,
          },
        ]),
    ...(otherwise.length === 0
      ? []
      : [
          {
            kind: 'otherwise',
            message: `Many answers are others than the trained model’s: ${otherwise.join(', ')}`,
          },
        ]),
  ];
}

const when = (time: number): string =>
  new Date(time).toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'short' });

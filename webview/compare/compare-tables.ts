import { html, type TemplateResult } from 'lit';
import { candidateColumns, candidateRows } from '../../src/compare/reports/candidate-rows.ts';
import '../parts/wide-table.ts';
import { modelNames, strategyMark, userText } from '../parts/marks.ts';
import type { ComparisonData } from '../protocol/comparison.ts';

/** Exits and peers of each strategy that has such, beside its student. */
export function candidatesTable(comparison: ComparisonData): TemplateResult {
  const name = modelNames(comparison.groups.map(({ label }) => label));
  const table = html`<table>
      <thead>
        <tr>
          <th scope="col">Strategy</th>
          ${candidateColumns.map((column, index) => html`<th scope="col" class=${index > 0 ? 'number' : ''}>${column}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${comparison.groups.flatMap((group) =>
          candidateRows(group).map(
            (row, index) => html`<tr>
              <th scope="row">
                <span class="labelled ${index === 0 ? '' : 'hidden'}">${strategyMark(group)}${name(group.label)}</span>
              </th>
              ${row.map((cell, column) => html`<td class=${column > 0 ? 'number' : ''}>${userText(cell)}</td>`)}
            </tr>`,
          ),
        )}
      </tbody>
    </table>`;
  return html`<distillery-wide-table class="card flush" .name=${'Exits and peers'} .table=${table}></distillery-wide-table>`;
}

/** Settings in which the experiments differ. */
export function differencesTable(comparison: ComparisonData): TemplateResult {
  if (comparison.groups.length < 2) return html`<p class="hint">There is only one experiment here.</p>`;
  if (comparison.differences.length === 0) return html`<p class="hint">All settings are the same.</p>`;
  const name = modelNames(comparison.groups.map(({ label }) => label));
  const table = html`<table class="settings">
      <thead>
        <tr>
          <th scope="col">Setting</th>
          ${comparison.groups.map(
            (group) =>
              html`<th scope="col"><span class="labelled">${strategyMark(group)}${name(group.label)}</span></th>`,
          )}
        </tr>
      </thead>
      <tbody>
        ${comparison.differences.map(
          ({ key, texts }) => html`<tr>
            <th scope="row"><code>${key}</code></th>
            ${texts.map((text) => html`<td class=${text === 'not set' ? 'soft' : ''}>${userText(text)}</td>`)}
          </tr>`,
        )}
      </tbody>
    </table>`;
  return html`<distillery-wide-table class="card flush" .name=${'Settings that differ'} .table=${table}></distillery-wide-table>`;
}

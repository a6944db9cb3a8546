import { html, nothing, type TemplateResult } from 'lit';
import type { AnswerPage } from '../../src/answers/answer-page.ts';
import type { LabelSlice, Share } from '../../src/answers/slices.ts';
import { formatNumber, formatPercent, missing } from '../../src/compare/formatting.ts';
import { userText } from '../parts/marks.ts';
import '../parts/wide-table.ts';

const count = (value: number) => value.toLocaleString('en-US');

/** What is said of all samples that a filter leaves. */
export function answerFigures(page: AnswerPage, first: string, second: string): TemplateResult {
  const { classes, losses, total, matched, unit, chosen } = page;
  const tile = (label: string, value: string, more = '') =>
    html`<div class="card"><dt>${userText(label)}</dt><dd>${value}${more === '' ? nothing : html` <span class="soft">${more}</span>`}</dd></div>`;
  const alone = first === second;
  return html`<dl class="tiles answer-tiles" aria-label="Figures of these samples">
      ${tile('Samples', count(matched), matched === total ? '' : `of ${count(total)}`)}
      ${
        classes
          ? html`${tile(`${first} right`, formatPercent(classes.a.accuracy), intervalOf(classes.a))}
            ${
              alone
                ? nothing
                : html`${tile(`${second} right`, formatPercent(classes.b.accuracy), intervalOf(classes.b))}
                  ${tile(`Only ${second} wrong`, count(classes.onlyA))}
                  ${tile(`Only ${first} wrong`, count(classes.onlyB))}
                  ${tile('Both wrong', count(classes.neither))}
                  ${tile('Same answer', formatPercent(classes.agreement))}
                  ${classes.mcnemar === null ? nothing : tile('McNemar’s test', `p = ${probability(classes.mcnemar)}`, 'exact')}`
            }`
          : nothing
      }
      ${
        losses
          ? html`${tile(`Loss of ${first}`, formatNumber(losses.a), unit)}
            ${
              alone
                ? nothing
                : html`${tile(`Loss of ${second}`, formatNumber(losses.b), unit)}
                  ${tile(
                    'Lost, mean over texts',
                    formatNumber(losses.lost),
                    losses.interval
                      ? `${formatNumber(losses.interval.low)} … ${formatNumber(losses.interval.high)}`
                      : '',
                  )}`
            }`
          : nothing
      }
    </dl>
    ${
      chosen
        ? html`<p class="hint">Chosen by what was answered: what these samples show says nothing of others, so there are no intervals and no test.</p>`
        : nothing
    }`;
}

const intervalOf = ({ interval }: Share): string =>
  interval ? `${formatPercent(interval.low)} … ${formatPercent(interval.high)}` : '';

/** So small a p as is no number to read has an exponent. */
const probability = (p: number): string => (p < 1e-4 ? p.toExponential(1) : p.toFixed(4));

/** The same figures by label. */
export function labelTable(
  labels: readonly LabelSlice[],
  first: string,
  second: string,
): TemplateResult | typeof nothing {
  if (labels.length < 2) return nothing;
  const accuracy = (right: number, of: number) => (of === 0 ? missing : formatPercent(right / of));
  return html`<details class="by-label">
    <summary>By label</summary>
    <distillery-wide-table
      class="card flush"
      .name=${'Answers by label'}
      .table=${html`<table>
        <thead>
          <tr>
            <th scope="col">Label</th>
            <th scope="col" class="number">Samples</th>
            <th scope="col" class="number">${userText(first)} right</th>
            <th scope="col" class="number">${userText(second)} right</th>
            <th scope="col" class="number">Only ${userText(second)} wrong</th>
            <th scope="col" class="number">Only ${userText(first)} wrong</th>
            <th scope="col" class="number">Both wrong</th>
          </tr>
        </thead>
        <tbody>
          ${labels.map(
            ({ label, count: of, both, onlyA, onlyB, neither }) => html`<tr>
              <th scope="row">${userText(label)}</th>
              <td class="number">${count(of)}</td>
              <td class="number">${accuracy(both + onlyA, of)}</td>
              <td class="number">${accuracy(both + onlyB, of)}</td>
              <td class="number">${count(onlyA)}</td>
              <td class="number">${count(onlyB)}</td>
              <td class="number">${count(neither)}</td>
            </tr>`,
          )}
        </tbody>
      </table>`}
    ></distillery-wide-table>
  </details>`;
}

import { html, nothing, type TemplateResult } from 'lit';
import type { AnswerRow, OneAnswer } from '../../src/answers/answer-page.ts';
import type { ShownSample } from '../../src/checks/samples/sample-schema.ts';
import { formatNumber, formatPercent, missing } from '../../src/compare/formatting.ts';
import { userText } from '../parts/marks.ts';
import { answerText, type RowColumns } from './answer-row.ts';

/** The sample that is looked at: all that is shown of it, and what each model found probable. */
export function sampleDetail(
  row: AnswerRow | undefined,
  sample: ShownSample | undefined,
  { first, second, hidden }: RowColumns,
  onKey: (event: KeyboardEvent) => void,
): TemplateResult {
  const title = row ? `Sample ${row.id}` : 'Sample';
  return html`<section class="card sample-detail" tabindex="-1" aria-label=${title} @keydown=${onKey}>
    <h3>${title}${row?.label == null ? nothing : html` <span class="soft">labelled</span> <bdi>${row.label}</bdi>`}</h3>
    ${row ? html`<div class="models">${model(first, row.a)}${second === undefined ? nothing : model(second, row.b)}</div>` : nothing}
    ${row && second !== undefined ? html`<p class="soft">${facts(row)}</p>` : nothing}
    ${hidden ? nothing : whole(row, sample)}
  </section>`;
}

const facts = ({ lost, divergence, length }: AnswerRow): string =>
  [
    `lost ${formatNumber(lost)}`,
    ...(divergence === null ? [] : [`divergence ${formatNumber(divergence)} bits`]),
    ...(length === null ? [] : [`${length.toLocaleString('en-US')} tokens`]),
  ].join(' · ');

/** The five classes a model found most probable, each with a bar. */
const mostBars = 5;

function model(name: string, one: OneAnswer): TemplateResult {
  return html`<div class="of-model">
    <h4>${userText(name)}</h4>
    <p>${one.right === null ? nothing : answerText(one)} <span class="soft">loss ${formatNumber(one.loss)}</span></p>
    ${
      one.best.length === 0
        ? nothing
        : html`<dl class="probabilities">
            ${one.best.slice(0, mostBars).map(
              ({ name, probability }) => html`<div class="probability">
                <dt><bdi>${name}</bdi></dt>
                <dd>
                  <span class="bar" aria-hidden="true"><span .style=${`inline-size:${(100 * probability).toFixed(1)}%`}></span></span>
                  <span class="number">${formatPercent(probability, 1)}</span>
                </dd>
              </div>`,
            )}
          </dl>`
    }
  </div>`;
}

function whole(row: AnswerRow | undefined, sample: ShownSample | undefined): TemplateResult | typeof nothing {
  if (!row || !sample) return nothing;
  const { picture, width, height, text, cut, columns } = sample;
  return html`${
    picture === undefined
      ? nothing
      : html`<figure>
          <img class="enlarged" src=${picture} alt=${`Picture ${row.id}, larger`} />
          <figcaption class="soft">${width ?? missing} × ${height ?? missing} pixels as shown</figcaption>
        </figure>`
  }
  ${text === undefined ? nothing : html`<pre class="full-text" dir="auto">${text}${cut ? ' …' : nothing}</pre>`}
  ${cut ? html`<p class="hint">The text goes on; its first 4,000 characters are shown.</p>` : nothing}
  ${
    columns && columns.length > 0
      ? html`<dl class="columns-of">
          ${columns.map(([name, value]) => html`<div class="column-of"><dt><bdi>${name}</bdi></dt><dd><bdi>${value}</bdi></dd></div>`)}
        </dl>`
      : nothing
  }`;
}

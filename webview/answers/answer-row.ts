import { html, nothing, type TemplateResult } from 'lit';
import type { AnswerRow, OneAnswer } from '../../src/answers/answer-page.ts';
import type { ShownSample } from '../../src/checks/samples/sample-schema.ts';
import { formatNumber, formatPercent, missing } from '../../src/compare/formatting.ts';

/** What is drawn of each row, besides the sample. */
export interface RowColumns {
  readonly first: string;
  /** Undefined where one model stands alone. */
  readonly second: string | undefined;
  readonly classes: boolean;
  readonly texts: boolean;
  /** Whether samples cannot be shown at all. */
  readonly hidden: boolean;
  /** Whether there is room for the most important columns only. */
  readonly narrow?: boolean;
}

interface Head {
  readonly title: string;
  readonly number?: true;
}

/** Heads of the columns in their order; each row has a cell for each. */
export const heads = (columns: RowColumns): readonly Head[] => [
  { title: 'Sample' },
  ...(columns.classes ? [{ title: 'Label' }] : []),
  { title: columns.first },
  ...(columns.second === undefined
    ? []
    : [{ title: columns.second }, { title: 'Lost', number: true } as const]),
  ...(withDivergence(columns) ? [{ title: 'Divergence', number: true } as const] : []),
  ...(withTokens(columns) ? [{ title: 'Tokens', number: true } as const] : []),
];

const withDivergence = ({ second, classes, narrow }: RowColumns) =>
  second !== undefined && classes && !narrow;
const withTokens = ({ texts, narrow }: RowColumns) => texts && !narrow;

/** The cells of a row. A row that has not come has empty ones. */
export function cellsOf(
  row: AnswerRow | undefined,
  sample: ShownSample | undefined,
  columns: RowColumns,
): TemplateResult {
  const { second, classes, hidden } = columns;
  const cell = (name: string, content: unknown) =>
    html`<span role="gridcell" class=${name}>${content}</span>`;
  if (!row)
    return html`${heads(columns).map((_, index) => cell(index === 0 ? 'sample soft' : '', index === 0 ? '…' : ''))}`;
  return html`${cell('sample', html`<span class="number-of soft">${row.id}</span>${sampleText(row, sample, hidden)}`)}
    ${classes ? cell('label-cell', html`<bdi>${row.label}</bdi>`) : nothing}
    ${cell('answer', answerText(row.a))}
    ${second === undefined ? nothing : html`${cell('answer', answerText(row.b))} ${cell('number', formatNumber(row.lost))}`}
    ${withDivergence(columns) ? cell('number', formatNumber(row.divergence)) : nothing}
    ${withTokens(columns) ? cell('number', row.length?.toLocaleString('en-US') ?? missing) : nothing}`;
}

/** As much of a sample as a row has room for. */
function sampleText(
  { id, label }: AnswerRow,
  sample: ShownSample | undefined,
  hidden: boolean,
): TemplateResult | typeof nothing {
  if (hidden) return nothing;
  if (!sample) return html`<span class="soft">…</span>`;
  if (sample.picture !== undefined)
    return html`<img class="thumbnail" src=${sample.picture} alt=${`Picture ${id}${label === null ? '' : `, labelled ${label}`}`} />`;
  return html`<bdi class="excerpt">${excerpt(sample.text ?? '')}</bdi>`;
}

/** Mails begin with empty lines and long rules. */
const excerpt = (text: string): string => text.replace(/\s+/g, ' ').trim().slice(0, 240) || '(empty)';

/** What a model answered and how sure it was; whether that is right is said by a sign, a color and a word. */
export function answerText({ answer, confidence, right, loss }: OneAnswer): TemplateResult {
  if (right === null) return html`${formatNumber(loss)}`;
  const tone = right ? 'good' : 'bad';
  return html`<span class=${tone}><span aria-hidden="true">${right ? '✓' : '✗'}</span><span class="hidden">${right ? 'right:' : 'wrong:'}</span>
    <bdi>${answer ?? 'no answer'}</bdi></span>
    <span class="soft sure">${formatPercent(confidence, 1)}</span>`;
}

import type { AnswerPage, AnswerRow, OneAnswer } from '../answers/answer-page.ts';
import type { ClassSlice, LossSlice, Share } from '../answers/slices.ts';
import { formatNumber, formatPercent, missing, oneLine } from '../compare/formatting.ts';
import type { Names, Shown } from './commands/predictions-command.ts';
import { plainTable } from './table.ts';
import type { Colors } from './terminal.ts';

const count = (value: number) => value.toLocaleString('en-US');

/** What was answered, for a terminal: the figures of what a filter leaves, then its samples. */
export function predictionLines(
  page: AnswerPage,
  names: Names,
  samples: ReadonlyMap<number, Shown>,
  colors: Colors,
): string {
  const { total, matched, classes, losses, rows } = page;
  const lines = [`${count(matched)} of ${count(total)} test samples`];
  if (classes && matched > 0) lines.push(...classLines(classes, names));
  if (losses && matched > 0) lines.push(...lossLines(losses, names, page.unit));
  if (page.chosen)
    lines.push(
      colors.dim(
        'The filter looks at the answers themselves, so what it leaves says nothing of other samples: no intervals, no test.',
      ),
    );
  const left = matched - rows.length;
  return `${lines.join('\n')}\n${
    rows.length > 0 ? `\n${table(page, names, samples, colors)}` : ''
  }${left > 0 && rows.length > 0 ? colors.dim(`${count(left)} more; see them with --limit or --csv.\n`) : ''}`;
}

function classLines(slice: ClassSlice, names: Names): string[] {
  const [first, second] = names;
  const lines = [shareLine(first, slice.a, slice.count)];
  if (second === undefined) return lines;
  lines.push(
    shareLine(second, slice.b, slice.count),
    `both right ${count(slice.both)}, only ${first} ${count(slice.onlyA)}, only ${second} ${count(slice.onlyB)}, neither ${count(slice.neither)}; the same answer to ${formatPercent(slice.agreement)}`,
  );
  if (slice.mcnemar !== null)
    lines.push(`McNemar’s exact test of whether they are right equally often: p = ${pText(slice.mcnemar)}`);
  return lines;
}

const shareLine = (name: string, { right, accuracy, interval }: Share, of: number) =>
  `${name} right in ${count(right)} of ${count(of)}, ${formatPercent(accuracy)}${
    interval ? ` (95 %: ${formatPercent(interval.low)} to ${formatPercent(interval.high)})` : ''
  }`;

/** p as it is written: so small a one as is no more a number to read is bounded. */
export const pText = (p: number): string => (p < 1e-4 ? `${p.toExponential(1)}` : p.toFixed(4));

function lossLines({ a, b, lost, interval }: LossSlice, names: Names, unit: string): string[] {
  const [first, second] = names;
  const lines = [`${first} ${formatNumber(a)} ${unit}, mean over texts`];
  if (second !== undefined)
    lines.push(
      `${second} ${formatNumber(b)} ${unit}, ${formatNumber(lost)} more${
        interval ? ` (95 %: ${formatNumber(interval.low)} to ${formatNumber(interval.high)})` : ''
      }`,
    );
  return lines;
}

function table(page: AnswerPage, names: Names, samples: ReadonlyMap<number, Shown>, colors: Colors): string {
  const { rows, classes } = page;
  const two = names.length === 2;
  const texts = rows.some(({ length }) => length !== null);
  const head = [
    'sample',
    ...(classes ? ['label'] : []),
    ...names.map((name) => oneLine(name, 32)),
    ...(two ? ['lost'] : []),
    ...(two && classes ? ['divergence'] : []),
    ...(texts ? ['length'] : []),
    ...(samples.size > 0 ? ['text'] : []),
  ];
  const cells = (row: AnswerRow) => [
    `${row.id}`,
    ...(classes ? [oneLine(row.label ?? missing, 24)] : []),
    ...[row.a, row.b].slice(0, names.length).map((one) => answerCell(one, colors)),
    ...(two ? [formatNumber(row.lost)] : []),
    ...(two && classes ? [formatNumber(row.divergence)] : []),
    ...(texts ? [row.length === null ? missing : count(row.length)] : []),
    ...(samples.size > 0 ? [oneLine(samples.get(row.position)?.text ?? '', 60)] : []),
  ];
  return plainTable(head, rows.map(cells), colors);
}

function answerCell({ answer, confidence, right, loss }: OneAnswer, colors: Colors): string {
  if (right === null) return formatNumber(loss);
  if (answer === null) return colors.red('no answer');
  const text = `${oneLine(answer, 24)} ${formatPercent(confidence, 1)}`;
  return right ? text : colors.red(`${text} ✗`);
}

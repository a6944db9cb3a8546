import { scoreNames, scoreRecords } from '../../experiment/tasks/scores.ts';
import type { ModelFigures, RunResult } from '../directory/events.ts';
import { dash, decimal, percent } from './markdown.ts';

const fourDecimals = (value: number | null | undefined) => decimal(value, 4);

const rows: readonly (readonly [title: string, cell: (figures: ModelFigures) => string])[] = [
  ['Accuracy', ({ accuracy }) => percent(accuracy)],
  // Of numbers the loss is their squared error, which stands among the scores.
  ['Cross-entropy (nats)', ({ loss, mse }) => (mse === undefined ? decimal(loss, 4) : dash)],
  ...scoreNames.map((name) => {
    const { label, written } = scoreRecords[name];
    return [
      label,
      (figures: ModelFigures) => (written === 'share' ? percent : fourDecimals)(figures[name]),
    ] as const;
  }),
  ['Perplexity', ({ perplexity }) => decimal(perplexity, 2)],
  ['Bits per byte', ({ bitsPerByte }) => decimal(bitsPerByte, 4)],
  ['Macro F1', ({ macroF1 }) => decimal(macroF1, 4)],
  ['Calibration error', ({ calibrationError }) => decimal(calibrationError, 4)],
  ['Answers that are NaN', ({ unanswered }) => unanswered?.toLocaleString('en-US') ?? dash],
  ['Parameters', ({ parameters }) => parameters.toLocaleString('en-US')],
  ['Of these frozen', ({ frozenParameters }) => frozenParameters?.toLocaleString('en-US') ?? dash],
  ['Trained as LoRA', ({ adapterParameters }) => adapterParameters?.toLocaleString('en-US') ?? dash],
  ['Bytes on disk', ({ bytes }) => bytes.toLocaleString('en-US')],
  ['Latency, one sample (ms)', ({ latencyMs }) => decimal(latencyMs, 3)],
  ['Samples per second, batches of 32', ({ throughput }) => decimal(throughput, 0)],
];

/** Student beside teacher, or beside what it was made from; what neither has is left out. */
export function figuresTable({ student, teacher, compression, otherTokens }: RunResult): string {
  const columns: [string, ModelFigures][] = [['Student', student]];
  if (teacher)
    columns.push([compression ? 'Original' : 'Teacher', otherTokens ? withoutTokens(teacher) : teacher]);
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [
    line(['Test set', ...columns.map(([title]) => title)]),
    `| --- |${' ---: |'.repeat(columns.length)}`,
    ...rows
      .map(([title, cell]) => [title, ...columns.map(([, figures]) => cell(figures))])
      .filter(([, ...cells]) => cells.some((cell) => cell !== dash))
      .map(line),
  ].join('\n');
}

/** Figures per token are none beside those of other tokens. */
const withoutTokens = (figures: ModelFigures): ModelFigures => ({
  ...figures,
  accuracy: null,
  loss: null,
  perplexity: null,
  calibrationError: null,
});

import Table from 'cli-table3';
import picocolors from 'picocolors';
import { adviceTitle } from '../advice/advice.ts';
import type { FigureKey, FigureKind } from '../figures/figure-kinds.ts';
import type { Comparison } from '../figures.ts';
import { missing, oneLine } from '../formatting.ts';
import { partsOf } from '../sections/parts.ts';
import { sectionTitle } from '../sections/sections.ts';
import { touchVerdict } from '../verdicts/doubted.ts';
import { fewVerdicts, tallyText } from '../verdicts/tally.ts';
import type { Outcome } from '../verdicts/verdict.ts';
import { differenceText, verdictTitle } from '../verdicts/verdict-text.ts';
import { type ReportRow, reportRows, shownFigures } from './report-rows.ts';

type Colors = ReturnType<typeof picocolors.createColors>;

export interface TableOptions {
  /** Columns of the terminal; 100 unless told. */
  readonly width?: number;
  readonly color?: boolean;
}

/** Figures by what they are worth in a narrow terminal: the last is left out first. */
const priority: readonly FigureKey[] = [
  'accuracy',
  'r2',
  'microF1',
  'bytes',
  'compressionRatio',
  'latencyMs',
  'retention',
  'agreement',
  'speedup',
  'parameters',
  'trainingSeconds',
  'perplexity',
  'bitsPerByte',
  'loss',
  'calibrationError',
  'macroF1',
  'pearson',
  'mse',
  'mae',
  'spearman',
  'averagePrecision',
  'hammingLoss',
  'throughput',
  'savedSeconds',
];

/** Teacher against students for a terminal, with verdicts and advice underneath; for each data and task by itself. */
export function renderTable(comparison: Comparison, options: TableOptions = {}): string {
  const colors = picocolors.createColors(options.color ?? false);
  const width = options.width ?? 100;
  if (comparison.runs.length === 0) return 'No runs to compare.\n';
  const parts = partsOf(comparison);
  if (parts.length === 1) return `${blocksOf(comparison, width, colors).join('\n\n')}\n`;
  const texts = parts.map((part) => {
    const title = oneLine(sectionTitle(part.sections[0]!), width);
    const heading = `${colors.bold(title)}\n${'═'.repeat([...title].length)}`;
    return [heading, ...blocksOf(part, width, colors)].join('\n\n');
  });
  return `${texts.join('\n\n\n')}\n`;
}

function blocksOf(comparison: Comparison, width: number, colors: Colors): string[] {
  const rows = reportRows(comparison);
  const paint: Record<Outcome, (text: string) => string> = {
    BEATS: colors.green,
    'DOES NOT BEAT': colors.red,
    INCONCLUSIVE: colors.yellow,
  };
  const doubted = new Set(
    comparison.groups.flatMap(({ key, doubts }) => (touchVerdict(doubts) ? [key] : [])),
  );
  const outcomeOf = ({ verdict }: ReportRow) => {
    if (verdict === null) return '';
    const inDoubt = doubted.has(verdict.group) || doubted.has(verdict.baseline ?? '');
    return inDoubt ? `${verdict.outcome} (in doubt)` : verdict.outcome;
  };
  const kinds = fitting(rows, shownFigures(rows), width, outcomeOf);
  const table = new Table({
    head: ['', 'seeds', ...kinds.map((kind) => kind.label.toLowerCase()), 'against direct'].map((text) =>
      colors.dim(text),
    ),
    colAligns: ['left', 'left', ...kinds.map(() => 'right' as const), 'left'],
    chars: frame,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 2 },
  });
  for (const row of rows) {
    const outcome = row.verdict?.outcome;
    const label = labelOf(row);
    table.push([
      row.strategy === 'teacher' ? colors.bold(label) : label,
      row.seeds,
      ...kinds.map((kind) => row.cells[kind.key] ?? missing),
      outcome ? paint[outcome](outcomeOf(row)) : '',
    ]);
  }
  const blocks = [table.toString().replace(/ +$/gm, '')];

  const verdicts = comparison.verdicts.map((verdict) => {
    const title = paint[verdict.outcome](oneLine(verdictTitle(verdict, comparison), 160));
    const details = [differenceText(verdict), verdict.reason, ...verdict.notes].filter(Boolean);
    return [title, ...details.flatMap((detail) => wrap(oneLine(detail, 600), width - 2))].join('\n  ');
  });
  const sum = verdicts.length > fewVerdicts ? `: ${tallyText(comparison.verdicts)}` : '';
  if (verdicts.length > 0) blocks.push(`${colors.bold('Verdicts')}${sum}\n${verdicts.join('\n')}`);

  const doubts = comparison.groups.flatMap((group) =>
    group.doubts.map(({ message }) =>
      [`${colors.yellow('!')} ${labelOf(group)}`, ...wrap(oneLine(message, 600), width - 2)].join('\n  '),
    ),
  );
  if (doubts.length > 0) blocks.push(`${colors.bold('Doubts')}\n${doubts.join('\n')}`);

  const advice = comparison.advice.map((piece) => {
    const { text, tone } = piece;
    const mark = { good: colors.green('+'), caution: colors.yellow('!'), next: colors.cyan('›') }[tone];
    return [`${mark} ${oneLine(adviceTitle(piece), 160)}`, ...wrap(oneLine(text, 600), width - 2)].join(
      '\n  ',
    );
  });
  if (advice.length > 0) blocks.push(`${colors.bold('Advice')}\n${advice.join('\n')}`);
  return blocks;
}

/** Only a rule under the head; everything else is space. */
const frame = {
  ...{ top: '', 'top-mid': '', 'top-left': '', 'top-right': '' },
  ...{ bottom: '', 'bottom-mid': '', 'bottom-left': '', 'bottom-right': '' },
  ...{ left: '', 'left-mid': '', mid: '', 'mid-mid': '', right: '', 'right-mid': '', middle: '' },
};

const labelOf = (row: { readonly label: string }) => oneLine(row.label, 40);

function fitting(
  rows: readonly ReportRow[],
  kinds: readonly FigureKind[],
  width: number,
  outcomeOf: (row: ReportRow) => string,
): FigureKind[] {
  const gap = 2;
  const widest = (texts: readonly string[]) => Math.max(0, ...texts.map((text) => [...text].length)) + gap;
  let left =
    width -
    widest(rows.map(labelOf)) -
    widest(['seeds', ...rows.map((row) => row.seeds)]) -
    widest(['against direct', ...rows.map(outcomeOf)]);
  const chosen = new Set<FigureKey>();
  for (const key of priority) {
    const kind = kinds.find((candidate) => candidate.key === key);
    if (!kind) continue;
    const needed = widest([kind.label, ...rows.map((row) => row.cells[key] ?? missing)]);
    if (needed > left && chosen.size > 0) continue;
    left -= needed;
    chosen.add(key);
  }
  return kinds.filter((kind) => chosen.has(kind.key));
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > Math.max(20, width)) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return line === '' ? lines : [...lines, line];
}

import { scoreNames } from '../../experiment/tasks/scores.ts';
import type { FigureKey } from '../figures/figure-kinds.ts';
import type { Comparison } from '../figures.ts';
import { missing, oneLine } from '../formatting.ts';
import { partsOf } from '../sections/parts.ts';
import { sectionTitle } from '../sections/sections.ts';
import { metricFacts } from '../verdicts/metric.ts';
import { differenceText } from '../verdicts/verdict-text.ts';
import { type ReportRow, reportRows, shownFigures } from './report-rows.ts';

const wanted = new Set<FigureKey>([
  'accuracy',
  'retention',
  'agreement',
  'perplexity',
  'bitsPerByte',
  ...scoreNames,
  'parameters',
  'bytes',
  'compressionRatio',
  'latencyMs',
]);

/**
 * A table for a paper, with booktabs rules: mean ± standard deviation over seeds, the best student in bold; one for each
 * section of a comparison on several data.
 */
export function renderLatex(comparison: Comparison): string {
  const needs = '% Needs \\usepackage{booktabs} in the preamble.';
  return `${[needs, ...partsOf(comparison).map(table)].join('\n')}\n`;
}

function table(comparison: Comparison): string {
  const rows = reportRows(comparison);
  const kinds = shownFigures(rows).filter((kind) => wanted.has(kind.key));
  const best = bestRows(comparison);
  const line = (row: ReportRow) => {
    const cells = kinds.map((kind) => {
      const text = latexText(row.cells[kind.key] ?? missing);
      return best.get(kind.key)?.has(row.key) ? `\\textbf{${text}}` : text;
    });
    const difference = row.verdict ? differenceText({ ...row.verdict, interval: null }) || missing : '';
    const label = latexText(oneLine(row.label)) + (row.doubts.length > 0 ? '$^\\dagger$' : '');
    return `  ${[label, latexText(row.seeds), ...cells, latexText(difference)].join(' & ')} \\\\`;
  };
  const teachers = rows.filter((row) => row.strategy === 'teacher');
  const students = rows.filter((row) => row.strategy !== 'teacher');
  return [
    '\\begin{table}',
    '  \\centering',
    `  \\caption{${caption(comparison)}}`,
    `  \\begin{tabular}{ll${'r'.repeat(kinds.length)}r}`,
    '  \\toprule',
    `  ${['Model', 'Seeds', ...kinds.map((kind) => latexText(kind.label)), 'vs.\\ direct'].join(' & ')} \\\\`,
    '  \\midrule',
    ...teachers.map(line),
    ...(teachers.length > 0 && students.length > 0 ? ['  \\midrule'] : []),
    ...students.map(line),
    '  \\bottomrule',
    '  \\end{tabular}',
    ...doubtLines(comparison),
    '\\end{table}',
  ].join('\n');
}

function caption({ sections, verdicts }: Comparison): string {
  const data = sections.length === 1 ? `${latexText(oneLine(sectionTitle(sections[0]!)))}. ` : '';
  const { name, lowerIsBetter, unit } = metricFacts(verdicts[0]?.metric ?? 'accuracy');
  const metric = lowerIsBetter
    ? `the gain in ${unit === 'nats' ? `${name} per token` : latexText(name)} over`
    : `the difference in ${latexText(name)} to`;
  return `${data}Mean and standard deviation over seeds. The last column is ${metric} direct training of the same student, paired by seed.`;
}

/** What the daggers stand for: each reason once, under the table. */
function doubtLines({ groups }: Comparison): string[] {
  const messages = new Set(groups.flatMap((group) => group.doubts.map(({ message }) => message)));
  if (messages.size === 0) return [];
  const reasons = [...messages].map((message) => latexText(oneLine(message, 600))).join(' ');
  return [`  \\par\\smallskip\\footnotesize $^\\dagger$In doubt: ${reasons}`];
}

/** Of each figure with a good direction, the groups whose mean is the best; none where all are equal. */
function bestRows(comparison: Comparison): Map<string, Set<string>> {
  const best = new Map<string, Set<string>>();
  for (const kind of shownFigures(reportRows(comparison))) {
    if (kind.better === null) continue;
    const means = comparison.groups.flatMap((group) => {
      const mean = group.figures[kind.key]?.mean;
      return mean === undefined ? [] : [{ key: group.key, mean }];
    });
    const values = means.map(({ mean }) => mean);
    const target = kind.better === 'higher' ? Math.max(...values) : Math.min(...values);
    const winners = means.filter(({ mean }) => mean === target);
    if (winners.length < means.length) best.set(kind.key, new Set(winners.map(({ key }) => key)));
  }
  return best;
}

const commands: Readonly<Record<string, string>> = {
  '\\': '\\textbackslash{}',
  '~': '\\textasciitilde{}',
  '^': '\\textasciicircum{}',
  '−': '$-$',
  '±': '$\\pm$',
  '×': '$\\times$',
  '→': '$\\rightarrow$',
  µ: '$\\mu$',
  '–': '--',
  '…': '\\ldots{}',
};

function latexText(text: string): string {
  return text.replace(/[\\~^−±×→µ–…]|[&%$#_{}]/g, (sign) => commands[sign] ?? `\\${sign}`);
}

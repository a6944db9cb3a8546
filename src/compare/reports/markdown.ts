import { adviceTitle } from '../advice/advice.ts';
import type { Comparison } from '../figures.ts';
import { missing, oneLine } from '../formatting.ts';
import { partsOf } from '../sections/parts.ts';
import { sectionTitle } from '../sections/sections.ts';
import { fewVerdicts, tallyText } from '../verdicts/tally.ts';
import { differenceText, verdictMethod, verdictTitle } from '../verdicts/verdict-text.ts';
import { candidateColumns, candidateRows } from './candidate-rows.ts';
import { reportRows, shownFigures } from './report-rows.ts';

/** A GitHub-flavoured report: the table, the verdicts, what differs, advice; for each data and task by itself. */
export function renderMarkdown(comparison: Comparison): string {
  const parts = partsOf(comparison);
  const explained = parts.find(({ verdicts }) => verdicts.length > 0);
  const lines = parts.flatMap((part) => [
    ...(parts.length > 1 ? [`## ${markdownText(sectionTitle(part.sections[0]!))}`, ''] : []),
    ...report(part, part === explained),
    '',
  ]);
  return `${lines.join('\n').trimEnd()}\n`;
}

/** @param explained whether to say how verdicts are made, which is said once */
function report(comparison: Comparison, explained: boolean): string[] {
  const rows = reportRows(comparison);
  const kinds = shownFigures(rows);
  const lines: string[] = [];
  lines.push(
    ...table(
      ['Model', 'Strategy', 'Seeds', ...kinds.map((kind) => kind.label), 'Against direct'],
      rows.map((row) => [
        row.doubts.length > 0 ? `${row.label} (in doubt)` : row.label,
        row.strategy,
        row.seeds,
        ...kinds.map((kind) => row.cells[kind.key] ?? missing),
        row.verdict?.outcome ?? '',
      ]),
      [false, false, false, ...kinds.map(() => true), false],
    ),
  );
  if (comparison.verdicts.length > 0) {
    lines.push('', '### Verdicts', '');
    if (comparison.verdicts.length > fewVerdicts) lines.push(`${tallyText(comparison.verdicts)}.`, '');
    for (const verdict of comparison.verdicts) {
      const text = [differenceText(verdict), verdict.reason, ...verdict.notes].filter(Boolean).join('. ');
      lines.push(
        `- **${markdownText(verdictTitle(verdict, comparison))}**: ${markdownText(text.replaceAll('..', '.'))}`,
      );
    }
    if (explained) lines.push('', markdownText(verdictMethod));
  }
  const doubted = comparison.groups.filter((group) => group.doubts.length > 0);
  if (doubted.length > 0) {
    lines.push('', '### Doubts', '');
    for (const { label, doubts } of doubted)
      for (const { message } of doubts) lines.push(`- **${markdownText(label)}**: ${markdownText(message)}`);
  }
  const withCandidates = comparison.groups.filter((group) => group.candidates.length > 0);
  if (withCandidates.length > 0)
    lines.push(
      '',
      '### Exits and peers',
      '',
      ...table(
        ['Strategy', ...candidateColumns],
        withCandidates.flatMap((group) => candidateRows(group).map((row) => [group.label, ...row])),
      ),
    );
  if (comparison.differences.length > 0 && comparison.groups.length > 1) {
    lines.push('', '### What differs', '');
    lines.push(
      ...table(
        ['Setting', ...comparison.groups.map((group) => group.label)],
        comparison.differences.map(({ key, texts }) => [key, ...texts]),
      ),
    );
  }
  if (comparison.advice.length > 0) {
    lines.push('', '### Advice', '');
    for (const advice of comparison.advice) {
      const evidence = advice.evidence.map(({ label, value }) => `${label} ${value}`).join('; ');
      lines.push(
        `- **${markdownText(adviceTitle(advice))}**. ${markdownText(advice.text)} _(${markdownText(evidence)})_`,
      );
    }
  }
  return lines;
}

function table(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  right: readonly boolean[] = [],
): string[] {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => markdownText(cell)).join(' | ')} |`;
  return [
    line(header),
    `|${header.map((_, index) => (right[index] ? ' ---: ' : ' --- ')).join('|')}|`,
    ...rows.map(line),
  ];
}

/** Text that stays text: no HTML, no links, no emphasis, no further cells. */
function markdownText(text: string): string {
  return oneLine(text, 1000)
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/[\\`*_{}[\]|~#]/g, '\\$&')
    .replace(/(https?|ftp):/gi, '$1&#58;')
    .replace(/www\./gi, 'www&#46;')
    .replace(/@/g, '&#64;');
}

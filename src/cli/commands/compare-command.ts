import { writeFile } from 'node:fs/promises';
import { Command, Option } from 'commander';
import { fileProblem } from '../../base/file-problem.ts';
import type { LearningCurve } from '../../compare/charts/learning-curves.ts';
import { isLayerMetric } from '../../compare/figures/layer-losses.ts';
import { type Comparison, compareRuns } from '../../compare/figures.ts';
import { renderCsv } from '../../compare/reports/csv.ts';
import { renderJson } from '../../compare/reports/json.ts';
import { renderLatex } from '../../compare/reports/latex.ts';
import { renderMarkdown } from '../../compare/reports/markdown.ts';
import { renderTable } from '../../compare/reports/table.ts';
import type { RunRecord } from '../../runs/database/run-records.ts';
import type { RunStore } from '../../runs/store.ts';
import { exitCodes } from '../complain.ts';
import { type DataDirOption, lookAtStore } from '../context.ts';
import type { CommandMaker } from '../program.ts';
import type { Terminal } from '../terminal.ts';

interface CompareOptions extends DataDirOption {
  readonly json?: boolean;
  readonly markdown?: boolean;
  readonly csv?: boolean;
  readonly latex?: boolean;
  readonly html?: string;
}

/** Enough for a picture in a report. */
const pointsInReport = 300;

export const compareCommand: CommandMaker = (context, ended) => {
  const form = (flags: string, text: string, ...others: string[]) =>
    new Option(flags, text).conflicts(others);
  return new Command('compare')
    .description('Teacher against student: figures, verdicts with their intervals, and advice.')
    .argument('[run...]', 'ids of the runs; all runs of the data directory where none is named')
    .addOption(form('--json', 'a JSON array with the figures of each run', 'markdown', 'csv', 'latex'))
    .addOption(form('--markdown', 'a report in Markdown', 'json', 'csv', 'latex'))
    .addOption(form('--csv', 'a line for each run, for spreadsheets', 'json', 'markdown', 'latex'))
    .addOption(form('--latex', 'a table for papers', 'json', 'markdown', 'csv'))
    .option('--html <file>', 'write a report that opens in any browser, with charts')
    .option('--data-dir <path>', 'where runs are kept')
    .action(
      ended((parts: string[], options: CompareOptions) =>
        lookAtStore(context, options, async (store) => {
          const { terminal } = context;
          const runs = await chosenRuns(store, parts);
          const comparison = compareRuns(runs);
          if (options.html !== undefined) {
            await writeReport(store, runs, comparison, options.html);
            terminal.err(`The report is in ${options.html}\n`);
          }
          const text = rendered(comparison, options, terminal);
          if (text !== undefined) terminal.out(text);
          return exitCodes.ok;
        }),
      ),
    );
};

/** The runs named, in the order given, or all, oldest first. */
async function chosenRuns(store: RunStore, parts: readonly string[]): Promise<RunRecord[]> {
  if (parts.length === 0) return store.list({ sort: 'createdAt' });
  const runs = await Promise.all(parts.map((part) => store.find(part)));
  return [...new Map(runs.map((run) => [run.id, run])).values()];
}

function rendered(comparison: Comparison, options: CompareOptions, terminal: Terminal): string | undefined {
  if (options.json) return renderJson(comparison);
  if (options.markdown) return renderMarkdown(comparison);
  if (options.csv) return renderCsv(comparison);
  if (options.latex) return renderLatex(comparison);
  if (options.html !== undefined) return undefined;
  return renderTable(comparison, {
    width: terminal.columns,
    color: terminal.outColors.isColorSupported,
  });
}

/** Writes the HTML report. Throws UserError where the file cannot be written. */
export async function writeReport(
  store: RunStore,
  runs: readonly RunRecord[],
  comparison: Comparison,
  file: string,
): Promise<void> {
  // Loaded here: charts are large, and no other command draws any.
  const { renderHtml } = await import('../../compare/reports/html.ts');
  const html = renderHtml(comparison, { generatedAt: new Date(), curves: await learningCurves(store, runs) });
  await writeFile(file, html).catch((error: unknown) => {
    throw fileProblem(error, file);
  });
}

async function learningCurves(store: RunStore, runs: readonly RunRecord[]): Promise<LearningCurve[]> {
  const curves: LearningCurve[] = [];
  for (const { id } of runs) {
    const recorded = (await store.series([id])).get(id) ?? [];
    const layers = recorded.map(({ name }) => name).filter(isLayerMetric);
    for (const metric of ['loss', 'validation.accuracy', ...layers]) {
      const points = await store.points(id, 'student', metric, pointsInReport);
      if (points.length > 0) curves.push({ run: id, metric, points });
    }
  }
  return curves;
}

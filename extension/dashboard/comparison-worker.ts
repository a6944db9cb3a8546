import { parentPort } from 'node:worker_threads';
import { adviceText } from '../../src/compare/advice/advice.ts';
import { adviseBefore, teacherRules } from '../../src/compare/advice/advice-before-run.ts';
import type { LearningCurve } from '../../src/compare/charts/learning-curves.ts';
import type { ComparedRun } from '../../src/compare/compared-run.ts';
import { compareRuns } from '../../src/compare/figures.ts';
import { renderCsv } from '../../src/compare/reports/csv.ts';
import { renderJson } from '../../src/compare/reports/json.ts';
import { renderLatex } from '../../src/compare/reports/latex.ts';
import { renderMarkdown } from '../../src/compare/reports/markdown.ts';
import type { Experiment } from '../../src/experiment/schema/schema.ts';

/** A thread that compares: a thousand runs take too long for the extension host to stand still meanwhile. */

export type ReportFormat = 'csv' | 'markdown' | 'latex' | 'json' | 'html';

/** Runs come in pieces, the last piece with what is wanted of all. */
export interface ComparisonTask {
  readonly id: number;
  readonly runs: readonly ComparedRun[];
  readonly wanted?: Wanted;
}

export type Wanted =
  | { readonly format: ReportFormat | 'data'; readonly curves?: readonly LearningCurve[] }
  /** What the runs tell against the teacher of an experiment that has not run. */
  | { readonly format: 'caution'; readonly experiment: Experiment; readonly file: string };

export type ComparisonReply =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly error: string };

const gathered = new Map<number, ComparedRun[]>();

parentPort?.on('message', async ({ id, runs, wanted }: ComparisonTask) => {
  const all = gathered.get(id) ?? [];
  gathered.set(id, all);
  all.push(...runs);
  if (!wanted) return;
  gathered.delete(id);
  try {
    reply({ id, result: await made(all, wanted) });
  } catch (error) {
    reply({ id, error: error instanceof Error ? error.message : String(error) });
  }
});

const reply = (message: ComparisonReply) => parentPort?.postMessage(message);

async function made(runs: readonly ComparedRun[], wanted: Wanted): Promise<unknown> {
  if (wanted.format === 'caution') {
    const { experiment, file } = wanted;
    const found = adviseBefore({ experiment, file, earlier: runs }).find(({ rule }) =>
      teacherRules.has(rule),
    );
    return found && adviceText(found);
  }
  const comparison = compareRuns(runs);
  switch (wanted.format) {
    case 'data':
      return comparison;
    case 'csv':
      return renderCsv(comparison);
    case 'markdown':
      return renderMarkdown(comparison);
    case 'latex':
      return renderLatex(comparison);
    case 'json':
      return renderJson(comparison);
    case 'html': {
      // Charts are large, and nothing else here draws any.
      const { renderHtml } = await import('../../src/compare/reports/html.ts');
      return renderHtml(comparison, { generatedAt: new Date(), curves: wanted.curves });
    }
  }
}

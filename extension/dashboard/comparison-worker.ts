import { parentPort } from 'node:worker_threads';
import type { LearningCurve } from '../../src/compare/charts/learning-curves.ts';
import type { ComparedRun } from '../../src/compare/compared-run.ts';
import { compareRuns } from '../../src/compare/figures.ts';
import { renderCsv } from '../../src/compare/reports/csv.ts';
import { renderJson } from '../../src/compare/reports/json.ts';
import { renderLatex } from '../../src/compare/reports/latex.ts';
import { renderMarkdown } from '../../src/compare/reports/markdown.ts';

/** A thread that compares: a thousand runs take too long for the extension host to stand still meanwhile. */

export type ReportFormat = 'csv' | 'markdown' | 'latex' | 'json' | 'html';

/** Runs come in pieces, the last piece with what is wanted of all. */
export interface ComparisonTask {
  readonly id: number;
  readonly runs: readonly ComparedRun[];
  readonly wanted?: { readonly format: ReportFormat | 'data'; readonly curves?: readonly LearningCurve[] };
}

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

async function made(
  runs: readonly ComparedRun[],
  { format, curves }: NonNullable<ComparisonTask['wanted']>,
): Promise<unknown> {
  const comparison = compareRuns(runs);
  switch (format) {
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
      return renderHtml(comparison, { generatedAt: new Date(), curves });
    }
  }
}

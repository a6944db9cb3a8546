import { parentPort } from 'node:worker_threads';
import type { AnswerSource, Question } from '../../src/answers/answer-page.ts';
import { answerQuestion, answerSource } from '../../src/answers/question.ts';
import { UserError } from '../../src/base/user-error.ts';
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
  /** What models answered: which runs kept it, by folder, and a question about it. */
  | { readonly format: 'answer-sources'; readonly directories: readonly string[] }
  | { readonly format: 'answers'; readonly question: Question }
  | { readonly format: 'caution'; readonly experiment: Experiment; readonly file: string };

export interface FoundSource {
  readonly source: AnswerSource | null;
  readonly problem?: string;
}

export type ComparisonReply =
  | { readonly id: number; readonly result: unknown }
  | {
      readonly id: number;
      readonly error: string;
      readonly ofUser?: { readonly remedy?: string | undefined };
    };

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
    const message = error instanceof Error ? error.message : String(error);
    const ofUser = error instanceof UserError ? { remedy: error.remedy } : undefined;
    reply({ id, error: message, ...(ofUser && { ofUser }) });
  }
});

const reply = (message: ComparisonReply) => parentPort?.postMessage(message);

/** What a run kept, or why that cannot be read. */
const sourceIn = (directory: string): Promise<FoundSource> =>
  answerSource(directory).then(
    (source) => ({ source: source ?? null }),
    (error: Error) => ({ source: null, problem: error.message }),
  );

async function made(runs: readonly ComparedRun[], wanted: Wanted): Promise<unknown> {
  if (wanted.format === 'caution') {
    const { experiment, file } = wanted;
    const found = adviseBefore({ experiment, file, earlier: runs }).find(({ rule }) =>
      teacherRules.has(rule),
    );
    return found && adviceText(found);
  }
  if (wanted.format === 'answers') return answerQuestion(wanted.question);
  if (wanted.format === 'answer-sources') return Promise.all(wanted.directories.map(sourceIn));
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

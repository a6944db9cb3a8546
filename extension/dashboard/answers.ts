import { hostname } from 'node:os';
import { join } from 'node:path';
import type { SampleViewer } from '../../src/checks/apart/checker.ts';
import type { Requests } from '../../webview/protocol/messages.ts';
import type { Comparisons } from './comparisons.ts';
import { readCurves } from './curves.ts';
import { LogTail } from './detail/log-tail.ts';
import { findRun, findRuns, type RunPlace } from './rows/found-runs.ts';

export interface AnswerSources {
  /** Shows samples of data, and searches them. */
  readonly viewer: SampleViewer;
  folders(): readonly RunPlace[];
  readonly comparisons: Comparisons;
  trusted(): boolean;
  /** The log of a run has been read to where its tail is now. */
  opened(run: string, log: LogTail): void;
}

/** Samples that are shown at once. */
const mostSamples = 100;
/** What takes longer is asked for again, well before the page loses its patience. */
const soonMs = 8_000;

/** The answer, or null where it takes long; it is worked on meanwhile. */
async function soon<T>(answer: Promise<T>): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), soonMs);
  });
  // Asked again, it tells of its failure then.
  answer.catch(() => {});
  return Promise.race([answer, late]).finally(() => clearTimeout(timer));
}

type Answers = {
  [Name in keyof Requests]: (parameters: Requests[Name]['parameters']) => Promise<Requests[Name]['result']>;
};

/** Answers to what the page asks. They reject with UserError where the page asks for something that is not there. */
export function answersFrom({ folders, comparisons, viewer, trusted, opened }: AnswerSources): Answers {
  const recordsOf = async (ids: readonly string[]) =>
    (await findRuns(folders(), ids)).map(({ record }) => record);
  return {
    compare: async ({ runs }) => comparisons.compare(await recordsOf(runs)),
    report: async ({ format, runs }) => ({ text: await comparisons.report(await recordsOf(runs), format) }),
    async curves(parameters) {
      const curves: Requests['curves']['result'][number][] = [];
      for (const folder of folders()) {
        const store = await folder.reader();
        if (store) curves.push(...(await readCurves(store, parameters)));
      }
      return curves;
    },
    async run({ run }) {
      const { record, store } = await findRun(folders(), run);
      const { detailOf } = await import('./detail/run-detail.ts');
      const log = new LogTail(join(record.directory, 'worker.log'));
      const detail = await detailOf(store, record, { log, trusted: trusted() });
      opened(run, log);
      return detail;
    },
    async usage({ run }) {
      const { record } = await findRun(folders(), run);
      // A cluster's run is told by its events alone: what this machine does says nothing of it.
      if (record.state !== 'running' || record.pid === undefined || record.host !== hostname()) return null;
      const { machineUsage } = await import('./detail/machine-usage.ts');
      return machineUsage(record.pid);
    },
    async answerSources({ runs }) {
      const found = await findRuns(folders(), runs);
      const sources = await comparisons.answerSources(found.map(({ record }) => record.directory));
      return found.flatMap(({ record: { id } }, index) => {
        const { source, problem } = sources[index]!;
        return source || problem ? [{ run: id, source, ...(problem !== undefined && { problem }) }] : [];
      });
    },
    async answers({ a, b, ...asked }) {
      const sideOf = async ({ run, model }: typeof a) => {
        const { record } = await findRun(folders(), run);
        return { directory: record.directory, run: record.name, model };
      };
      const question = { ...asked, a: await sideOf(a), b: await sideOf(b) };
      const { askOfAnswers } = await import('../../src/runs/answers-of-runs.ts');
      return soon(askOfAnswers(question, viewer, (one) => comparisons.answers(one)));
    },
    async samples({ run, positions }) {
      const { record } = await findRun(folders(), run);
      const { testSetOf } = await import('../../src/runs/answers-of-runs.ts');
      const of = await testSetOf({ directory: record.directory, run: record.name });
      return soon(viewer.show(of, positions.slice(0, mostSamples)));
    },
    async parseValue({ run, path, text }) {
      const { record } = await findRun(folders(), run);
      const { parseInput } = await import('../../src/experiment/editing/hyperparameter-input.ts');
      const { parameterAt } = await import('./changes/parameters.ts');
      return parseInput(parameterAt(record.config, path), text, record.config);
    },
  };
}

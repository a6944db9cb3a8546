import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Requests } from '../../webview/protocol/messages.ts';
import type { Comparisons } from './comparisons.ts';
import { readCurves } from './curves.ts';
import { LogTail } from './detail/log-tail.ts';
import { findRun, findRuns, type RunPlace } from './rows/found-runs.ts';

export interface AnswerSources {
  folders(): readonly RunPlace[];
  readonly comparisons: Comparisons;
  trusted(): boolean;
  /** The log of a run has been read to where its tail is now. */
  opened(run: string, log: LogTail): void;
}

type Answers = {
  [Name in keyof Requests]: (parameters: Requests[Name]['parameters']) => Promise<Requests[Name]['result']>;
};

/** Answers to what the page asks. They reject with UserError where the page asks for something that is not there. */
export function answersFrom({ folders, comparisons, trusted, opened }: AnswerSources): Answers {
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
    async parseValue({ run, path, text }) {
      const { record } = await findRun(folders(), run);
      const { parseInput } = await import('../../src/experiment/editing/hyperparameter-input.ts');
      const { parameterAt } = await import('./changes/parameters.ts');
      return parseInput(parameterAt(record.config, path), text, record.config);
    },
  };
}

import '../../../webview/host/without-eval.ts';
import { recordedFacts } from '../../../extension/dashboard/detail/recorded-facts.ts';
import { compareRuns } from '../../../src/compare/figures.ts';
import { renderMarkdown } from '../../../src/compare/reports/markdown.ts';
import { parseInput } from '../../../src/experiment/editing/hyperparameter-input.ts';
import { hyperparametersOf } from '../../../src/experiment/editing/hyperparameters.ts';
import type { RunState } from '../../../src/worker/directory/run-states.ts';
import type { RunDetail } from '../../../webview/protocol/detail.ts';
import type { ExportedModel } from '../../../webview/protocol/exports.ts';
import { isPageMessage, type PageMessage, type RequestMessage } from '../../../webview/protocol/messages.ts';
import type { RunsSnapshot } from '../../../webview/protocol/rows.ts';
import { languageRuns } from './language-runs.ts';
import { SampleAnswers } from './sample-answers.ts';
import { curvesOfRun } from './sample-curves.ts';
import { rowOf, type SampleRun, sampleRuns, snapshotOf } from './sample-data.ts';
import { sampleExports } from './sample-exports.ts';
import { type ThemeName, themes } from './themes.ts';

/**
 * Stands in for the extension, in the same document as the page: answers with what the engine really computes, on runs
 * that are made up. Tests steer it through `window.harness`; addresses choose theme, runs and view by their query.
 */
const query = new URLSearchParams(location.search);

export interface Harness {
  readonly sent: PageMessage[];
  /** Messages the page sent that the protocol does not know. */
  readonly wrong: unknown[];
  runs: SampleRun[];
  /** Of every run that is completed. */
  exports: ExportedModel[];
  /** Requests are not answered while it is set. */
  silent: boolean;
  theme(name: ThemeName): void;
  tell(message: unknown): void;
  snapshot(): RunsSnapshot;
  reset(runs: SampleRun[]): void;
  sample: typeof sampleRuns;
  row: typeof rowOf;
}

declare global {
  interface Window {
    harness: Harness;
  }
}

const rare: Readonly<Record<number, RunState>> = { 1: 'running', 4: 'queued', 7: 'failed', 9: 'interrupted' };
const stateOf = (index: number): RunState =>
  query.get('states') === 'mixed' ? (rare[index % 11] ?? 'completed') : 'completed';

/** Runs by the query: of a language model, or digits; some of them in doubt where that is asked for. */
function chosenRuns(): SampleRun[] {
  if (query.get('task') === 'language') return languageRuns();
  const digits = sampleRuns({ count: Number(query.get('runs') ?? 12), stateOf });
  const runs = query.get('task') === 'both' ? [...digits, ...languageRuns()] : digits;
  return query.has('doubts') ? runs.map(doubted) : runs;
}

const doubted = (run: SampleRun): SampleRun =>
  run.config.strategy.kind === 'response' && run.config.strategy.temperature === 20
    ? {
        ...run,
        doubts: [
          {
            kind: 'teacher-quality',
            message:
              'The teacher answers 11.3 % of the test samples correctly, which is what chance would do.',
          },
        ],
      }
    : run;

/** Kept by every run, where the address asks for some: answers=digits or answers=mails, and how many. */
const answers = query.has('answers')
  ? new SampleAnswers(query.get('answers')!, Number(query.get('samples') ?? 500))
  : undefined;

const harness: Harness = {
  sent: [],
  wrong: [],
  runs: chosenRuns(),
  exports: query.has('exports') ? sampleExports : [],
  silent: query.has('silent'),
  theme(name) {
    const { kind, variables } = themes[name];
    const root = document.documentElement;
    for (const property of [...root.style]) root.style.removeProperty(property);
    for (const [key, value] of Object.entries(variables)) root.style.setProperty(`--vscode-${key}`, value);
    document.body.className = kind;
    document.body.dataset.vscodeThemeKind = kind.split(' ')[0];
  },
  tell: (message) => window.postMessage(message, '*'),
  snapshot: () => snapshotOf(harness.runs),
  reset(runs) {
    harness.runs = runs;
    harness.tell({ kind: 'notification', name: 'snapshot', snapshot: harness.snapshot() });
  },
  sample: sampleRuns,
  row: rowOf,
};
window.harness = harness;

document.body.dataset.vscodeThemeKind = 'vscode-light';
harness.theme((query.get('theme') ?? 'light') as ThemeName);

const kept = 'distillery-harness';
const initial = query.get('state');

Object.assign(window, {
  acquireVsCodeApi: () => ({
    postMessage: (message: unknown) => receive(JSON.parse(JSON.stringify(message))),
    getState: () => JSON.parse(initial ?? sessionStorage.getItem(kept) ?? 'null'),
    setState: (state: unknown) => sessionStorage.setItem(kept, JSON.stringify(state)),
  }),
});

const keptViews = (): unknown[] => JSON.parse(sessionStorage.getItem(`${kept}-views`) ?? '[]');

function receive(message: unknown): void {
  if (!isPageMessage(message)) {
    harness.wrong.push(message);
    return;
  }
  harness.sent.push(message);
  if (harness.silent) return;
  if (message.kind === 'request') {
    const answer = JSON.parse(JSON.stringify(answerTo(message)));
    setTimeout(() => harness.tell({ kind: 'response', id: message.id, ...answer }), 5);
  } else if (message.name === 'ready') {
    harness.tell({ kind: 'notification', name: 'views', views: keptViews() });
    harness.reset(harness.runs);
  } else if (message.name === 'saveViews')
    sessionStorage.setItem(`${kept}-views`, JSON.stringify(message.views));
}

function answerTo(message: RequestMessage): { result: unknown } | { error: { message: string } } {
  const find = (id: string) => harness.runs.find((run) => run.id === id)!;
  switch (message.method) {
    case 'compare':
      return { result: compareRuns(message.parameters.runs.map(find)) };
    case 'curves': {
      const { runs, metrics, points } = message.parameters;
      const all = runs.flatMap((id) => curvesOfRun(find(id), points));
      return { result: metrics === null ? all : all.filter((curve) => metrics.includes(curve.metric)) };
    }
    case 'run':
      return { result: detailOf(find(message.parameters.run)) };
    case 'parseValue': {
      const { run, path, text } = message.parameters;
      const { config } = find(run);
      const parameter = hyperparametersOf(config).find(
        (one) => JSON.stringify(one.path) === JSON.stringify(path),
      );
      return parameter
        ? { result: parseInput(parameter, text, config) }
        : { error: { message: 'There is no such setting.' } };
    }
    case 'usage': {
      const gigabyte = 1e9;
      const look = harness.sent.length;
      return {
        result: {
          processor: {
            name: 'AMD EPYC 7543',
            load: 0.6 + 0.2 * Math.sin(look),
            memoryUsed: 3.1 * gigabyte,
            memoryTotal: 16 * gigabyte,
            power: null,
          },
          gpus: [
            {
              name: 'NVIDIA H100',
              load: 0.83,
              memoryUsed: 21 * gigabyte,
              memoryTotal: 80 * gigabyte,
              power: 412,
            },
          ],
          worker: { cores: 1.9, memory: 0.61 * gigabyte },
        },
      };
    }
    case 'answerSources':
      return { result: answers?.sources(message.parameters.runs) ?? [] };
    case 'answers':
      try {
        return { result: answers!.ask(message.parameters) };
      } catch (error) {
        return { error: { message: (error as Error).message } };
      }
    case 'samples':
      return query.has('changed')
        ? { error: { message: 'The data has changed since the models answered.' } }
        : { result: answers!.samples(message.parameters.positions) };
    case 'report':
      return { result: { text: renderMarkdown(compareRuns(message.parameters.runs.map(find))) } };
  }
}

function detailOf(run: SampleRun): RunDetail {
  const row = rowOf(run);
  const directory = `/home/ada/experiments/.distillery/runs/${run.id}`;
  const { strategy } = run.config;
  return {
    run: run.id,
    ...recordedFacts({ ...run, strategy: strategy.kind, file: run.file!, directory, pid: 4711 }),
    writable: true,
    answers: answers !== undefined,
    checkpoints: [
      { epoch: 4, best: true, path: 'checkpoints/best' },
      { epoch: 5, best: false, path: 'checkpoints/last' },
    ],
    files: [
      { path: 'student/model.safetensors', bytes: 203_640 },
      { path: 'student/config.json', bytes: 412 },
      { path: 'experiment.json', bytes: 1830 },
      { path: 'worker.log', bytes: 5120 },
    ],
    exports: run.state === 'completed' ? harness.exports : [],
    curves: curvesOfRun(run, 10).map(({ model, metric }) => ({ model, metric })),
    events: [
      { seq: 0, time: row.createdAt, type: 'started', text: `on ${run.device}, process 4711` },
      { seq: 1, time: row.createdAt + 900, type: 'phase', text: 'teacher signals' },
      { seq: 2, time: row.createdAt + 4100, type: 'phase', text: 'train' },
      { seq: 3, time: row.createdAt + 16_000, type: 'checkpoint', text: 'epoch 4, the best so far' },
      {
        seq: 4,
        time: row.createdAt + 20_000,
        type: 'warning',
        text: 'The labelled subset has 100 samples per class.',
      },
      { seq: 5, time: row.createdAt + 60_000, type: run.state, text: '' },
    ],
    log: '09:30:01 reading mnist\n09:30:02 60,000 training and 10,000 test samples\n09:30:05 epoch 1: loss 1.92\n',
  };
}

import type { ComparisonData } from '../../../webview/protocol/comparison.ts';
import type { RunDetail } from '../../../webview/protocol/detail.ts';
import './window.ts';
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { measuredModels } from '../../../extension/dashboard/detail/measured-models.ts';
import { LiveRows } from '../../../extension/dashboard/rows/live-rows.ts';
import { RowCache } from '../../../extension/dashboard/rows/row-cache.ts';
import { rowOf } from '../../../extension/dashboard/rows/run-rows.ts';
import { Session } from '../../../extension/dashboard/session.ts';
import { compareRuns } from '../../../src/compare/figures.ts';
import { openStore, type RunStore } from '../../../src/runs/store.ts';
import { comparisonAsked, detailAsked } from '../../../webview/state/asked.ts';
import { RunsStore } from '../../../webview/state/runs-store.ts';
import { program } from '../../program.ts';
import { temporaryDirectory } from '../../runs/support.ts';
import { comparisons, savedViewsInMemory } from '../dashboard/support.ts';
import { type OpenedWindow, openWindow, type SeenRow, shown } from './window.ts';

const { rowDescription, runDescription, runLabel } = await import('../../../extension/explorer/run-item.ts');
const { isResumable } = await import('../../../src/worker/directory/run-states.ts');

const sorted = <T extends { id: string }>(rows: readonly T[]) =>
  [...rows].sort((one, other) => (one.id < other.id ? -1 : 1));
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

/** A dashboard of the window, with the page's own store behind it; it asks as the page's views do. */
function openDashboard(context: TestContext, { folders, log }: OpenedWindow) {
  const page = new RunsStore();
  let lastId = 0;
  const answers = new Map<number, (result: unknown) => void>();
  const rows = new LiveRows(new RowCache(() => folders.all), (error) => log.error('rows', error));
  folders.onDidChange(({ ids }) => rows.changed(ids));
  const session = new Session({
    rows,
    comparisons: comparisons(context),
    viewer: { show: async () => [], search: async () => [] },
    folders: () => folders.all,
    trusted: () => true,
    failures: () => [],
    post: (message) => {
      if (message.kind === 'response')
        answers.get(message.id)?.('result' in message ? message.result : undefined);
      else if (message.name === 'snapshot') page.replace(message.snapshot);
      else if (message.name === 'changes') page.apply(message.changes);
    },
    act: async () => {},
    navigated: () => {},
    keepView: () => {},
    savedViews: savedViewsInMemory(),
    log: (doing, error) => log.error(doing, error),
  });
  const asking = <Result>(key: () => string, request: () => Record<string, unknown>) => {
    const view = { asked: '', result: undefined as Result | undefined };
    page.subscribe(() => {
      const now = key();
      if (now === view.asked) return;
      view.asked = now;
      lastId += 1;
      answers.set(lastId, (result) => {
        if (view.asked === now) view.result = result as Result;
      });
      void session.receive({ kind: 'request', id: lastId, ...request() });
    });
    return view;
  };
  const all = () => [...page.runs.keys()];
  const comparison = asking<ComparisonData>(
    () => comparisonAsked(page.rows),
    () => ({ method: 'compare', parameters: { runs: all() } }),
  );
  const oldest = () => all().sort()[0] ?? '';
  const detail = asking<RunDetail>(
    () => detailAsked(oldest(), page.runs.get(oldest())),
    () => ({ method: 'run', parameters: { run: oldest() } }),
  );
  context.after(() => {
    session.dispose();
    rows.dispose();
  });
  return { page, comparison, detail, oldest, ready: session.receive({ kind: 'command', name: 'ready' }) };
}

/** What every view has to show, read from the store by a connection of its own. */
async function expected(store: RunStore) {
  const records = await store.list({ sort: 'createdAt', descending: true });
  const series = await store.series(records.map(({ id }) => id));
  const running = records.filter(({ state }) => state === 'running');
  const queued = records.filter(({ state }) => state === 'queued').length;
  const count = [running.length > 0 && `${running.length} running`, queued > 0 && `${queued} waiting`];
  const [only] = running;
  const waiting = queued > 0 ? [`${queued} waiting`] : [];
  const oldest = sorted(records)[0];
  return {
    rows: plain(sorted(records.map((record) => rowOf(record, series.get(record.id)!)))),
    tree: records.map((record): SeenRow => {
      const marks = ['run', record.state, isResumable(record) && 'resumable', record.baseline && 'baseline'];
      return {
        label: runLabel(record),
        description: rowDescription(record),
        context: marks.filter(Boolean).join(' '),
        below: [],
      };
    }),
    status:
      running.length === 1
        ? [`${only!.experiment}: ${runDescription(only!)}`, ...waiting].join(', ')
        : count.filter(Boolean).join(', '),
    keys: { hasRuns: records.length > 0, hasActiveRuns: running.length + queued > 0, storeFailed: false },
    comparison: plain(compareRuns(sorted(records).sort((one, other) => one.createdAt - other.createdAt))),
    measured: oldest?.state === 'completed' ? plain(measuredModels(oldest)) : undefined,
  };
}

const kinds = ['add', 'stop', 'resume', 'rename', 'note', 'tag', 'untag', 'baseline', 'remove', 'ingest'];

test('all views agree with the store, whichever of three processes changed it', {
  timeout: 900_000,
}, async (t) => {
  const folder = join(await temporaryDirectory(t), 'project');
  const file = join(folder, 'two.distill.json');
  const data = join(folder, '.distillery');
  await mkdir(folder);
  await writeFile(file, '{}');
  const window = await openWindow(t, folder, [file]);
  const dashboard = openDashboard(t, window);
  await dashboard.ready;
  const writers: ChildProcess[] = [];
  const [node, ...words] = program('test/extension/views/random-writer.ts');
  for (const seed of [1, 2, 3]) {
    const child = spawn(node, [...words, data, file, `${seed}`], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    t.after(() => child.disconnect());
    writers.push(child);
    await once(child, 'message');
  }
  const store = await openStore(data);
  t.after(() => store.close());

  /** Waits until everything that is shown is what stands in the store, however long a busy machine takes. */
  const agree = async (): Promise<number> => {
    const began = performance.now();
    for (;;) {
      const wanted = await expected(store);
      const tree = (await window.seen())[0]?.below ?? [];
      const seen = {
        rows: plain(sorted(dashboard.page.rows)),
        tree,
        status: window.status.text,
        keys: Object.fromEntries(
          Object.keys(wanted.keys).map((key) => [key, shown.context.get(`distillery.${key}`) ?? false]),
        ),
        comparison: dashboard.comparison.result ?? wanted.comparison,
        measured: wanted.measured && dashboard.detail.result?.models,
      };
      try {
        // What ran on while the views were read is compared again.
        assert.deepEqual(seen, wanted);
        return performance.now() - began;
      } catch (error) {
        if (performance.now() - began > 240_000) throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };

  const made: Record<string, number> = {};
  let longest = 0;
  const missing = () => kinds.filter((kind) => !made[kind]);
  for (let round = 0; round < 12 || missing().length > 0; round++) {
    const answers = writers.map(async (child) => {
      const answer = once(child, 'message');
      child.send(6);
      return (await answer)[0] as Record<string, number>;
    });
    for (const counts of await Promise.all(answers))
      for (const [kind, count] of Object.entries(counts)) made[kind] = (made[kind] ?? 0) + count;
    longest = Math.max(longest, await agree());
  }
  t.diagnostic(
    `${JSON.stringify(made)}; all views agreed ${Math.round(longest)} ms after the last change, at most`,
  );
  // A run may be removed while the page asks for it.
  assert.deepEqual(
    window.log.lines.filter((line) => !line.includes('This run is not there any more')),
    [],
  );
});

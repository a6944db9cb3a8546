import './window.ts';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ExperimentNode, GroupNode, RunNode } from '../../../extension/explorer/nodes.ts';
import { settingName } from '../../../src/experiment/editing/setting-name.ts';
import type { RunRecord } from '../../../src/runs/database/run-records.ts';
import { shown, Uri } from './window.ts';

const { accuracyText, experimentItem } = await import('../../../extension/explorer/group-item.ts');
const { runItem } = await import('../../../extension/explorer/run-item.ts');
const { RunTree } = await import('../../../extension/explorer/run-tree.ts');

const experiment = (accuracies: readonly number[], settings = 1): ExperimentNode =>
  ({
    ...{ kind: 'experiment', uri: Uri.file('/project/a.distill.json'), exists: true, expanded: true },
    ...{ runs: accuracies.length, accuracies, settings, selection: {}, readable: true },
  }) as unknown as ExperimentNode;

const record = (more: Partial<RunRecord>): RunRecord =>
  ({
    ...{ id: 'r1', experiment: 'Digits', name: 'Digits', strategy: 'direct', seed: 0, state: 'running' },
    ...{ createdAt: Date.UTC(2026, 0, 31, 12), tags: [], note: '', baseline: false, config: {}, ...more },
  }) as unknown as RunRecord;

const runNode = (more: Partial<RunRecord>, parent: unknown = experiment([])): RunNode =>
  ({ kind: 'run', folder, record: record(more), parent }) as unknown as RunNode;

const folder = {
  dataDirectory: '/project/.distillery',
  list: async () => [] as RunRecord[],
  reader: async () => undefined,
};

test('an experiment shows the mean and spread over its seeds, and one seed alone without', () => {
  shown.folders = [{ uri: Uri.file('/project'), name: 'project', index: 0 }];
  assert.equal(accuracyText(experiment([0.98, 0.982, 0.981])), '98.10 ± 0.10 %');
  assert.match(String(experimentItem(experiment([0.98, 0.982])).description), /^98\.10 ± 0\.14 % · /);
  assert.equal(accuracyText(experiment([0.98])), '98.00 %');
  assert.equal(accuracyText(experiment([])), '');
  assert.match(String(experimentItem(experiment([0.9, 0.8], 3)).tooltip), /latest settings.*2 seeds/);
});

test('an experiment whose runs cannot be read does not say that it has none', () => {
  const { description, accessibilityInformation } = experimentItem({ ...experiment([]), readable: false });
  assert.equal(description, 'runs cannot be read');
  assert.match(accessibilityInformation!.label, /runs cannot be read/);
});

test('seeds can be told apart, whatever they are called and wherever they stand', () => {
  const text = (node: RunNode) => {
    const { label, description } = runItem(node);
    return `${label}: ${description}`;
  };
  const group = { kind: 'group', label: 'direct', runs: 2, selections: [] } as unknown as GroupNode;
  const rows = [
    runNode({ seed: 0 }),
    runNode({ seed: 1 }),
    runNode({ seed: 0, createdAt: Date.UTC(2026, 0, 31, 15) }),
    runNode({ seed: 0, name: 'Best' }),
    runNode({ seed: 1, name: 'Best' }),
    runNode({ seed: 0, experiment: 'Letters', name: 'Letters' }, group),
    runNode({ seed: 0 }, group),
  ].map(text);
  assert.equal(new Set(rows).size, rows.length, rows.join('\n'));
  assert.match(rows[0]!, /^seed 0: .*31/);
  assert.match(rows[3]!, /^Best: seed 0 · /);
  assert.match(rows[5]!, /^Letters, seed 0: /);
});

test('runs of an experiment that was changed say what tells their settings apart', async (t) => {
  const of = (temperature: number, seed: number) =>
    record({
      ...{ id: `r${temperature}-${seed}`, group: `g${temperature}`, seed },
      config: { strategy: { kind: 'response', temperature, alpha: 0.9 } } as RunRecord['config'],
    });
  const source = { ...folder, list: async () => [of(4, 0), of(20, 0), of(20, 1)] };
  const event = () => ({ dispose() {} });
  const tree = new RunTree(
    { all: [source], of: () => source, onDidReplace: event, onDidChange: event } as never,
    { onDidChange: event, list: async () => [] } as never,
    { onDidChange: event, current: { grouping: 'experiment', sort: 'seed', text: '' } } as never,
  );
  t.after(() => tree.dispose());
  const parent = { ...experiment([]), runs: 3, selection: { folder: source, query: {} } } as ExperimentNode;
  const rows = (await tree.getChildren(parent)).map((node) => String(tree.getTreeItem(node).description));
  assert.deepEqual(
    rows.map((row) => row.split(' · ')[0]),
    ['T 4', 'T 20', 'T 20'],
  );
  const [first] = await tree.getChildren(parent);
  assert.match(
    tree.getTreeItem(first!).accessibilityInformation!.label,
    /^seed 0, running, starting · .* · T 4$/,
  );
});

test('of a run of today the row says the time alone, for a narrow sidebar has no room for more', () => {
  const now = new Date();
  const text = (createdAt: number) => String(runItem(runNode({ createdAt })).description);
  assert.doesNotMatch(text(now.getTime()), new RegExp(now.toLocaleString(undefined, { month: 'short' })));
  assert.match(text(Date.UTC(2026, 0, 31, 12)), /31/);
});

test('a running row is not drawn anew while its tooltip is read, and is again afterwards', async (t) => {
  t.mock.timers.enable({ apis: ['Date', 'setTimeout'], now: 1_000_000 });
  let step = 0;
  const progress = () => ({ phase: 'train', done: step, total: 100 }) as RunRecord['progress'];
  const source = { ...folder, list: async () => [record({ progress: progress() })] };
  const listeners: ((change: unknown) => void)[] = [];
  const event = () => ({ dispose() {} });
  const folders = {
    all: [source],
    of: () => source,
    onDidReplace: event,
    onDidChange: (listener: (change: unknown) => void) => {
      listeners.push(listener);
      return { dispose() {} };
    },
  };
  const tree = new RunTree(
    folders as never,
    { onDidChange: event, list: async () => [] } as never,
    {
      onDidChange: event,
      current: { grouping: 'experiment', sort: 'createdAt', descending: true, text: '' },
    } as never,
  );
  t.after(() => tree.dispose());
  const parent = { ...experiment([]), runs: 1, selection: { folder: source, query: {} } } as ExperimentNode;
  const [row] = await tree.getChildren(parent);
  let drawn = 0;
  tree.onDidChangeTreeData(() => {
    drawn += 1;
  });
  /** The run reports, and so much time goes by. */
  const later = async (ms: number) => {
    step += 1;
    for (const listener of listeners) listener({ folder: source, ids: ['r1'], structure: false });
    for (let passed = 0; passed < ms; passed += 100) {
      for (let turn = 0; turn < 8; turn++) await Promise.resolve();
      t.mock.timers.tick(100);
    }
  };
  await later(3000);
  assert.ok(drawn >= 1, 'progress is drawn');
  tree.resolveTreeItem(tree.getTreeItem(row!), row!);
  const before = drawn;
  for (let reports = 0; reports < 10; reports++) await later(1000);
  assert.equal(drawn, before, 'the tooltip stays');
  for (let reports = 0; reports < 8; reports++) await later(1000);
  assert.ok(drawn > before, 'progress goes on being drawn');
  assert.match(String(tree.getTreeItem(row!).description), new RegExp(`${step} %`));
});

test('a changed copy says whose setting it changes, where teacher and student have the same', () => {
  const config = {
    dataset: { kind: 'mnist' },
    teacher: { model: { architecture: 'mlp', hidden: [8] }, training: { epochs: 9 } },
    student: { model: { architecture: 'mlp', hidden: [4] } },
    strategy: { kind: 'response', temperature: 4 },
    training: { epochs: 2 },
  };
  assert.equal(settingName(['training', 'epochs'], config), 'student epochs');
  assert.equal(settingName(['teacher', 'training', 'epochs'], config), 'teacher epochs');
  assert.equal(settingName(['strategy', 'temperature'], config), 'temperature');
});

test('the runs of a sweep stand below one row, which says how it stands, and others beside it', async (t) => {
  const swept = (point: number, state: RunRecord['state']) =>
    record({ ...{ id: `s${point}`, group: `g${point}`, state }, sweep: { id: 'abc', point, values: {} } });
  const plain = record({ id: 'r9', group: 'g9', state: 'completed' });
  let states: object = { completed: 2, running: 1 };
  const all = [swept(0, 'completed'), swept(1, 'completed'), swept(2, 'running')];
  const source = {
    ...folder,
    list: async ({ sweep }: { sweep?: string | null }) =>
      sweep === 'abc' ? all : sweep === null ? [plain] : [...all, plain],
    reader: async () => ({
      sweeps: async () => [{ ...{ id: 'abc', runs: 3, points: 3, active: true, createdAt: 0 }, states }],
    }),
  };
  let tell = (_: unknown) => {};
  const event = () => ({ dispose() {} });
  const root = {
    ...experiment([]),
    runs: 4,
    selection: { folder: source, query: {} },
  } as unknown as ExperimentNode;
  const files = { onDidChange: event, list: async () => [root.uri] };
  const folders = {
    ...{ all: [source], of: () => source, onDidReplace: event },
    onDidChange: (listener: typeof tell) => {
      tell = listener;
      return { dispose() {} };
    },
  };
  Object.assign(source, {
    experiments: async () => [{ file: root.uri.fsPath, runs: 4, accuracies: [], settings: 0 }],
  });
  const options = { onDidChange: event, current: { grouping: 'experiment', sort: 'createdAt', text: '' } };
  const tree = new RunTree(folders as never, files as never, options as never);
  t.after(() => tree.dispose());
  const [top] = await tree.getChildren();
  const rows = await tree.getChildren(top);
  assert.deepEqual(
    rows.map(({ kind }) => kind),
    ['sweep', 'run'],
  );
  const [row] = rows;
  const described = () => String(tree.getTreeItem(row!).description);
  assert.equal(described(), '3 points · 1 running · 2 completed');
  assert.equal(tree.getTreeItem(row!).contextValue, 'sweep going');
  assert.equal((await tree.getChildren(row)).length, 3);
  assert.equal(tree.getParent(row!), top);
  const drawn: unknown[] = [];
  tree.onDidChangeTreeData((node) => drawn.push(node));
  states = { completed: 3 };
  tell({ folder: source, ids: ['s2'], structure: true });
  while (!drawn.flat().includes(row)) await new Promise((resolve) => setTimeout(resolve, 10));
  assert.equal(described(), '3 points · 3 completed');
});

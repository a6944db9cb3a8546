import './window.ts';
import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { ExplorerNode } from '../../../extension/explorer/nodes.ts';
import type { Services } from '../../../extension/services.ts';
import { openStore } from '../../../src/runs/store.ts';
import { addRun, numbered, started, temporaryDirectory } from '../../runs/support.ts';
import { openWindow } from './window.ts';

const { openDashboard } = await import('../../../extension/commands/compare-commands.ts');

test('the dashboard opens with what is selected: an experiment or a group stands for its runs, and nothing is asked', async (t) => {
  const folder = join(await temporaryDirectory(t), 'project');
  await mkdir(folder);
  const store = await openStore(join(folder, '.distillery'));
  const add = async (name: string, seed: number) => {
    const id = await addRun(store, seed, name, { file: join(folder, `${name}.distill.json`) });
    await store.ingest(id, numbered([started, { type: 'completed' }]));
    return id;
  };
  const [one, other] = [await add('a', 0), await add('a', 1)];
  const third = await add('b', 0);
  await store.close();
  const { folders, tree, options } = await openWindow(t, folder, [
    join(folder, 'a.distill.json'),
    join(folder, 'empty.distill.json'),
  ]);
  const opened: unknown[] = [];
  const openWith = async (selection: readonly ExplorerNode[], ...args: unknown[]) => {
    const dashboards = { open: async (_: unknown, goal: unknown) => void opened.push(goal) };
    await openDashboard({ folders, runView: { selection }, dashboards } as unknown as Services, ...args);
    const goal = opened.pop() as { view: string; runs?: string[]; run?: string };
    return [goal.view, ...((goal.runs ?? goal.run) ? [goal.runs ?? goal.run].flat().sort() : [])];
  };
  const experiment = async (name: string) =>
    (await tree.getChildren()).find((node) => node.kind === 'experiment' && node.uri.path.endsWith(name))!;
  const a = await experiment('/a.distill.json');
  const both = [one, other].sort();
  assert.deepEqual(await openWith([a]), ['compare', ...both]);
  assert.deepEqual(await openWith([], a), ['compare', ...both]);
  const [run] = await tree.getChildren(a);
  assert.deepEqual(await openWith([a, run!]), ['compare', ...both], 'each once');
  assert.deepEqual(await openWith([await experiment('/b.distill.json')]), ['run', third]);
  assert.deepEqual(await openWith([await experiment('/empty.distill.json')]), ['overview']);
  assert.deepEqual(await openWith([]), ['overview']);
  assert.deepEqual(await openWith([a], third), ['run', third], 'a link says which');
  await options.change({ grouping: 'status' });
  const group = (await tree.getChildren()).find((node) => node.kind === 'group')!;
  assert.deepEqual(await openWith([group]), ['compare', ...[...both, third].sort()]);
});

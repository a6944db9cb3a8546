import assert from 'node:assert/strict';
import { basename } from 'node:path';
import { commands, window, workspace } from 'vscode';
import type { ExplorerNode } from '../../../extension/explorer/nodes.ts';
import { pageSize } from '../../../extension/explorer/run-tree.ts';
import { experimentSchema } from '../../../src/experiment/schema/schema.ts';
import { openStore, type RunStore } from '../../../src/runs/store.ts';
import { shortened } from '../../../src/worker/directory/project-path.ts';
import {
  answering,
  dataDirectory,
  distillery,
  execute,
  experimentNode,
  folder,
  inRoot,
  milliseconds,
  patienceMs,
  pick,
  runIn,
  runNode,
  smallExperiment,
  until,
  watchEventLoop,
  write,
} from './support.ts';

const many = 5000;

describe('the run explorer', function () {
  this.timeout(patienceMs);
  let store: RunStore;

  before(async () => {
    await distillery();
    store = await openStore(dataDirectory());
    await addMany(store, inRoot('many.distill.json').fsPath);
  });

  after(async () => {
    await store.transaction((database) => database.run("DELETE FROM runs WHERE id LIKE '2020%'"));
    await store.close();
    await execute('distillery.refreshRuns');
  });

  it('shows 5,000 runs a page at a time, without holding the host', async () => {
    const { runTree } = (await distillery()).services;
    await until('the tally', async () => (await folder()).tally.total >= many);
    const watched = watchEventLoop();
    const start = performance.now();
    const roots = await runTree.getChildren();
    const node = roots.find((one) => one.kind === 'experiment' && one.runs === many)!;
    const children = await runTree.getChildren(node);
    for (const child of children) runTree.getTreeItem(child);
    const took = performance.now() - start;
    await new Promise((resolve) => setTimeout(resolve, 50));
    const { heldMs } = watched();
    console.log(
      `5,000 runs: first page after ${milliseconds(took)}, event loop held ${milliseconds(heldMs)} at most`,
    );
    assert.equal(children.length, pageSize + 1);
    const more = children.at(-1)!;
    assert.equal(more.kind, 'more');
    await execute('distillery.loadMoreRuns', more);
    assert.equal((await runTree.getChildren(node)).length, 2 * pageSize + 1);
  });

  it('shows the hyperparameters of what was chosen last', async () => {
    const { runTree, hyperparameterTree } = (await distillery()).services;
    const { onDidChangeTreeData: changed } = hyperparameterTree;
    const shown = () => {
      const { source } = hyperparameterTree;
      return source?.kind === 'file' ? basename(source.uri.path) : source?.name;
    };
    const notes = await workspace.openTextDocument(await write('notes.md', 'Notes'));
    const [one, two] = await Promise.all(
      ['one', 'two'].map(async (name) =>
        workspace.openTextDocument(await write(`${name}.distill.json`, smallExperiment(name))),
      ),
    );
    await window.showTextDocument(one!);
    await until('the first file', async () => shown() === 'one.distill.json');

    const roots = await runTree.getChildren();
    const node = roots.find((root) => root.kind === 'experiment' && root.runs === many)!;
    const [run] = await runTree.getChildren(node);
    assert.ok(run?.kind === 'run');
    const click = runTree.getTreeItem(run).command!;
    assert.deepEqual([click.command, click.arguments], ['distillery.showHyperparameters', [run]]);
    await execute('distillery.showHyperparameters', run);
    assert.equal(shown(), run.record.name);

    // The editor that comes back was not chosen: nothing is shown anew, however late its event comes.
    let changes = 0;
    const watching = changed(() => changes++);
    await window.showTextDocument(notes);
    await window.showTextDocument(one!);
    await window.showTextDocument(two!);
    await until('the second file', async () => shown() === 'two.distill.json');
    watching.dispose();
    assert.equal(changes, 1);

    await execute('distillery.showHyperparameters', run);
    assert.equal(shown(), run.record.name);
    await commands.executeCommand('workbench.action.closeAllEditors');
  });

  it('groups, sorts and filters', async () => {
    const { runTree, options } = (await distillery()).services;
    const labels = (nodes: ExplorerNode[]) =>
      nodes.map((node) => (node.kind === 'group' ? node.label : node.kind));
    await answering({ showQuickPick: (items: unknown) => pick(items, 'By strategy') }, () =>
      execute('distillery.groupRuns'),
    );
    assert.ok(labels(await runTree.getChildren()).includes('response'));
    await answering({ showQuickPick: (items: unknown) => pick(items, 'By status') }, () =>
      execute('distillery.groupRuns'),
    );
    assert.ok(labels(await runTree.getChildren()).includes('completed'));
    await answering({ showQuickPick: (items: unknown) => pick(items, 'By seed') }, () =>
      execute('distillery.sortRuns'),
    );
    await answering({ showQuickPick: (items: unknown) => pick(items, 'By experiment') }, () =>
      execute('distillery.groupRuns'),
    );
    await answering({ showInputBox: () => 'Many 4999' }, () => execute('distillery.filterRuns'));
    const [only, ...rest] = await runTree.getChildren();
    assert.deepEqual(rest, []);
    const [run] = await runTree.getChildren(only);
    assert.equal(run?.kind === 'run' && run.record.name, 'Many 4999');
    await execute('distillery.clearFilter');
    assert.equal(options.current.text, '');
    await options.change({ sort: 'createdAt', descending: true });
    await execute('distillery.refreshRuns');
    assert.ok((await runTree.getChildren()).length > 1);
  });

  it('draws no more anew than what a run changes', async () => {
    const { runTree } = (await distillery()).services;
    await write('quick.distill.json', smallExperiment('Quick'));
    await experimentNode('quick.distill.json');
    const shown = async () => {
      for (const node of await runTree.getChildren()) await runTree.getChildren(node);
    };
    const drawings: (ExplorerNode | ExplorerNode[] | undefined)[] = [];
    // News are gathered for a moment before they are drawn; at rest nothing more comes.
    const rest = async () => {
      for (let seen = -1; seen !== drawings.length; ) {
        seen = drawings.length;
        await new Promise((resolve) => setTimeout(resolve, 1000));
      }
    };
    const ran = async () => {
      const [id] = await execute<string[]>('distillery.run', inRoot('quick.distill.json'));
      await runIn(id!, ['completed']);
      await until('its end to be drawn', async () => {
        const { total, states } = (await folder()).tally;
        return total > 0 && !states.running && !states.queued;
      });
      await rest();
      return id!;
    };
    await ran();
    await shown();
    const drawing = runTree.onDidChangeTreeData((nodes) => drawings.push(nodes));
    try {
      const id = await ran();
      assert.ok(drawings.length > 0);
      assert.ok(!drawings.includes(undefined), 'not the whole tree');
      const drawn = new Set(drawings.flatMap((nodes) => nodes ?? []).map(nameOf));
      assert.deepEqual([...drawn], ['quick.distill.json'], 'only the experiment that ran');
      await shown();
      drawings.length = 0;
      await answering({ showInputBox: () => 'Another name' }, () => execute('distillery.rename', id));
      await until('the name', () => drawings.length > 0);
      const rows = drawings.flatMap((nodes) => nodes ?? []);
      assert.deepEqual(
        rows.map((node) => node.kind === 'run' && node.record.id),
        [id],
      );
    } finally {
      drawing.dispose();
    }
  });

  it('offers to resume what can go on, and not what was cancelled for good', async () => {
    const { runTree } = (await distillery()).services;
    const { runEngine } = await import('../../../extension/workspace/runs/run-engine.ts');
    const file = inRoot('quick.distill.json').fsPath;
    const ends = ['stop', 'cancel'] as const;
    const checker = (await distillery()).services.checking;
    const devices = async () => [];
    const agree = async () => false;
    const ids = (await runEngine.runsFromFile(store, file, { seeds: [71, 72], checker, devices, agree }))!;
    // Ended before anybody starts them, one way each.
    await Promise.all(ends.map((end, index) => runEngine.stopRun(store, ids[index]!, end)));
    for (const id of ids) await runIn(id, ['cancelled']);
    const offers = await Promise.all(
      ids.map(async (id) => /\bresumable\b/.test(runTree.getTreeItem(await runNode(id)).contextValue ?? '')),
    );
    assert.deepEqual(offers, [true, false]);
    let offered: string[] = [];
    await answering(
      {
        showQuickPick: (items: { run: { record: { id: string } } }[]) => {
          offered = items.map(({ run }) => run.record.id);
          return undefined;
        },
      },
      () => execute('distillery.resume', []),
    );
    assert.ok(offered.includes(ids[0]!) && !offered.includes(ids[1]!), offered.join());
    for (const id of ids) await runEngine.removeRun(store, id);
  });

  it('asks the picked run where nothing is selected', async () => {
    let offered = 0;
    await answering(
      {
        showQuickPick: (items: unknown[]) => {
          offered = items.length;
          return undefined;
        },
      },
      () => execute('distillery.rename', []),
    );
    assert.equal(offered, 200);
  });
});

const nameOf = (node: ExplorerNode): string =>
  node.kind === 'run'
    ? basename(node.record.file)
    : node.kind === 'experiment'
      ? basename(node.uri.path)
      : node.kind;

async function addMany(store: RunStore, path: string): Promise<void> {
  const file = shortened(path, dataDirectory());
  const config = experimentSchema.parse({
    name: 'Many',
    dataset: { kind: 'mnist' },
    teacher: { model: { architecture: 'mlp', hidden: [64] } },
    student: { model: { architecture: 'mlp', hidden: [8] } },
    strategy: { kind: 'response' },
  });
  const figures = (accuracy: number, bytes: number) => ({
    accuracy,
    loss: 0.1,
    parameters: bytes / 4,
    bytes,
    latencyMs: 1,
    throughput: 100,
    macroF1: accuracy,
    calibrationError: 0.01,
    confusion: Array.from({ length: 10 }, () => Array<number>(10).fill(10)),
  });
  await store.transaction(async (database) => {
    await database.run('INSERT INTO experiments (name, file) VALUES (?, ?)', ['Many', file]);
    for (let index = 0; index < many; index++) {
      const summary = {
        state: 'completed',
        startedAt: index,
        endedAt: index + 1,
        device: 'CPU',
        result: {
          student: figures(0.9, 400),
          teacher: figures(0.98, 4000),
          bestEpoch: 1,
          trainingSeconds: 2,
        },
        from: { state: 1 },
      };
      await database.run(
        `INSERT INTO runs (id, experiment, family, name, strategy, seed, config, created_at, state, summary, accuracy)
         VALUES (?, (SELECT number FROM experiments WHERE name = 'Many' AND file = ?), 'many', ?, 'response', ?, ?, ?, 'completed', ?, 0.9)`,
        [
          `20200101-000000-many-response-s${index}`,
          file,
          `Many ${index}`,
          index,
          JSON.stringify({ ...config, seeds: [index] }),
          index,
          JSON.stringify(summary),
        ],
      );
    }
  });
}

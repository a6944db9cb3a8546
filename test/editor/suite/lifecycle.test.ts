import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { commands, DataTransfer, Uri, window, workspace } from 'vscode';
import type { ExplorerNode } from '../../../extension/explorer/nodes.ts';
import type { RunFolder } from '../../../extension/workspace/runs/run-folder.ts';
import { concurrency } from '../../../src/runs/queue/queue.ts';
import { otherWindow, removeTemporary, temporary } from './other-windows.ts';
import {
  answering,
  distillery,
  execute,
  folder,
  inRoot,
  milliseconds,
  patienceMs,
  runIn,
  runNode,
  smallExperiment,
  until,
  watchEventLoop,
  write,
} from './support.ts';

/** A worker of our own making in place of the real one. */
function extensionWithWorker(code: string): string {
  const place = temporary();
  mkdirSync(join(place, 'dist'));
  writeFileSync(join(place, 'dist/worker.mjs'), code);
  return place;
}

/** What VS Code is handed when these rows of the explorer are dragged. */
async function dragged(ids: readonly string[]): Promise<DataTransfer> {
  const { RunDrag } = await import('../../../extension/explorer/run-drag.ts');
  const data = new DataTransfer();
  new RunDrag().handleDrag(await Promise.all(ids.map(runNode)), data);
  return data;
}

async function atOnce(): Promise<number> {
  return concurrency(await (await folder()).writer());
}

async function startIn(window: RunFolder): Promise<string> {
  const { runEngine } = await import('../../../extension/workspace/runs/run-engine.ts');
  const file = (await write('strange.distill.json', smallExperiment('Strange'))).fsPath;
  const checker = (await distillery()).services.checking;
  const devices = async () => [];
  const ids = await runEngine.runsFromFile(await window.writer(), file, {
    checker,
    devices,
    agree: async () => false,
  });
  const [id] = ids!;
  await window.look();
  return id!;
}

describe('the life of runs', function () {
  this.timeout(patienceMs);

  after(removeTemporary);

  it('goes on when its experiment is renamed, follows it, and shows it as gone when it is deleted', async () => {
    await write('leaving.distill.json', smallExperiment('Leaving', { training: { epochs: 60 } }));
    const [id] = await execute<string[]>('distillery.run', inRoot('leaving.distill.json'));
    const renamed = inRoot('renamed.distill.json');
    await workspace.fs.rename(inRoot('leaving.distill.json'), renamed);
    await runIn(id!, ['completed']);
    await until('the run to follow', async () => (await (await folder()).get(id!))?.file === renamed.fsPath);
    await workspace.fs.delete(renamed);
    const { runTree } = (await distillery()).services;
    await until('the experiment to be shown as gone', async () => {
      const nodes = await runTree.getChildren();
      const node = nodes.find(
        (one) => one.kind === 'experiment' && one.uri.path.endsWith('/renamed.distill.json'),
      );
      return node && /gone/.test(String(runTree.getTreeItem(node).description));
    });
  });

  it('keeps a queued run as it was when its file is edited', async () => {
    await execute('distillery.refreshRuns');
    const [running] = await execute<string[]>('distillery.run', inRoot('endless.distill.json'));
    await write('later.distill.json', smallExperiment('Later'));
    assert.equal(await atOnce(), 1);
    const [queued] = await execute<string[]>('distillery.queue', inRoot('later.distill.json'));
    assert.equal((await (await folder()).get(queued!))?.state, 'queued');
    await write('later.distill.json', smallExperiment('Later', { training: { epochs: 77 } }));
    await runIn(running!, ['running']);
    await execute('distillery.stop', running);
    const done = await runIn(queued!, ['completed']);
    assert.equal(done.config.training.epochs, 2);
  });

  it('stops what runs with the window, where the user wants that', async () => {
    const [id] = await execute<string[]>('distillery.run', inRoot('endless.distill.json'));
    await until('progress', async () => (await (await folder()).get(id!))?.progress);
    await (await distillery()).services.folders.stopAll();
    const record = await runIn(id!, ['cancelled']);
    assert.equal(record.cancelReason, 'stop');
  });

  it('opens the run of a link, and says where a link leads nowhere', async () => {
    const { openLink } = await import('../../../extension/commands/open-link.ts');
    const { permalink, runOfLink } = await import('../../../extension/workspace/permalink.ts');
    const { services } = await distillery();
    const [record] = await (await folder()).list({ limit: 1 });
    assert.equal(runOfLink(permalink(record!.id)), record!.id);
    assert.equal(runOfLink(permalink('../../etc')), undefined);
    assert.deepEqual(await answering({}, () => openLink(services, record!.id)), []);
    assert.match((await answering({}, () => openLink(services, undefined))).join(), /no run/);
  });

  it('lets runs be dragged into texts as links', async () => {
    const [record] = await (await folder()).list({ limit: 1 });
    const data = await dragged([record!.id]);
    assert.match(data.get('text/plain')?.value, /distillery\.distillery\/run\//);
  });

  it('leads the dashboard to runs that are dropped on it, beside the one it shows', async () => {
    const { dashboards } = (await distillery()).services;
    const [first, second, third] = (await (await folder()).list({ limit: 3 })).map(({ id }) => id);
    await commands.executeCommand('workbench.action.closeAllEditors');
    const drop = async (...ids: string[]) => {
      const uris: string = (await dragged(ids)).get('text/uri-list')?.value;
      for (const uri of uris.split('\r\n')) await commands.executeCommand('vscode.open', Uri.parse(uri));
    };
    const shows = (what: object) =>
      until(`a dashboard with ${JSON.stringify(what)}`, () => {
        const [only, ...others] = dashboards.all;
        return only && others.length === 0 && isDeepStrictEqual(only.navigation, what);
      });
    await drop(first!);
    await shows({ view: 'run', run: first });
    await drop(second!);
    await shows({ view: 'compare', runs: [first, second] });
    await drop(third!, second!);
    await shows({ view: 'compare', runs: [first, second, third] });
    const left = window.tabGroups.all.flatMap(({ tabs }) => tabs);
    assert.equal(left.length, 1, 'nothing but the dashboard stays open');
    await commands.executeCommand('workbench.action.closeAllEditors');
  });

  it('says why a worker cannot start, with what it printed', async () => {
    const window = otherWindow(
      inRoot('.'),
      extensionWithWorker("console.error('Cannot find package onnxruntime-node'); process.exit(1);"),
    );
    // The other window must drive the queue: the extension's own would start the real worker.
    const place = temporary();
    Object.defineProperty(window, 'dataDirectory', { value: join(place, '.distillery') });
    const id = await startIn(window);
    const record = await until('the failure', async () => {
      const found = await window.get(id);
      return found?.state === 'failed' && found;
    });
    assert.match(record.error?.message ?? '', /onnxruntime-node/);
    assert.ok(record.error?.remedy);
    await window.close();
  });

  it('is not misled by a worker that prints garbage', async () => {
    const window = otherWindow(
      inRoot('.'),
      extensionWithWorker(
        `import { appendFileSync } from 'node:fs';
         console.log('\\u001b[2J garbage '.repeat(1000));
         for (let line = 0; line < 500; line++) appendFileSync(process.argv[2] + '/events.jsonl', '{"seq":' + line + ',"type":"nonsense"}\\nnot json at all \\u0000\\n');
         process.exit(3);`,
      ),
    );
    const place = temporary();
    Object.defineProperty(window, 'dataDirectory', { value: join(place, '.distillery') });
    const id = await startIn(window);
    const record = await until('the failure', async () => {
      const found = await window.get(id);
      return found?.state === 'failed' && found;
    });
    assert.ok(record.error?.message);
    await window.close();
  });

  it('keeps two folders of one name apart', async () => {
    await workspace.getConfiguration().update('distillery.dataDirectory', 'storage', true);
    try {
      const one = otherWindow(Uri.file(temporary()));
      const other = otherWindow(Uri.file(temporary()));
      assert.notEqual(one.dataDirectory, other.dataDirectory);
      assert.ok(one.dataDirectory.includes('storage'));
    } finally {
      await workspace.getConfiguration().update('distillery.dataDirectory', undefined, true);
    }
    await (await distillery()).ready;
  });

  it('never holds the host long while four runs report', async () => {
    await workspace.getConfiguration().update('distillery.concurrentRuns', 4, true);
    await until('four at once', async () => (await atOnce()) === 4);
    // Longer than anybody waits for four of them, and a row is drawn anew with each hundredth of that.
    const busy = await write(
      'busy.distill.json',
      smallExperiment('Busy', { training: { epochs: 10_000, batchSize: 16 } }),
    );
    const ids: string[] = [];
    await answering({ showInputBox: () => '11-14' }, async () => {
      ids.push(...(await execute<string[]>('distillery.runWithSeeds', busy)));
    });
    await until('four to report', async () => {
      const records = await (await folder()).list({ ids });
      return records.every(({ progress }) => progress !== undefined);
    });
    const { runTree } = (await distillery()).services;
    for (const node of await runTree.getChildren()) await runTree.getChildren(node);
    let events = 0;
    const listening = (await folder()).onDidRecord((news) => {
      events += news.events.length;
    });
    const drawings: (ExplorerNode | ExplorerNode[] | undefined)[] = [];
    const drawing = runTree.onDidChangeTreeData((nodes) => drawings.push(nodes));
    const watched = watchEventLoop();
    const start = performance.now();
    await new Promise((resolve) => setTimeout(resolve, 3000));
    const { heldMs, lateMs } = watched();
    listening.dispose();
    const meanwhile = drawings.length;
    const seconds = (performance.now() - start) / 1000;
    await until('the progress to be drawn', () => drawings.length > 0);
    drawing.dispose();
    console.log(
      `4 runs reporting ${(events / seconds).toFixed(0)} events a second: event loop held ${milliseconds(heldMs)} at most (${milliseconds(lateMs)} between two turns on a machine that trains four models)`,
    );
    assert.ok(events > 0);
    console.log(`4 runs reporting: rows drawn anew ${meanwhile} times in ${seconds.toFixed(1)} s`);
    // A click that falls between two drawings of a row is lost.
    assert.ok(meanwhile <= seconds + 2, `${meanwhile} drawings in ${seconds} s`);
    const drawn = drawings.flatMap((nodes) => nodes ?? []);
    assert.ok(drawings.every(Array.isArray), 'no more than rows are drawn');
    assert.ok(drawn.every((node) => node.kind === 'run' && ids.includes(node.record.id)));
    await execute('distillery.stop', ids);
    for (const id of ids) await runIn(id, ['cancelled']);
    await workspace.fs.delete(busy);
    await workspace.getConfiguration().update('distillery.concurrentRuns', undefined, true);
    await until('a number removed from the settings to hold no longer', async () => (await atOnce()) === 1);
  });
});

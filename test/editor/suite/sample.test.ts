import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { env, type Uri, window, workspace } from 'vscode';
import {
  answering,
  distillery,
  execute,
  experimentNode,
  folder,
  inRoot,
  patienceMs,
  pick,
  read,
  root,
  runIn,
  runNode,
  smallExperiment,
  until,
  write,
} from './support.ts';

/** The day of a user: sample project, runs, labels, exports. Later tests build on the project made here. */
describe('a project', function () {
  this.timeout(patienceMs);
  let first = '';
  let long = '';

  it('begins as the sample, in the empty folder that is open', async () => {
    await execute('distillery.createSampleProject');
    assert.ok(existsSync(inRoot('digits-response.distill.json').fsPath));
    assert.ok(existsSync(inRoot('data/train-images-idx3-ubyte.gz').fsPath));
    assert.equal(
      window.activeTextEditor?.document.uri.toString(),
      inRoot('digits-response.distill.json').toString(),
    );
    await until('a sample without problems', async () => {
      const { diagnostics } = (await distillery()).services;
      const document = window.activeTextEditor!.document;
      return diagnostics.isChecked(document) && diagnostics.problemsOf(document).length === 0;
    });
  });

  it('runs an experiment to its end, and tells it once', async () => {
    const uri = await write('small.distill.json', smallExperiment('Small'));
    const node = await experimentNode('small.distill.json');
    const messages = await answering({}, async () => {
      const ids = await execute<string[]>('distillery.run', node);
      assert.equal(ids.length, 1);
      first = ids[0]!;
      await runIn(first, ['completed']);
      const { notices } = (await distillery()).services;
      await until('the notice', () => !notices.awaited.has(first));
      await new Promise((resolve) => setTimeout(resolve, 1000));
    });
    assert.equal(messages.filter((message) => message.includes('is done')).length, 1, messages.join('\n'));
    assert.equal((await (await folder()).get(first))?.file, uri.fsPath);
  });

  it('shows the run below its experiment, with its figures', async () => {
    const { runTree } = (await distillery()).services;
    const node = await runNode(first);
    const item = runTree.getTreeItem(node);
    assert.match(String(item.description), /%/);
    const { tooltip } = runTree.resolveTreeItem(item, node);
    assert.match((tooltip as { value: string }).value, /Accuracy/);
  });

  it('runs it with other seeds', async () => {
    let ids: string[] = [];
    await answering({ showInputBox: () => '4-5' }, async () => {
      ids = await execute('distillery.runWithSeeds', inRoot('small.distill.json'));
    });
    assert.equal(ids.length, 2);
    const runs = await Promise.all(ids.map((id) => runIn(id, ['completed'])));
    assert.deepEqual(runs.map(({ seed }) => seed).sort(), [4, 5]);
  });

  it('stops and resumes a run that was queued', async () => {
    await write(
      'long.distill.json',
      smallExperiment('Long', { training: { epochs: 100_000, batchSize: 8 } }),
    );
    const [id] = await execute<string[]>('distillery.queue', inRoot('long.distill.json'));
    long = id!;
    // Stopped before it trains, a run has nothing to keep and begins anew.
    await until('training', async () => {
      const progress = (await (await folder()).get(long))?.progress;
      return progress?.phase === 'train' && progress.done > 0;
    });
    await until('the status bar', async () => (await distillery()).status.text !== '');
    await execute('distillery.stop', await runNode(long));
    const stopped = await runIn(long, ['cancelled']);
    assert.equal(stopped.cancelReason, 'stop');
    await execute('distillery.resume', await runNode(long));
    const resumed = await runIn(long, ['running']);
    await until('the run to go on from its checkpoint', async () => {
      const record = await (await folder()).get(long);
      return record?.resumedFromEpoch !== undefined && record.progress !== undefined;
    });
    assert.equal(resumed.id, long);
    await execute('distillery.stop', long);
    await runIn(long, ['cancelled']);
    await until('the status bar to be empty', async () => (await distillery()).status.text === '');
  });

  it('labels a run', async () => {
    await answering({ showInputBox: () => 'My run' }, () => execute('distillery.rename', first));
    await answering({ showInputBox: () => 'worth a look' }, () => execute('distillery.note', first));
    await execute('distillery.setBaseline', first);
    const record = await (await folder()).get(first);
    assert.equal(record?.name, 'My run');
    assert.equal(record?.note, 'worth a look');
    assert.equal(record?.baseline, true);
  });

  it('tags runs by a list in which new tags can be typed', async () => {
    const create = window.createQuickPick;
    const picks: ReturnType<typeof create>[] = [];
    Object.defineProperty(window, 'createQuickPick', {
      configurable: true,
      value: () => {
        const list = create.call(window);
        picks.push(list);
        return list;
      },
    });
    try {
      const done = execute('distillery.tag', first);
      await until('the list', () => picks.length > 0);
      const { commands } = await import('vscode');
      picks[0]!.value = 'good';
      let over = false;
      void done.finally(() => {
        over = true;
      });
      // The list shows what is typed in its own time; an earlier key accepts nothing.
      await until('the list to accept it', async () => {
        await commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem');
        await new Promise((resolve) => setTimeout(resolve, 300));
        return over;
      });
      await done;
    } finally {
      Object.defineProperty(window, 'createQuickPick', { configurable: true, value: create });
    }
    assert.deepEqual((await (await folder()).get(first))?.tags, ['good']);
  });

  it('opens folder, log and student of a run, and its experiment', async () => {
    await execute('distillery.openRunFolder', first);
    await execute('distillery.openLog', first);
    assert.match(window.activeTextEditor?.document.uri.path ?? '', /worker\.log$/);
    await execute('distillery.revealStudent', first);
    await execute('distillery.openExperiment', await experimentNode('small.distill.json'));
    assert.match(window.activeTextEditor?.document.uri.path ?? '', /small\.distill\.json$/);
  });

  it('exports the student, which can be imported as a teacher', async () => {
    await workspace.fs.createDirectory(inRoot('out'));
    let [target]: Uri[] = [];
    await answering(
      {
        showQuickPick: async (items: unknown) => [await pick(items, 'safetensors')],
        showOpenDialog: () => [inRoot('out')],
      },
      async () => {
        [target] = await execute<Uri[]>('distillery.exportStudent', first);
      },
    );
    assert.ok(existsSync(join(target!.fsPath, 'model.safetensors')));
    let teacher: Uri | undefined;
    const messages = await answering({}, async () => {
      teacher = await execute('distillery.importTeacher', target);
    });
    assert.ok(existsSync(join(teacher!.fsPath, 'config.json')), messages.join());
    const refused = await answering({}, () => execute('distillery.importTeacher', inRoot('data')));
    assert.match(refused.join(), /config\.json/);
  });

  it('exports the comparison in every format', async () => {
    for (const [label, file, content] of [
      ['CSV', 'all.csv', /student\.accuracy/],
      ['Markdown', 'all.md', /\| Model/],
      ['Web page', 'all.html', /<!doctype html>/],
      ['LaTeX table', 'all.tex', /tabular/],
      ['JSON', 'all.json', /"accuracy"/],
    ] as const) {
      await answering(
        {
          showQuickPick: (items: unknown) => pick(items, label),
          showSaveDialog: () => inRoot(`out/${file}`),
        },
        () => execute('distillery.exportComparison', [first, long]),
      );
      assert.match(readFileSync(inRoot(`out/${file}`).fsPath, 'utf8'), content);
    }
  });

  it('compares runs and opens the dashboard', async () => {
    await execute('distillery.compareSelected', await runNode(first), [
      await runNode(first),
      await runNode(long),
    ]);
    await until('a panel', () => window.tabGroups.activeTabGroup.activeTab?.label !== undefined);
    const messages = await answering({}, () => execute('distillery.compareSelected', first));
    assert.match(messages.join(), /at least two/);
    await execute('distillery.openDashboard');
  });

  it('copies the command that does the same in a terminal', async () => {
    await execute('distillery.copyCliCommand', inRoot('small.distill.json'));
    const command = await env.clipboard.readText();
    assert.match(command, /cli\.mjs run .*small\.distill\.json --data-dir/);
    const { execSync } = await import('node:child_process');
    await execute('distillery.copyCliCommand', first);
    const shown = execSync(await env.clipboard.readText(), { encoding: 'utf8', cwd: '/' });
    assert.match(shown, /My run/);
  });

  it('duplicates an experiment with one value changed, comments kept', async () => {
    let copy: Uri | undefined;
    await answering(
      {
        showQuickPick: (items: unknown) => pick(items, 'strategy.temperature'),
        showInputBox: () => '8',
      },
      async () => {
        copy = await execute('distillery.duplicate', await experimentNode('digits-response.distill.json'));
      },
    );
    const text = await read(copy!);
    const original = await read(inRoot('digits-response.distill.json'));
    assert.equal(
      text,
      original
        .replace('"temperature": 4', '"temperature": 8')
        .replace('"Digits, response"', '"Digits, response, temperature 8"'),
    );
  });

  it('duplicates a run whose file has changed since, from what the run was', async () => {
    await write('small.distill.json', smallExperiment('Small', { training: { epochs: 7 } }));
    let copy: Uri | undefined;
    await answering(
      { showQuickPick: (items: unknown) => pick(items, 'training.batchSize'), showInputBox: () => '16' },
      async () => {
        copy = await execute('distillery.duplicate', await runNode(first));
      },
    );
    const made = JSON.parse(await read(copy!));
    assert.equal(made.training.epochs, 2);
    assert.equal(made.training.batchSize, 16);
  });

  it('writes a new experiment for every strategy, valid as it stands', async () => {
    const { templateStrategies } = await import('../../../src/experiment/editing/template.ts');
    const { checkExperiment } = await import('../../../src/checks/check.ts');
    for (const { kind } of templateStrategies()) {
      let made: Uri | undefined;
      await answering(
        { showQuickPick: (items: unknown) => pick(items, kind), showInputBox: () => `new-${kind}` },
        async () => {
          made = await execute('distillery.newExperiment');
        },
      );
      const text = await read(made!);
      const problems = await checkExperiment(text, made!.fsPath);
      assert.deepEqual(problems, [], `${kind}: ${JSON.stringify(problems)}\n${text}`);
      assert.match(text, /"kind": "(idx|moby-dick)"/, 'the images that lie here');
      await workspace.fs.delete(made!);
    }
  });

  it('removes a run after asking', async () => {
    const directory = (await (await folder()).get(long))!.directory;
    await answering({ showWarningMessage: () => undefined }, () => execute('distillery.remove', long));
    assert.ok(existsSync(directory));
    await answering({ showWarningMessage: () => 'Remove' }, () => execute('distillery.remove', long));
    assert.ok(!existsSync(directory));
    assert.equal(await (await folder()).get(long), undefined);
  });

  it('shows its log', () => execute('distillery.showOutput'));

  it('keeps its folder clean of what VS Code does not need', async () => {
    const names = (await workspace.fs.readDirectory(root())).map(([name]) => name);
    assert.ok(names.includes('.distillery'));
  });
});

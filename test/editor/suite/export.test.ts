import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CancellationTokenSource, ConfigurationTarget, type Uri, window, workspace } from 'vscode';
import { formats, precisions } from '../../../src/export/forms.ts';
import { exportsOf } from '../../../src/runs/exports/recorded-exports.ts';
import {
  answering,
  distillery,
  execute,
  folder,
  inRoot,
  patienceMs,
  runIn,
  smallExperiment,
  until,
  write,
} from './support.ts';

interface Item {
  readonly label: string;
  readonly description?: string;
  readonly picked?: boolean;
}

/** Chooses these rows of each list, one list after another; keeps what was ticked at first. */
function choosing(...choices: (readonly string[])[]) {
  const ticked: string[][] = [];
  const asked: Item[][] = [];
  const showQuickPick = async (items: readonly Item[]) => {
    asked.push([...items]);
    ticked.push(items.flatMap(({ label, picked }) => (picked ? label : [])));
    const wanted = choices[asked.length - 1];
    assert.ok(wanted, `a further list was not expected: ${items.map(({ label }) => label).join()}`);
    return items.filter(({ label }) => wanted.includes(label));
  };
  return { showQuickPick, ticked, asked };
}

const place = (name: string): Uri => {
  mkdirSync(inRoot(name).fsPath, { recursive: true });
  return inRoot(name);
};

describe('students that are exported', function () {
  this.timeout(patienceMs);
  const ids: string[] = [];

  const exported = async (id: string) => exportsOf((await (await folder()).get(id))!);

  before(async () => {
    await write('exported.distill.json', smallExperiment('Exported', { seeds: [1, 2] }));
    await answering({}, async () => {
      ids.push(...(await execute<string[]>('distillery.run', inRoot('exported.distill.json'))));
      for (const id of ids) await runIn(id, ['completed']);
    });
  });

  it('are written in the forms that were chosen, each file held against the trained model', async () => {
    const { showQuickPick, asked } = choosing(['onnx', 'safetensors'], ['fp32', 'int8']);
    let folders: Uri[] = [];
    const messages = await answering(
      { showQuickPick, showOpenDialog: () => [place('exports/one')] },
      async () => {
        folders = await execute('distillery.exportStudent', ids[0]);
      },
    );
    assert.deepEqual(
      asked[0]!.map(({ label, description }) => [label, description]),
      Object.entries(formats),
    );
    assert.deepEqual(
      asked[1]!.map(({ label }) => label),
      Object.keys(precisions),
    );
    assert.deepEqual(
      folders.map(({ fsPath }) => fsPath),
      [join(inRoot('exports/one').fsPath, ids[0]!)],
    );
    for (const name of ['model.onnx', 'model_quantized.onnx', 'model.safetensors', 'config.json'])
      assert.ok(existsSync(join(folders[0]!.fsPath, name)), name);
    assert.match(messages.join('\n'), /model\.onnx, \S+ kB, 100\.00 % the same answers on 100 samples/);
    const [kept, ...more] = await exported(ids[0]!);
    assert.deepEqual(more, []);
    assert.equal(kept!.folder, folders[0]!.fsPath);
    assert.deepEqual(kept!.files.map(({ file }) => file).sort(), [
      'model.onnx',
      'model.safetensors',
      'model_quantized.onnx',
    ]);
    assert.equal(kept!.files.find(({ file }) => file === 'model.onnx')!.check!.samples, 100);
  });

  it('stand on the dashboard of their run as soon as they are made', async () => {
    const { findRun } = await import('../../../extension/dashboard/rows/found-runs.ts');
    const { detailOf } = await import('../../../extension/dashboard/detail/run-detail.ts');
    const { LogTail } = await import('../../../extension/dashboard/detail/log-tail.ts');
    const { record, store } = await findRun([await folder()], ids[0]!);
    const { exports } = await detailOf(store, record, { log: new LogTail(''), trusted: true });
    assert.equal(exports[0]!.there, true);
    assert.equal(exports[0]!.files.length, 3);
  });

  it('of several runs lie in folders of their own, and the last choice is ticked', async () => {
    const { showQuickPick, ticked } = choosing(['transformers-js'], ['fp32']);
    await answering({ showQuickPick, showOpenDialog: () => [place('exports/two')] }, () =>
      execute('distillery.exportStudent', ids),
    );
    assert.deepEqual(ticked, [
      ['onnx', 'safetensors'],
      ['fp32', 'int8'],
    ]);
    for (const id of ids)
      assert.ok(existsSync(join(inRoot('exports/two').fsPath, id, 'onnx/model.onnx')), id);
    assert.equal((await exported(ids[0]!)).length, 2);
    assert.equal((await exported(ids[1]!)).length, 1);
  });

  it('never replace files that no export made', async () => {
    const foreign = place(`exports/foreign/${ids[0]}`);
    writeFileSync(join(foreign.fsPath, 'thesis.txt'), 'mine');
    const { showQuickPick } = choosing(['onnx'], ['fp32']);
    const messages = await answering(
      { showQuickPick, showOpenDialog: () => [inRoot('exports/foreign')] },
      () => execute('distillery.exportStudent', ids[0]),
    );
    assert.match(messages.join('\n'), /holds files that no export made.*empty or not there yet/);
    assert.deepEqual(readdirSync(foreign.fsPath), ['thesis.txt']);
    assert.equal((await exported(ids[0]!)).length, 2);
  });

  it('leave nothing behind where they are cancelled', async () => {
    const real = window.withProgress;
    const cancel = new CancellationTokenSource();
    const told: string[] = [];
    Object.defineProperty(window, 'withProgress', {
      configurable: true,
      value: ((_options, task) =>
        task(
          {
            report: ({ message }) => {
              told.push(message ?? '');
              // The exporting process is at work: it has just said so.
              cancel.cancel();
            },
          },
          cancel.token,
        )) as typeof window.withProgress,
    });
    try {
      const { showQuickPick } = choosing(['onnx', 'transformers-js'], Object.keys(precisions));
      let folders: Uri[] | undefined;
      await answering({ showQuickPick, showOpenDialog: () => [place('exports/never')] }, async () => {
        folders = await execute('distillery.exportStudent', ids);
      });
      assert.deepEqual(folders, []);
    } finally {
      Object.defineProperty(window, 'withProgress', { configurable: true, value: real });
    }
    assert.match(told[0]!, /^1 of 2 · Writing /);
    assert.deepEqual(readdirSync(inRoot('exports/never').fsPath), []);
    assert.equal((await exported(ids[0]!)).length, 2);
  });

  it('are said to be checked on made-up samples where the test data is gone', async () => {
    const images = inRoot('data/test-images-idx3-ubyte.gz').fsPath;
    renameSync(images, `${images}.away`);
    try {
      const warnings: string[] = [];
      const { showQuickPick } = choosing(['onnx'], ['fp32']);
      await answering(
        {
          showQuickPick,
          showOpenDialog: () => [place('exports/blind')],
          showWarningMessage: (message: string) => void warnings.push(message),
        },
        () => execute('distillery.exportStudent', ids[0]),
      );
      assert.match(warnings.join('\n'), /made-up samples, for the test data cannot be read: .*test-images/);
    } finally {
      renameSync(`${images}.away`, images);
    }
    const last = (await exported(ids[0]!)).at(-1)!;
    assert.match(last.files[0]!.check!.madeUp!, /test-images/);
  });

  describe('after each run', () => {
    const settings = () => workspace.getConfiguration('distillery.export');
    const set = (name: string, value: unknown) =>
      settings().update(name, value, ConfigurationTarget.Workspace);

    before(async () => {
      await write('exported-once.distill.json', smallExperiment('Exported once'));
      await set('afterRun', true);
      await set('formats', ['onnx']);
    });

    after(async () => {
      for (const name of ['afterRun', 'formats', 'precisions']) await set(name, undefined);
    });

    const run = async (): Promise<string | undefined> =>
      (await execute<string[] | undefined>('distillery.run', inRoot('exported-once.distill.json')))?.[0];

    it('lie in the folder of the run when it is done', async () => {
      await answering({}, async () => {
        const id = await run();
        const { directory } = await runIn(id!, ['completed']);
        assert.ok(existsSync(join(directory, 'export/model.onnx')));
        const [kept] = await exported(id!);
        assert.equal(kept!.folder, join(directory, 'export'));
        assert.equal(kept!.problem, undefined);
        const events = await (await (await folder()).reader())!.events(id!, {});
        assert.deepEqual(
          events.slice(-2).map(({ type }) => type),
          ['exported', 'completed'],
        );
      });
    });

    it('are told where they could not be written, and the run is as good as ever', async () => {
      await set('formats', ['onnx', 'from tomorrow']);
      const refused = await answering({}, async () => assert.equal(await run(), undefined));
      assert.match(refused.join('\n'), /distillery\.export\.formats names something that cannot be exported/);
      await set('formats', ['onnx']);
      const messages = await answering({}, async () => {
        const id = await run();
        const directory = (await (await folder()).get(id!))!.directory;
        mkdirSync(join(directory, 'export'));
        writeFileSync(join(directory, 'export/thesis.txt'), 'mine');
        const { result } = await runIn(id!, ['completed']);
        assert.ok(result!.student.accuracy! > 0);
        const { notices } = (await distillery()).services;
        await until('the notice', () => !notices.awaited.has(id!));
        // It is shown a moment after it is no longer waited for.
        await new Promise((resolve) => setTimeout(resolve, 1000));
      });
      assert.match(
        messages.join('\n'),
        /is done, but its student was not exported: .*holds files that no export made/,
      );
    });
  });
});

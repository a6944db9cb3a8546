import assert from 'node:assert/strict';
import { languages, type Terminal, type TerminalOptions, window, workspace } from 'vscode';
import {
  answering,
  distillery,
  execute,
  folder,
  inRoot,
  patienceMs,
  smallExperiment,
  until,
  write,
} from './support.ts';

describe('devices', function () {
  this.timeout(patienceMs);

  it('names the devices and lets one be chosen', async () => {
    const messages = await answering({}, () => execute('distillery.checkEnvironment'));
    assert.match(messages.join(), /Everything a run needs is there/);
    await answering(
      {
        showQuickPick: (items: unknown) =>
          (items as Promise<{ value: string }[]>).then((all) => all.find(({ value }) => value === 'cpu')),
      },
      () => execute('distillery.chooseDevice'),
    );
    assert.equal(workspace.getConfiguration().get('distillery.device'), 'cpu');
    await workspace.getConfiguration().update('distillery.device', undefined);
    const { deviceTree } = await distillery();
    const devices = await deviceTree.getChildren();
    assert.ok(devices.length >= 3);
    for (const device of devices) assert.ok(deviceTree.getTreeItem(device).label);
  });

  it('installs the CUDA libraries in a terminal, after asking', async () => {
    const { createTerminal } = window;
    const opened: TerminalOptions[] = [];
    const stub = { show: () => undefined } as Terminal;
    window.createTerminal = ((options: TerminalOptions) => {
      opened.push(options);
      return stub;
    }) as typeof createTerminal;
    try {
      await answering({}, () => execute('distillery.installCuda'));
      assert.equal(opened.length, 0, 'nothing without an answer');
      const messages = await answering(
        { showInformationMessage: (...given: unknown[]) => given.at(-1) },
        () => execute('distillery.installCuda'),
      );
      assert.match(messages.join(), /Install the CUDA libraries/);
      assert.deepEqual((opened[0]!.shellArgs as string[]).slice(1), ['devices', '--install', 'cuda']);
    } finally {
      window.createTerminal = createTerminal;
    }
  });

  it('says that a device is not here before runs fail on it, and offers to choose another', async () => {
    const { services } = await distillery();
    const list = services.deviceReports.list;
    services.deviceReports.list = async () => [
      { kind: 'cuda', available: false, name: 'CUDA', detail: 'no GPU was found' },
    ];
    try {
      const uri = await write('cuda.distill.json', smallExperiment('Cuda', { device: 'cuda' }));
      await window.showTextDocument(uri);
      const wrong = await until('a problem with the device', () =>
        languages.getDiagnostics(uri).find(({ message }) => message.includes("'cuda' cannot be used")),
      );
      assert.match(wrong.message, /"auto"/);
      const before = (await (await folder()).list({})).length;
      const offered: unknown[] = [];
      const answer = (_: string, ...rest: unknown[]) => void offered.push(...rest);
      await answering({ showErrorMessage: answer }, () => execute('distillery.run', uri));
      assert.equal(offered[0], 'Choose Device…');
      // The setting speaks for all experiments, and this one's own device is no matter then.
      await workspace.getConfiguration().update('distillery.device', 'cpu');
      await until('no problem', () => languages.getDiagnostics(uri).length === 0);
      await workspace.getConfiguration().update('distillery.device', 'cuda');
      await write('cuda.distill.json', smallExperiment('Cuda'));
      const shown = await answering({ showErrorMessage: answer }, () => execute('distillery.run', uri));
      assert.match(shown.join(), /'cuda' cannot be used: no GPU was found/);
      assert.equal((await (await folder()).list({})).length, before);
    } finally {
      services.deviceReports.list = list;
      await workspace.getConfiguration().update('distillery.device', undefined);
      await workspace.fs.delete(inRoot('cuda.distill.json'));
    }
  });
});

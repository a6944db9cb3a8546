import assert from 'node:assert/strict';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { commands, env, type Uri, window } from 'vscode';
import type { DashboardPanel } from '../../../extension/dashboard/dashboard-panel.ts';
import type { RunRecord } from '../../../src/runs/database/run-records.ts';
import {
  type CommandMessage,
  type HostMessage,
  isHostMessage,
  type Method,
  type Requests,
} from '../../../webview/protocol/messages.ts';
import {
  answering,
  dataDirectory,
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

/** What comes from the page, and what goes to it, in the real host; the page itself is looked at from outside. */
describe('the dashboard', function () {
  this.timeout(patienceMs);
  let uri: Uri;
  let id: string;
  let board: DashboardPanel;
  const told: HostMessage[] = [];

  before(async () => {
    uri = await write(
      'board.distill.json',
      smallExperiment('Board').replace('"epochs": 2', '"epochs": 2 // few'),
    );
    [id] = (await execute<string[]>('distillery.run', uri)) as [string];
    await runIn(id, ['completed']);
    await commands.executeCommand('workbench.action.closeAllEditors');
  });

  after(async () => {
    await commands.executeCommand('workbench.action.closeAllEditors');
    rmSync(uri.fsPath);
  });

  const run = async (): Promise<RunRecord> => (await (await folder()).get(id))!;
  const send = (message: CommandMessage) => board.session.receive(message);
  let lastId = 1000;
  const ask = async <Name extends Method>(
    method: Name,
    parameters: Requests[Name]['parameters'],
  ): Promise<Requests[Name]['result']> => {
    lastId += 1;
    await board.session.receive({ kind: 'request', id: lastId, method, parameters });
    const answer = told.find((one) => one.kind === 'response' && one.id === lastId);
    assert.ok(answer && 'result' in answer, JSON.stringify(answer));
    return answer.result as Requests[Name]['result'];
  };

  it('opens for a run, is led to others, and is one for each column', async () => {
    const { dashboards } = (await distillery()).services;
    await execute('distillery.openDashboard', id);
    assert.equal(dashboards.all.length, 1);
    board = dashboards.all[0]!;
    const { webview } = board.panel;
    assert.match(webview.html, /default-src 'none'/);
    assert.doesNotMatch(webview.html, /unsafe/);
    await until('the page to say where it is', () => board.panel.title === 'Board');
    await execute('distillery.openDashboard', id);
    assert.equal(dashboards.all.length, 1);
    const post = webview.postMessage.bind(webview);
    Object.defineProperty(webview, 'postMessage', {
      configurable: true,
      value: (message: unknown) => {
        const arrived: unknown = JSON.parse(JSON.stringify(message));
        assert.ok(isHostMessage(arrived), JSON.stringify(arrived).slice(0, 500));
        told.push(arrived);
        return post(message);
      },
    });
  });

  it('answers with the run, its comparison and its report', async () => {
    const detail = await ask('run', { run: id });
    assert.equal(detail.writable, true);
    assert.ok(detail.files.some(({ path }) => path === 'student/model.safetensors'));
    assert.ok(detail.models.some(({ role }) => role === 'student'));
    const comparison = await ask('compare', { runs: [id] });
    assert.equal(comparison.runs[0]!.student!.accuracy, (await run()).result!.student.accuracy);
  });

  it('tells what was answered to each test sample, and shows the samples, read in another process', async () => {
    assert.equal((await ask('run', { run: id })).answers, true);
    const [kept] = await ask('answerSources', { runs: [id] });
    assert.deepEqual([kept!.source!.models, kept!.source!.total], [['student'], 100]);
    const side = { run: id, model: 'student' };
    const order = { sort: 'b.confidence', descending: false, offset: 0, count: 10 } as const;
    const page = await ask('answers', { a: side, b: side, filter: 'b=wrong', ...order });
    const { accuracy } = (await run()).result!.student;
    assert.equal(page!.matched, Math.round(100 * (1 - accuracy!)));
    const positions = page!.rows.map(({ position }) => position);
    let samples: Requests['samples']['result'] = null;
    await until('the data to be read', async () => {
      samples = await ask('samples', { run: id, positions });
      return samples !== null;
    });
    assert.deepEqual(
      samples!.map(({ position }) => position),
      positions,
    );
    for (const { picture } of samples!) assert.match(picture!, /^data:image\/png;base64,/);
  });

  it('renames, notes, tags and marks a run, and the page hears of it', async () => {
    await send({ kind: 'command', name: 'rename', run: id, newName: 'Renamed <b>' });
    await send({ kind: 'command', name: 'note', run: id, note: 'worth it' });
    await send({ kind: 'command', name: 'tag', run: id, tags: ['one', 'two'] });
    await send({ kind: 'command', name: 'tag', run: id, tags: ['two', 'three'] });
    await send({ kind: 'command', name: 'baseline', run: id, baseline: true });
    const { name, note, tags, baseline } = await run();
    assert.deepEqual([name, note, tags, baseline], ['Renamed <b>', 'worth it', ['three', 'two'], true]);
    await until('the page to hear of it', () =>
      told.some((one) => JSON.stringify(one).includes('Renamed <b>')),
    );
    await send({ kind: 'command', name: 'baseline', run: id, baseline: false });
    assert.equal((await run()).baseline, false);
  });

  it('writes hyperparameters into the file minimally, and runs a changed copy', async () => {
    const before = readFileSync(uri.fsPath, 'utf8');
    const edits = [{ path: ['training', 'epochs'], value: 3 }];
    await send({ kind: 'command', name: 'writeToFile', run: id, edits });
    assert.equal(readFileSync(uri.fsPath, 'utf8'), before.replace('"epochs": 2', '"epochs": 3'));
    const change = [...edits, { path: ['student', 'model', 'hidden'], value: [4] }];
    const shown = await answering({}, () =>
      send({ kind: 'command', name: 'runChange', run: id, edits: change }),
    );
    assert.match(shown.join(), /changed copy of Renamed <b> is queued/);
    const copy = (await (await folder()).list({ file: uri.fsPath })).find((one) => one.id !== id)!;
    assert.equal(copy.name, 'Board, epochs 3, hidden 4');
    const done = await runIn(copy.id, ['completed']);
    assert.deepEqual(done.config.student?.model, { ...(await run()).config.student!.model, hidden: [4] });
    await answering({ showWarningMessage: () => 'Remove' }, () =>
      send({ kind: 'command', name: 'remove', runs: [copy.id] }),
    );
    assert.equal(await (await folder()).get(copy.id), undefined);
  });

  it('says why something is not done', async () => {
    told.length = 0;
    await send({ kind: 'command', name: 'stop', runs: [id] });
    await send({ kind: 'command', name: 'openFile', run: id, path: '../../../../../etc/passwd' });
    await send({ kind: 'command', name: 'rename', run: id, newName: '  ' });
    await send({
      kind: 'command',
      name: 'runChange',
      run: id,
      edits: [{ path: ['training', 'epochs'], value: -1 }],
    });
    const problems = told.filter((one) => one.kind === 'notification' && one.name === 'problem');
    assert.deepEqual(
      problems.map((one) => /ended already|no file|needs a name|epochs/.exec(JSON.stringify(one))?.[0]),
      ['ended already', 'no file', 'needs a name', 'epochs'],
    );
  });

  it('copies, saves and opens', async () => {
    await send({ kind: 'command', name: 'copy', text: 'a\tb' });
    assert.equal(await env.clipboard.readText(), 'a\tb');
    await send({ kind: 'command', name: 'copyLink', run: id });
    assert.match(await env.clipboard.readText(), new RegExp(`/run/${id}$`));
    const picture = inRoot('out/picture.svg');
    await answering({ showSaveDialog: () => picture }, () =>
      send({ kind: 'command', name: 'saveFile', fileName: '../p.svg', content: '<svg/>', encoding: 'utf8' }),
    );
    assert.equal(readFileSync(picture.fsPath, 'utf8'), '<svg/>');
    for (const [format, ending, content] of [
      ['html', 'html', /<svg/],
      ['csv', 'csv', /Board/],
      ['markdown', 'md', /\| /],
      ['latex', 'tex', /tabular/],
    ] as const) {
      const target = inRoot(`out/report.${ending}`);
      await answering({ showSaveDialog: () => target }, () =>
        send({ kind: 'command', name: 'saveReport', runs: [id], format }),
      );
      assert.match(readFileSync(target.fsPath, 'utf8'), content);
    }
    await send({ kind: 'command', name: 'openFile', run: id, path: 'experiment.json' });
    await until('the file', () => window.activeTextEditor?.document.fileName.endsWith('experiment.json'));
    assert.equal(
      window.activeTextEditor!.document.fileName,
      join(dataDirectory(), 'runs', id, 'experiment.json'),
    );
    await send({ kind: 'command', name: 'openExperiment', run: id });
    assert.equal(window.activeTextEditor!.document.uri.toString(), uri.toString());
  });

  it('is gone when it is closed', async () => {
    board.panel.dispose();
    const { dashboards } = (await distillery()).services;
    await until('no dashboard', () => dashboards.all.length === 0);
  });
});

import assert from 'node:assert/strict';
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { experimentTemplate } from '../../../../src/experiment/editing/template.ts';
import type { RunRecord } from '../../../../src/runs/database/run-records.ts';
import { openBrowser, toast } from '../../host/browser.ts';
import { startVsCode } from '../../host/vscode-server.ts';
import { giveWay, openDistillery, picture, row, rowButton, seen } from '../window.ts';
import {
  brief,
  checkEvents,
  closedMs,
  day,
  epochs,
  project,
  rewrite,
  runByRow,
  runInState,
  runs,
  step,
} from './day.ts';

/** What becomes of runs when processes, windows, data or trust are missing. */
export function troubleSteps(): void {
  step('a run whose process was killed, and one that fails, say so once, with what helps', async () => {
    const { page } = day;
    rewrite('digits-relation.distill.json', ...brief, epochs(100_000), [
      /"seeds": \[1, 2, 3\]/,
      '"seeds": [9]',
    ]);
    const own = join(project, 'data/own-labels-idx1-ubyte.gz');
    cpSync(join(project, 'data/train-labels-idx1-ubyte.gz'), own);
    rewrite(
      'digits-self.distill.json',
      ...brief,
      [/train-labels-idx1-ubyte/, 'own-labels-idx1-ubyte'],
      [/"seeds": \[1, 2, 3\]/, '"seeds": [10]'],
    );
    const killed = ({ seed }: RunRecord) => seed === 9;
    const failing = ({ seed }: RunRecord) => seed === 10;
    await runByRow(/^Experiment digits-relation/, killed);
    const { pid } = await runInState(
      (run) =>
        killed(run) && run.progress?.phase === 'train' && run.progress.done / run.progress.total > 0.00006,
      ['running'],
    );
    await runByRow(/^Experiment digits-self/, failing);
    // After its checks had passed.
    rmSync(own);
    process.kill(pid!, 'SIGKILL');
    const interrupted = await toast(page, 'was interrupted');
    await picture(page, '8-interrupted');
    // Resumed any sooner, the run without an end would take the place that the other one waits for.
    await runInState(failing, ['running', 'failed']);
    await interrupted.getByRole('button', { name: 'Resume' }).click();
    const failed = await toast(page, 'failed:');
    await picture(page, '8-failed');
    await failed.getByRole('button', { name: 'Open Log' }).click();
    await seen(page.locator('.tab.active', { hasText: 'worker.log' }));
    const record = await runInState(failing, ['failed']);
    assert.equal(record.error?.userError, true);
    const resumed = await runInState((run) => killed(run) && run.resumedFromEpoch !== undefined, ['running']);
    await rowButton(page, /^seed 9, running/, 'Stop Run', () => runInState(killed, ['cancelled'], 20_000));
    await checkEvents(resumed);
  });

  step('a run survives a reload, a closed window, and is shared by two windows', async () => {
    let { page } = day;
    rewrite('digits-direct.distill.json', ...brief, epochs(100_000), [
      /"seeds": \[1, 2, 3\]/,
      '"seeds": [7]',
    ]);
    const own = ({ seed }: RunRecord) => seed === 7;
    await runByRow(/^Experiment digits-direct/, own);
    const { pid } = await runInState((run) => own(run) && run.progress?.phase === 'train', ['running']);
    giveWay(pid!);

    await page.reload();
    await openDistillery(page);
    await seen(row(page, /^seed 7, running, \d+ % training(?! the teacher)/));
    const before = await runInState(own, ['running']);

    await page.close();
    await new Promise((done) => setTimeout(done, closedMs));
    const meanwhile = await runInState(own, ['running']);
    day.page = await day.window();
    page = day.page;
    await seen(row(page, /^seed 7, running, \d+ % training(?! the teacher)/));
    const later = await runInState(own, ['running']);
    assert.equal(later.pid, before.pid, 'the worker went on');
    const lines = (run: RunRecord) =>
      readFileSync(join(run.directory, 'events.jsonl'), 'utf8').split('\n').length;
    console.log(
      `closed for ${closedMs / 1000} s: step ${before.progress?.done} before, ${meanwhile.progress?.done} stored when the window opened again, ${later.progress?.done} soon after, ${lines(later)} events so far`,
    );

    const other = await day.window();
    await seen(row(other, /^seed 7, running, \d+ % training(?! the teacher)/));
    await rowButton(other, /^seed 7, running/, 'Stop Run', () => runInState(own, ['cancelled'], 20_000));
    await seen(row(other, /^seed 7, stopped/));
    await seen(row(page, /^seed 7, stopped/));
    await picture(other, '9-second-window');
    await other.close();
    await checkEvents(await runInState(own, ['cancelled']));
  });

  step('data that the extension does not carry is offered for download before a run', async () => {
    const { page } = day;
    writeFileSync(join(project, 'mnist.distill.json'), experimentTemplate('direct', 'mnist'));
    const dialog = page.locator('.monaco-dialog-box', { hasText: 'MNIST is not on this machine' });
    await rowButton(page, /^Experiment mnist\.distill/, 'Run Experiment', () => seen(dialog, 20_000));
    await seen(dialog.getByRole('button', { name: 'Download' }));
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await dialog.waitFor({ state: 'hidden' });
    assert.ok(!(await runs()).some(({ file }) => file.endsWith('mnist.distill.json')));
  });

  step('in a folder that is not trusted everything can be read and nothing runs', async () => {
    const guarded = await startVsCode({ vsix: day.vsix, workspaceTrust: true });
    const context = await openBrowser({ width: 1400, height: 900 });
    try {
      const window = await context.newPage();
      await window.goto(guarded.url({ folder: project }));
      await seen(window.locator('.statusbar-item', { hasText: 'Restricted Mode' }));
      await openDistillery(window);
      await seen(row(window, /^seed 1, completed/));
      await picture(window, '10-untrusted');
      await window.keyboard.press('F1');
      const input = window.locator('.quick-input-widget input').first();
      await input.fill('>Distillery: ');
      await seen(
        window.locator('.quick-input-widget .label-name', { hasText: 'Distillery: Open Dashboard' }),
      );
      const offered = await window.locator('.quick-input-widget .label-name').allTextContents();
      assert.ok(!offered.includes('Distillery: Run Experiment'), offered.join(', '));
    } finally {
      await context.close();
      await guarded.stop();
    }
  });
}

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, test as nodeTest } from 'node:test';
import type { BrowserContext, Locator, Page } from 'playwright-core';
import { experimentTemplate } from '../../../src/experiment/editing/template.ts';
import type { RunRecord } from '../../../src/runs/database/run-records.ts';
import { openStore } from '../../../src/runs/store.ts';
import type { RunState } from '../../../src/worker/directory/run-states.ts';
import { openBrowser, runCommand, toast, webview } from '../host/browser.ts';
import { type RunningVsCode, startVsCode } from '../host/vscode-server.ts';
import { answer, drag, giveWay, openDistillery, picture, row, rowButton, said, seen } from './window.ts';

/** What a user does in a day, in the packaged extension, through the user interface alone. */

const root = resolve(import.meta.dirname, '../../..');
const scratch = mkdtempSync(join(tmpdir(), 'distillery-user-'));
const project = join(scratch, 'digits');
const themes = {
  light: 'Default Light Modern',
  dark: 'Default Dark Modern',
  contrast: 'Default High Contrast',
} as const;

/** How long a window stays closed while its run goes on; DISTILLERY_PATIENCE=60 makes it a real minute. */
const closedMs = 1000 * Number(process.env.DISTILLERY_PATIENCE ?? 3);

let vsix = '';
let vscode: RunningVsCode;
let browser: BrowserContext;
let page: Page;

before(async () => {
  mkdirSync(project);
  const packed = spawnSync(process.execPath, [join(root, 'build/package.mjs')], { encoding: 'utf8' });
  assert.equal(packed.status, 0, packed.stderr);
  vsix = /^(.+\.vsix)/.exec(packed.stdout.trim())![1]!;
  vscode = await startVsCode({ vsix });
  browser = await openBrowser({ width: 1400, height: 900 });
  page = await openWindow();
});

after(async () => {
  await browser?.close();
  await vscode?.stop();
  // After a failed step a worker may be writing there still.
  rmSync(scratch, { recursive: true, force: true, maxRetries: 20 });
});

async function openWindow(): Promise<Page> {
  const window = await browser.newPage();
  // What VS Code says of a tree that tells it of rows it does not know.
  window.on('console', (message) => {
    if (/TreeError/.test(message.text())) treeErrors.push(message.text().split('\n')[0]!);
  });
  await window.goto(vscode.url({ folder: project }));
  await openDistillery(window);
  return window;
}

async function runs(): Promise<RunRecord[]> {
  const store = await openStore(join(project, '.distillery'));
  try {
    return await store.list({ sort: 'createdAt' });
  } finally {
    await store.close();
  }
}

async function runInState(
  which: (run: RunRecord) => boolean,
  states: readonly RunState[],
  withinMs = 600_000,
): Promise<RunRecord> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const found = (await runs()).find((run) => which(run) && states.includes(run.state));
    if (found) return found;
    if (Date.now() > deadline)
      throw new Error(
        `no run is ${states.join(' or ')}: ${(await runs()).map(({ id, state, error }) => `${id} ${state} ${error?.message ?? ''}`).join(', ')}`,
      );
    await new Promise((done) => setTimeout(done, 300));
  }
}

async function checkEvents(run: RunRecord): Promise<void> {
  const store = await openStore(join(project, '.distillery'));
  try {
    const stored = (await store.events(run.id)).map(({ seq }) => seq);
    const written = readFileSync(join(run.directory, 'events.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).seq as number);
    assert.deepEqual(stored, written);
    assert.deepEqual(written, [...written.keys()]);
  } finally {
    await store.close();
  }
}

/** Starts an experiment by the button of its row. */
const runByRow = (name: RegExp, started: (run: RunRecord) => boolean) =>
  rowButton(page, name, 'Run Experiment', () => runInState(started, ['queued', 'running'], 20_000));

/** How many runs the dashboard compares, by its column of seeds; teachers have none. */
async function compared(): Promise<number> {
  const cells = figures().locator('tbody td:nth-of-type(2)');
  return (await cells.allInnerTexts()).reduce((sum, text) => sum + (Number.parseInt(text, 10) || 0), 0);
}

const figures = () => webview(page).getByRole('region', { name: 'Figures of teachers and strategies' });

const treeErrors: string[] = [];
let broken = false;

/** One step of the day; after one that failed the others would only wait in vain. */
function test(name: string, work: () => Promise<void>): void {
  nodeTest(name, async (context) => {
    if (broken) return context.skip('an earlier step failed');
    try {
      await work();
    } catch (error) {
      broken = true;
      for (const [index, open] of browser.pages().entries()) {
        await picture(open, `failed-${index}`);
        context.diagnostic(`window ${index} said: ${await said(open)}`);
      }
      throw error;
    }
  });
}

/** Rewrites options of an experiment on disk, all at once, as another editor would. */
function rewrite(name: string, ...changes: readonly (readonly [from: RegExp, to: string])[]): void {
  const file = join(project, name);
  let text = readFileSync(file, 'utf8');
  for (const [from, to] of changes) {
    assert.match(text, from);
    text = text.replace(from, to);
  }
  writeFileSync(file, text);
}

/** Until the editor has a file as it was rewritten; what runs is what the editor has. */
const edited = (text: RegExp) => seen(page.locator('.editor-instance .view-line', { hasText: text }).first());

/** A teacher trained no longer than it takes to be one, and no more images than show it. */
const brief = [
  [/"epochs": \d+, "batchSize": 64/, '"epochs": 1, "batchSize": 64'],
  [/"labelledSubset": 300/, '"labelledSubset": 300, "trainLimit": 1000'],
] as const;

/** How long the student is trained. */
const epochs = (count: number) =>
  [/"epochs": \d+, "batchSize": 32/, `"epochs": ${count}, "batchSize": 32`] as const;

test('its page among the extensions has an icon, says first what it is, and has no broken picture', async () => {
  await runCommand(page, 'Extensions: Show Installed Extensions');
  await page.locator('.extension-list-item', { hasText: 'Distillery' }).first().click();
  const width = (one: Locator) =>
    one.evaluate((element) => {
      const image = element as unknown as { decode(): Promise<void>; naturalWidth: number };
      return image.decode().then(() => image.naturalWidth);
    });
  assert.equal(await width(page.locator('.extension-editor .header img.icon').first()), 256);
  const text = webview(page);
  await seen(text.getByText('Someone has a large model and needs a small one.'));
  for (const one of await text.locator('img').all()) assert.ok((await width(one)) > 0);
  await picture(page, '0-page');
  await runCommand(page, 'View: Close All Editors');
  await openDistillery(page);
});

test('an empty folder offers what to begin with, and becomes the sample project', async () => {
  await seen(page.locator('.welcome-view-content a.monaco-button', { hasText: 'Create Sample Project' }));
  await picture(page, '1-welcome');
  await runCommand(page, 'Distillery: Create Sample Project…');
  await seen(row(page, /^Experiment digits-response/));
  await seen(row(page, /^strategy\.temperature, 4/));
  await picture(page, '2-sample');
});

test('the experiment of the editor runs from the palette, and the tree follows it', async () => {
  rewrite('digits-response.distill.json', ...brief, epochs(100_000), [
    /"seeds": \[1, 2, 3\]/,
    '"seeds": [3, 4]',
  ]);
  await edited(/"epochs":\s100000/);
  await runCommand(page, 'Distillery: Run Experiment');
  await seen(row(page, /^seed 3, running/));
  await seen(row(page, /^seed 4, queued/));
  await seen(row(page, /^seed 3, running, \d+ % training(?! the teacher)/));
  await seen(page.locator('.statusbar-item', { hasText: 'Digits, response' }));
  const devices = page.locator('.pane-header', { hasText: 'Devices' });
  await devices.click();
  await seen(row(page, /^Load/));
  await seen(row(page, /^Memory/));
  await picture(page, '3-running');
  await devices.click();
});

test('a run stops and goes on', async () => {
  // Runs without an end, however fast the machine: each goes on until somebody stops it.
  const stop = (seed: number) =>
    rowButton(page, new RegExp(`^seed ${seed}, (running|queued)`), 'Stop Run', () =>
      runInState((run) => run.seed === seed, ['cancelled'], 20_000),
    );
  await stop(3);
  await seen(row(page, /^seed 3, stopped/));
  await rowButton(page, /^seed 3, stopped/, 'Resume Run', () =>
    runInState((run) => run.seed === 3, ['queued', 'running'], 20_000),
  );
  // Whether the other one has begun by then or still waits.
  await stop(4);
  // Until its worker speaks, a resumed run shows the progress of its former life.
  await runInState(
    ({ seed, progress, resumedFromEpoch }) =>
      seed === 3 && resumedFromEpoch !== undefined && progress?.phase === 'train',
    ['running'],
  );
  await stop(3);
  for (const seed of [3, 4]) await checkEvents(await runInState((run) => run.seed === seed, ['cancelled']));
});

test('runs that are left alone are completed, and it is told', async () => {
  rewrite('digits-response.distill.json', epochs(12), [/"seeds": \[3, 4\]/, '"seeds": [1, 2]']);
  await edited(/"epochs":\s12,/);
  // It goes away by itself, so it is waited for from the first.
  const told = toast(page, 'is done').catch((error: Error) => error);
  await runCommand(page, 'Distillery: Run Experiment');
  for (const seed of [1, 2]) await checkEvents(await runInState((run) => run.seed === seed, ['completed']));
  await seen(row(page, /^seed 1, completed, .*%/));
  assert.ok(!((await told) instanceof Error), String(await told));
  await picture(page, '4-completed');
});

test('a changed temperature from the sidebar makes a copy that runs', async () => {
  await page.keyboard.press('Escape');
  await rowButton(
    page,
    /^strategy\.temperature, 4/,
    'Duplicate and Change',
    () => seen(page.locator('.quick-input-widget input').first(), 5000),
    // The experiment of the editor has a row of this name too, without the button.
    () => row(page, /^seed 1, completed/).click(),
  );
  await answer(page, '8');
  const offer = await toast(page, 'The changed copy is');
  await picture(page, '5-copy');
  await offer.getByRole('button', { name: 'Run' }).click();
  const changed = ({ config }: RunRecord) =>
    config.strategy.kind === 'response' && config.strategy.temperature === 8;
  await runInState((run) => changed(run) && run.seed === 2, ['completed']);
  await seen(row(page, /^Experiment digits-response-temperature-8/));
});

test('two runs are compared by keyboard', async () => {
  const rows = page.getByRole('treeitem', { name: /^seed 1, completed/ });
  const compare = async () => {
    // The extension hears of a selection in its own time; a key that comes before finds one run, or none.
    for (let attempt = 1; ; attempt++)
      try {
        await rows.nth(0).click();
        await rows.nth(1).click({ modifiers: ['Control'] });
        await page.waitForTimeout(500);
        await page.keyboard.press('Control+D');
        await seen(page.locator('.tab.active', { hasText: 'Comparison' }), 20_000);
        break;
      } catch (error) {
        if (attempt === 5) throw error;
      }
    await seen(page.locator('iframe.webview.ready').first());
  };
  await compare();
  if (!process.env.DISTILLERY_SCREENSHOTS) return;
  await page.waitForTimeout(2000);
  for (const [name, theme] of Object.entries(themes)) {
    mkdirSync(join(project, '.vscode'), { recursive: true });
    writeFileSync(
      join(project, '.vscode/settings.json'),
      JSON.stringify({ 'workbench.colorTheme': theme, 'window.autoDetectColorScheme': false }),
    );
    await page.waitForTimeout(2500);
    await picture(page, `6-compare-${name}`);
    await runCommand(page, 'View: Close All Editors');
    await row(page, /^Experiment digits-response\.distill\.json,/).click();
    await seen(page.locator('.tab.active', { hasText: 'digits-response.distill.json' }));
    await page.waitForTimeout(700);
    await picture(page, `7-explorer-${name}`);
    await rows.nth(0).hover();
    await page.waitForTimeout(1500);
    await picture(page, `8-tooltip-${name}`);
    await compare();
    await page.waitForTimeout(1000);
  }
  rmSync(join(project, '.vscode'), { recursive: true });
});

test('a run that is dragged from the tree into the dashboard is compared too', async () => {
  await seen(page.locator('.tab.active', { hasText: 'Comparison' }));
  await figures().waitFor();
  assert.equal(await compared(), 2);
  // Where the window is late in drawing, what is dragged falls beside its place, as it may for a person.
  for (let attempt = 1; (await compared()) !== 3; attempt++) {
    assert.ok(attempt <= 5, `${await compared()} runs are compared`);
    await drag(page, row(page, /^seed 2, completed/), page.locator('.editor-group-container.active'));
    for (const deadline = Date.now() + 20_000; Date.now() < deadline && (await compared()) !== 3; )
      await page.waitForTimeout(300);
  }
  const tabs = await page.locator('.tabs-container .tab').allTextContents();
  assert.deepEqual(tabs.filter((tab) => /Comparison|runs/.test(tab)).length, 1, tabs.join());
  await picture(page, '8-dropped');
});

test('a run whose process was killed, and one that fails, say so once, with what helps', async () => {
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

test('a run survives a reload, a closed window, and is shared by two windows', async () => {
  rewrite('digits-direct.distill.json', ...brief, epochs(100_000), [/"seeds": \[1, 2, 3\]/, '"seeds": [7]']);
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
  page = await openWindow();
  await seen(row(page, /^seed 7, running, \d+ % training(?! the teacher)/));
  const later = await runInState(own, ['running']);
  assert.equal(later.pid, before.pid, 'the worker went on');
  const lines = (run: RunRecord) =>
    readFileSync(join(run.directory, 'events.jsonl'), 'utf8').split('\n').length;
  console.log(
    `closed for ${closedMs / 1000} s: step ${before.progress?.done} before, ${meanwhile.progress?.done} stored when the window opened again, ${later.progress?.done} soon after, ${lines(later)} events so far`,
  );

  const other = await openWindow();
  await seen(row(other, /^seed 7, running, \d+ % training(?! the teacher)/));
  await rowButton(other, /^seed 7, running/, 'Stop Run', () => runInState(own, ['cancelled'], 20_000));
  await seen(row(other, /^seed 7, stopped/));
  await seen(row(page, /^seed 7, stopped/));
  await picture(other, '9-second-window');
  await other.close();
  await checkEvents(await runInState(own, ['cancelled']));
});

test('data that the extension does not carry is offered for download before a run', async () => {
  writeFileSync(join(project, 'mnist.distill.json'), experimentTemplate('direct', 'mnist'));
  const dialog = page.locator('.monaco-dialog-box', { hasText: 'MNIST is not on this machine' });
  await rowButton(page, /^Experiment mnist\.distill/, 'Run Experiment', () => seen(dialog, 20_000));
  await seen(dialog.getByRole('button', { name: 'Download' }));
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await dialog.waitFor({ state: 'hidden' });
  assert.ok(!(await runs()).some(({ file }) => file.endsWith('mnist.distill.json')));
});

test('in a folder that is not trusted everything can be read and nothing runs', async () => {
  const guarded = await startVsCode({ vsix, workspaceTrust: true });
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
    await seen(window.locator('.quick-input-widget .label-name', { hasText: 'Distillery: Open Dashboard' }));
    const offered = await window.locator('.quick-input-widget .label-name').allTextContents();
    assert.ok(!offered.includes('Distillery: Run Experiment'), offered.join(', '));
  } finally {
    await context.close();
    await guarded.stop();
  }
});

test('the trees never told VS Code of rows that it does not know', async () => {
  assert.deepEqual(treeErrors, []);
});

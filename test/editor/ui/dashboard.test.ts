import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, test as nodeTest } from 'node:test';
import type { BrowserContext, FrameLocator, Locator, Page } from 'playwright-core';
import { formatBytes, formatPercent } from '../../../src/compare/formatting.ts';
import type { RunJson } from '../../../src/compare/json.ts';
import type { RunRecord } from '../../../src/runs/run-records.ts';
import { openStore } from '../../../src/runs/store.ts';
import { openBrowser, runCommand, webview } from '../host/browser.ts';
import { type RunningVsCode, startVsCode } from '../host/vscode-server.ts';
import { openDistillery, picture } from './window.ts';

/** The dashboard in a real VS Code, on runs that really trained. */

const root = resolve(import.meta.dirname, '../../..');
const scratch = mkdtempSync(join(tmpdir(), 'distillery-dashboard-'));
const project = join(scratch, 'digits');
const dataDirectory = join(project, '.distillery');
const cli = join(root, 'dist/cli.mjs');
const themes = {
  light: 'Default Light Modern',
  dark: 'Default Dark Modern',
  contrast: 'Default High Contrast',
} as const;
const hostile = `<img src=x onerror="window.alerted=true"> "'</script><script>window.alerted=true</script>`;

let vscode: RunningVsCode;
let browser: BrowserContext;
let page: Page;
let board: FrameLocator;
const complaints: string[] = [];

before(async () => {
  mkdirSync(project);
  cpSync(join(root, 'dist/sample/data'), join(project, 'data'), { recursive: true });
  write('direct', { strategy: { kind: 'direct' } });
  write('response', { strategy: { kind: 'response', temperature: 4, alpha: 0.9 } });
  for (const name of ['direct', 'response']) command('run', join(project, `${name}.distill.json`));
  mkdirSync(join(project, '.vscode'));
  setTheme('light');
  vscode = await startVsCode({
    development: true,
    settings: { 'distillery.concurrentRuns': 2 },
  });
  browser = await openBrowser({ width: 1500, height: 950 });
  page = await browser.newPage();
  page.on('console', (message) => {
    // VS Code itself complains of much; of our page it would say what the policy blocked.
    const text = message.text();
    const own = message.location().url.includes('/dist/webview/') || /Content Security Policy/.test(text);
    if (own && (message.type() === 'error' || message.type() === 'warning')) complaints.push(text);
  });
  page.on('pageerror', (error) => {
    if (error.stack?.includes('/dist/webview/')) complaints.push(String(error));
  });
  await page.goto(
    vscode.url({ folder: project, payload: [['extensionDevelopmentPath', vscode.remoteUri(root)]] }),
  );
  await openDistillery(page);
});

after(async () => {
  await browser?.close();
  await vscode?.stop();
  // Workers outlive the window; after a step that failed some still train.
  for (const { pid, state } of await runs().catch(() => []))
    if (pid !== undefined && state === 'running') process.kill(pid, 'SIGKILL');
  rmSync(scratch, { recursive: true, force: true, maxRetries: 5 });
});

/** A small network learns 60 labels of each digit from a larger one. */
function write(name: string, change: Record<string, unknown>): void {
  const images = (split: string) => ({
    images: `data/${split}-images-idx3-ubyte.gz`,
    labels: `data/${split}-labels-idx1-ubyte.gz`,
  });
  const experiment = {
    name: `Digits, ${name}`,
    dataset: { kind: 'idx', train: images('train'), test: images('test'), labelledSubset: 600 },
    teacher: { model: { architecture: 'mlp', hidden: [128] }, training: { epochs: 6, learningRate: 0.003 } },
    student: { model: { architecture: 'mlp', hidden: [16] } },
    ...change,
    training: { epochs: 12, learningRate: 0.003 },
    seeds: [1, 2, 3],
  };
  writeFileSync(
    join(project, `${name}.distill.json`),
    `// Written by hand.\n${JSON.stringify(experiment, null, 2)}\n`,
  );
}

function command(...words: string[]): string {
  const ran = spawnSync(process.execPath, [cli, ...words, '--data-dir', dataDirectory], { encoding: 'utf8' });
  assert.equal(ran.status, 0, `${words.join(' ')}:\n${ran.stdout}${ran.stderr}`);
  return ran.stdout;
}

const compared = (): RunJson[] => JSON.parse(command('compare', '--json')) as RunJson[];

async function runs(): Promise<RunRecord[]> {
  const store = await openStore(dataDirectory);
  try {
    return await store.list({ sort: 'createdAt' });
  } finally {
    await store.close();
  }
}

function setTheme(name: keyof typeof themes): void {
  writeFileSync(
    join(project, '.vscode/settings.json'),
    JSON.stringify({ 'workbench.colorTheme': themes[name], 'window.autoDetectColorScheme': false }),
  );
}

/** The dashboard that is seen; other columns may have one of their own. */
async function opened(nth = 0): Promise<FrameLocator> {
  const frame = webview(page, nth);
  await frame.locator('distillery-dashboard').waitFor({ timeout: 60_000 });
  return frame;
}

const lines = (): Locator => board.locator('.line.run');
/** Waits until it can be pressed: Playwright does not see that a custom element is disabled. */
const clickButton = (name: string): Promise<void> =>
  board
    .locator('vscode-button:not([disabled])', { hasText: new RegExp(`^\\s*${name}\\s*$`) })
    .first()
    .click();

async function inThemes(name: string): Promise<void> {
  if (!process.env.DISTILLERY_SCREENSHOTS) return;
  for (const theme of ['light', 'dark', 'contrast'] as const) {
    setTheme(theme);
    await page.waitForTimeout(1800);
    await picture(page, `${name}-${theme}`);
  }
  setTheme('light');
  await page.waitForTimeout(1000);
  await page.setViewportSize({ width: 900, height: 950 });
  await page.waitForTimeout(800);
  await picture(page, `${name}-narrow`);
  await page.setViewportSize({ width: 1500, height: 950 });
  await page.waitForTimeout(500);
}

let broken = false;

/** One step of the story; after one that failed the others would only wait in vain. */
function test(name: string, work: () => Promise<void>): void {
  nodeTest(name, async (context) => {
    if (broken) return context.skip('an earlier step failed');
    try {
      await work();
    } catch (error) {
      broken = true;
      if (page) await picture(page, 'dashboard-failed');
      throw error;
    }
  });
}

test('the overview shows every run with the figures of compare --json', async () => {
  await runCommand(page, 'Distillery: Open Dashboard');
  board = await opened();
  await lines().first().waitFor({ timeout: 30_000 });
  // Room for the dashboard.
  await page.keyboard.press('Control+B');
  const expected = compared();
  assert.equal(expected.length, 6);
  assert.equal(await lines().count(), expected.length);
  const texts = await lines().allTextContents();
  for (const { student, teacher, retention } of expected) {
    const shown = [student?.accuracy, teacher?.accuracy, retention].map((value) =>
      formatPercent(value ?? null),
    );
    assert.ok(
      texts.some((text) => shown.every((figure) => text.includes(figure))),
      `no row has ${shown.join(', ')}:\n${texts.join('\n')}`,
    );
  }
  await inThemes('dashboard-overview');
});

test('compared, each strategy has its verdict and figures, and hostile names are only text', async () => {
  const store = await openStore(dataDirectory);
  try {
    const [first] = await store.list({ sort: 'createdAt' });
    await store.rename(first!.id, hostile);
    await store.tag(first!.id, '<b>bold</b>');
    await store.setNote(first!.id, hostile);
  } finally {
    await store.close();
  }
  // Another process wrote this; the page hears of it.
  await lines().filter({ hasText: '<img src=x' }).waitFor({ timeout: 30_000 });
  await board.getByRole('checkbox', { name: 'Select all runs shown' }).check();
  await clickButton('Compare');
  await board.locator('.verdict').first().waitFor({ timeout: 30_000 });
  const figures = board.getByRole('region', { name: 'Figures of teachers and strategies' });
  const table = (await figures.textContent()) ?? '';
  const [any] = compared();
  assert.ok(table.includes(formatBytes(any!.student!.bytes)), table);
  assert.ok(table.includes(formatBytes(any!.teacher!.bytes)), table);
  assert.match(
    (await board.locator('.verdict').first().textContent()) ?? '',
    /BEATS|DOES NOT BEAT|INCONCLUSIVE/i,
  );
  await board.locator('distillery-chart svg').first().waitFor();
  await inThemes('dashboard-compare');
  await page.mouse.move(700, 600);
  await page.mouse.wheel(0, 900);
  await page.waitForTimeout(400);
  await picture(page, 'dashboard-compare-charts');
  await board.getByRole('button', { name: 'All runs' }).click();
});

test('one run shows its models, events, files and log', async () => {
  const [, , , response] = await runs();
  await lines().filter({ hasText: 'Digits, response' }).first().getByRole('button').first().click();
  const figures = board.getByRole('region', { name: 'Figures of the models' });
  await figures.waitFor({ timeout: 30_000 });
  const table = (await figures.textContent()) ?? '';
  const all = compared().filter(({ strategy }) => strategy === 'response');
  assert.ok(
    all.some(
      ({ student, teacher }) =>
        table.includes(formatPercent(student!.accuracy)) && table.includes(formatPercent(teacher!.accuracy)),
    ),
    table,
  );
  await board.getByRole('button', { name: 'Open student/model.safetensors' }).waitFor();
  await board.locator('.events li.completed').waitFor();
  assert.ok(response);
  await inThemes('dashboard-run');
});

test('a changed hyperparameter runs as a copy, is written to the file, and two runs are followed live', async () => {
  const field = (name: string) => board.locator(`vscode-text-field[aria-label="${name}"] input`);
  const change = async (epochs: string) => {
    await field('training.epochs').fill(epochs);
    await page.keyboard.press('Tab');
  };
  await change('many');
  await board.getByRole('alert').waitFor();
  await change('20');
  const file = join(project, 'response.distill.json');
  const before = readFileSync(file, 'utf8');
  await clickButton('Write to File');
  await expectSoon(() => readFileSync(file, 'utf8').includes('"epochs": 20'));
  assert.equal(readFileSync(file, 'utf8'), before.replace('"epochs": 12', '"epochs": 20'));
  for (const epochs of ['20000', '20001']) {
    await change(epochs);
    await clickButton('Run This Change');
    await expectSoon(async () =>
      (await runs()).some(({ config }) => config.training.epochs === Number(epochs)),
    );
  }
  await board.getByRole('button', { name: 'All runs' }).click();
  await board.getByText('2 running').waitFor({ timeout: 60_000 });
  const running = lines().filter({ hasText: /epochs 2000\d/ });
  await running
    .filter({ hasText: /train \d+ %/ })
    .nth(1)
    .waitFor({ timeout: 60_000 });
  await picture(page, 'dashboard-live-overview');
  await running.first().getByRole('button').first().click();
  const curve = board.locator('distillery-curves distillery-chart svg').first();
  await curve.waitFor({ timeout: 60_000 });
  const drawn = await curve.innerHTML();
  await expectSoon(async () => (await curve.innerHTML()) !== drawn);
  await picture(page, 'dashboard-live-run');
});

test('the view comes back after it was hidden, moved to another column and reloaded', async () => {
  const title = await board.locator('.run-head h1').textContent();
  const here = async () => {
    board = await opened();
    await board.locator('.run-head h1', { hasText: /epochs 2000\d/ }).waitFor({ timeout: 60_000 });
    assert.equal(await board.locator('.run-head h1').textContent(), title);
    await board.locator('distillery-curves distillery-chart svg').first().waitFor({ timeout: 30_000 });
  };
  const curve = () => board.locator('distillery-curves distillery-chart svg').first().innerHTML();
  const before = await curve();
  await runCommand(page, 'File: New Untitled Text File');
  await page.waitForTimeout(2000);
  await runCommand(page, 'View: Close Editor');
  await here();
  // It is up to date, and stays so.
  await expectSoon(async () => (await curve()) !== before);
  const then = await curve();
  await expectSoon(async () => (await curve()) !== then);
  await runCommand(page, 'View: Move Editor into Next Group');
  await here();
  await runCommand(page, 'Developer: Reload Window');
  await page.locator('iframe.webview').first().waitFor({ state: 'detached', timeout: 30_000 });
  await here();
  await board.locator('.run-facts', { hasText: /train \d+ %/ }).waitFor({ timeout: 30_000 });
});

test('a second dashboard shows the same; stopped there, the runs end in both', async () => {
  await board.getByRole('button', { name: 'All runs' }).click();
  await runCommand(page, 'File: New Untitled Text File');
  await runCommand(page, 'View: Move Editor into Next Group');
  await runCommand(page, 'Distillery: Open Dashboard');
  await page.locator('iframe.webview.ready').nth(1).waitFor({ timeout: 60_000 });
  const both = [await opened(0), await opened(1)];
  for (const one of both) await one.getByText('8 runs, 2 running').waitFor({ timeout: 30_000 });
  await picture(page, 'dashboard-two');
  await both[1]!.getByRole('checkbox', { name: 'Select all runs shown' }).check();
  await both[1]!.locator('vscode-button', { hasText: /^\s*Stop\s*$/ }).click();
  await expectSoon(async () => (await runs()).every(({ state }) => state !== 'running'), 60_000);
  for (const one of both) await one.locator('.line.run').filter({ hasText: 'cancelled' }).nth(1).waitFor();
});

test('nothing was blocked and nothing ran that should not', async () => {
  assert.deepEqual(complaints, []);
  for (const frame of page.frames())
    assert.equal(await frame.evaluate('window.alerted').catch(() => undefined), undefined);
});

async function expectSoon(look: () => boolean | Promise<boolean>, limitMs = 30_000): Promise<void> {
  const deadline = Date.now() + limitMs;
  while (!(await look())) {
    if (Date.now() > deadline) throw new Error(`waited ${limitMs / 1000} s in vain: ${look}`);
    await new Promise((done) => setTimeout(done, 200));
  }
}

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { test as nodeTest } from 'node:test';
import type { BrowserContext, Frame, FrameLocator, Locator, Page } from 'playwright-core';
import type { RunJson } from '../../../../src/compare/reports/json.ts';
import type { RunRecord } from '../../../../src/runs/database/run-records.ts';
import { openStore } from '../../../../src/runs/store.ts';
import { openBrowser, patienceMs, webview } from '../../host/browser.ts';
import { type RunningVsCode, startVsCode } from '../../host/vscode-server.ts';
import { openDistillery, picture, tick } from '../window.ts';

const root = resolve(import.meta.dirname, '../../../..');
const scratch = mkdtempSync(join(tmpdir(), 'distillery-dashboard-'));
export const project = join(scratch, 'digits');
const dataDirectory = join(project, '.distillery');
const cli = join(root, 'dist/cli.mjs');
const themes = {
  light: 'Default Light Modern',
  dark: 'Default Dark Modern',
  contrast: 'Default High Contrast',
} as const;
export const hostile = `<img src=x onerror="window.alerted=true"> "'</script><script>window.alerted=true</script>`;

/** What all steps play on: a real VS Code on a project whose runs really trained, and the dashboard that is seen. */
class Stage {
  vscode!: RunningVsCode;
  browser!: BrowserContext;
  page!: Page;
  board!: FrameLocator;
  /** What the browser complains of in our page. */
  readonly complaints: string[] = [];

  async open(): Promise<void> {
    mkdirSync(project);
    cpSync(join(root, 'dist/sample/data'), join(project, 'data'), { recursive: true });
    write('direct', { strategy: { kind: 'direct' } });
    write('response', { strategy: { kind: 'response', temperature: 4, alpha: 0.9 } });
    for (const name of ['direct', 'response']) command('run', join(project, `${name}.distill.json`));
    mkdirSync(join(project, '.vscode'));
    setTheme('light');
    this.vscode = await startVsCode({ development: true, settings: { 'distillery.concurrentRuns': 2 } });
    this.browser = await openBrowser({ width: 1500, height: 950 });
    this.page = await this.window(this.browser, project);
  }

  /** A window of VS Code on a folder. Two in one browser would share what loads pages of webviews, and disturb each other. */
  async window(browser: BrowserContext, folder: string): Promise<Page> {
    const page = await browser.newPage();
    page.on('console', (message) => {
      // VS Code itself complains of much; of our page it would say what the policy blocked.
      const text = message.text();
      const own = message.location().url.includes('/dist/webview/') || /Content Security Policy/.test(text);
      if (own && (message.type() === 'error' || message.type() === 'warning')) this.complaints.push(text);
    });
    page.on('pageerror', (error) => {
      if (error.stack?.includes('/dist/webview/')) this.complaints.push(String(error));
    });
    const payload = [['extensionDevelopmentPath', this.vscode.remoteUri(root)]] as const;
    await page.goto(this.vscode.url({ folder, payload }));
    await openDistillery(page);
    return page;
  }

  async close(): Promise<void> {
    await this.browser?.close();
    await this.vscode?.stop();
    // Workers outlive the window; after a step that failed some still train.
    for (const { pid, state } of await runs().catch(() => []))
      if (pid !== undefined && state === 'running') process.kill(pid, 'SIGKILL');
    rmSync(scratch, { recursive: true, force: true, maxRetries: 5 });
  }

  /** The dashboard that is seen; other columns may have one of their own. */
  async opened(nth = 0): Promise<FrameLocator> {
    const frame = webview(this.page, nth);
    await frame.locator('distillery-dashboard').waitFor();
    return frame;
  }

  get lines(): Locator {
    return this.board.locator('.line.run');
  }

  /** Waits until it can be pressed: Playwright does not see that a custom element is disabled. */
  clickButton(name: string): Promise<void> {
    return this.board
      .locator('vscode-button:not([disabled])', { hasText: new RegExp(`^\\s*${name}\\s*$`) })
      .first()
      .click();
  }

  /** The comparison of all runs, however the dashboard is set. */
  async compareAll(): Promise<void> {
    await tick(this.board.getByRole('checkbox', { name: 'Select all runs shown' }));
    await this.clickButton('Compare');
    await this.board.locator('.verdict').first().waitFor();
    await this.board.locator('distillery-chart svg').first().waitFor();
  }

  allRuns(): Promise<void> {
    return this.board.getByRole('button', { name: 'All runs' }).click();
  }
}

export const stage = new Stage();

/** The document of a dashboard, to run something in. */
export async function documentOf(board: FrameLocator): Promise<Frame> {
  const element = await board.locator('distillery-dashboard').elementHandle();
  return (await element!.ownerFrame())!;
}

/** A small network learns 60 labels of each digit from a larger one. */
function write(name: string, change: Record<string, unknown>): void {
  const images = (split: string) => ({
    images: `data/${split}-images-idx3-ubyte.gz`,
    labels: `data/${split}-labels-idx1-ubyte.gz`,
  });
  const experiment = {
    name: `Digits, ${name}`,
    dataset: {
      kind: 'idx',
      train: images('train'),
      test: images('test'),
      labelledSubset: 600,
      trainLimit: 1500,
    },
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

export function command(...words: string[]): string {
  const ran = spawnSync(process.execPath, [cli, ...words, '--data-dir', dataDirectory], { encoding: 'utf8' });
  assert.equal(ran.status, 0, `${words.join(' ')}:\n${ran.stdout}${ran.stderr}`);
  return ran.stdout;
}

export const compared = (): RunJson[] => JSON.parse(command('compare', '--json')) as RunJson[];

export async function withStore<T>(
  work: (store: Awaited<ReturnType<typeof openStore>>) => Promise<T>,
): Promise<T> {
  const store = await openStore(dataDirectory);
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

export const runs = (): Promise<RunRecord[]> => withStore((store) => store.list({ sort: 'createdAt' }));

function setTheme(name: keyof typeof themes): void {
  writeFileSync(
    join(project, '.vscode/settings.json'),
    JSON.stringify({ 'workbench.colorTheme': themes[name], 'window.autoDetectColorScheme': false }),
  );
}

export async function inThemes(name: string): Promise<void> {
  if (!process.env.DISTILLERY_SCREENSHOTS) return;
  const { page } = stage;
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
export function step(name: string, work: () => Promise<void>): void {
  nodeTest(name, async (context) => {
    if (broken) return context.skip('an earlier step failed');
    try {
      await work();
    } catch (error) {
      broken = true;
      if (stage.page) await picture(stage.page, 'dashboard-failed');
      throw error;
    }
  });
}

export async function expectSoon(
  look: () => boolean | Promise<boolean>,
  limitMs = patienceMs,
): Promise<void> {
  const deadline = Date.now() + limitMs;
  while (!(await look())) {
    if (Date.now() > deadline) throw new Error(`waited ${limitMs / 1000} s in vain: ${look}`);
    await new Promise((done) => setTimeout(done, 200));
  }
}

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { test as nodeTest } from 'node:test';
import type { BrowserContext, Page } from 'playwright-core';
import type { RunRecord } from '../../../../src/runs/database/run-records.ts';
import { openStore } from '../../../../src/runs/store.ts';
import type { RunState } from '../../../../src/worker/directory/run-states.ts';
import { openBrowser, webview } from '../../host/browser.ts';
import { type RunningVsCode, startVsCode } from '../../host/vscode-server.ts';
import { openDistillery, picture, rowButton, said, seen } from '../window.ts';

const root = resolve(import.meta.dirname, '../../../..');
const scratch = mkdtempSync(join(tmpdir(), 'distillery-user-'));
export const project = join(scratch, 'digits');
export const themes = {
  light: 'Default Light Modern',
  dark: 'Default Dark Modern',
  contrast: 'Default High Contrast',
} as const;

/** How long a window stays closed while its run goes on; DISTILLERY_PATIENCE=60 makes it a real minute. */
export const closedMs = 1000 * Number(process.env.DISTILLERY_PATIENCE ?? 3);

/** What all steps play on: the packaged extension in a VS Code of its own, and the window that is looked at. */
class Day {
  vsix = '';
  vscode!: RunningVsCode;
  browser!: BrowserContext;
  page!: Page;
  /** What VS Code said of a tree that told it of rows it does not know. */
  readonly treeErrors: string[] = [];

  async begin(): Promise<void> {
    mkdirSync(project);
    const packed = spawnSync(process.execPath, [join(root, 'build/package.mjs')], { encoding: 'utf8' });
    assert.equal(packed.status, 0, packed.stderr);
    this.vsix = /^(.+\.vsix)/.exec(packed.stdout.trim())![1]!;
    this.vscode = await startVsCode({ vsix: this.vsix });
    this.browser = await openBrowser({ width: 1400, height: 900 });
    this.page = await this.window();
  }

  async end(): Promise<void> {
    await this.browser?.close();
    await this.vscode?.stop();
    // After a failed step a worker may be writing there still.
    rmSync(scratch, { recursive: true, force: true, maxRetries: 20 });
  }

  /** Another window on the project. */
  async window(): Promise<Page> {
    const window = await this.browser.newPage();
    window.on('console', (message) => {
      if (/TreeError/.test(message.text())) this.treeErrors.push(message.text().split('\n')[0]!);
    });
    await window.goto(this.vscode.url({ folder: project }));
    await openDistillery(window);
    return window;
  }
}

export const day = new Day();

export async function runs(): Promise<RunRecord[]> {
  const store = await openStore(join(project, '.distillery'));
  try {
    return await store.list({ sort: 'createdAt' });
  } finally {
    await store.close();
  }
}

export async function runInState(
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

export async function checkEvents(run: RunRecord): Promise<void> {
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
export const runByRow = (name: RegExp, started: (run: RunRecord) => boolean) =>
  rowButton(day.page, name, 'Run Experiment', () => runInState(started, ['queued', 'running'], 20_000));

/** How many runs the dashboard compares, by its column of seeds; teachers have none. */
export async function compared(): Promise<number> {
  const cells = figures().locator('tbody td:nth-of-type(2)');
  return (await cells.allInnerTexts()).reduce((sum, text) => sum + (Number.parseInt(text, 10) || 0), 0);
}

export const figures = () =>
  webview(day.page).getByRole('region', { name: 'Figures of teachers and strategies' });

let broken = false;

/** One step of the day; after one that failed the others would only wait in vain. */
export function step(name: string, work: () => Promise<void>): void {
  nodeTest(name, async (context) => {
    if (broken) return context.skip('an earlier step failed');
    try {
      await work();
    } catch (error) {
      broken = true;
      for (const [index, open] of day.browser.pages().entries()) {
        await picture(open, `failed-${index}`);
        context.diagnostic(`window ${index} said: ${await said(open)}`);
      }
      throw error;
    }
  });
}

/** Rewrites options of an experiment on disk, all at once, as another editor would. */
export function rewrite(name: string, ...changes: readonly (readonly [from: RegExp, to: string])[]): void {
  const file = join(project, name);
  let text = readFileSync(file, 'utf8');
  for (const [from, to] of changes) {
    assert.match(text, from);
    text = text.replace(from, to);
  }
  writeFileSync(file, text);
}

/** Until the editor has a file as it was rewritten; what runs is what the editor has. */
export const edited = (text: RegExp) =>
  seen(day.page.locator('.editor-instance .view-line', { hasText: text }).first());

/** A teacher trained no longer than it takes to be one, and no more images than show it. */
export const brief = [
  [/"epochs": \d+, "batchSize": 64/, '"epochs": 1, "batchSize": 64'],
  [/"labelledSubset": 300/, '"labelledSubset": 300, "trainLimit": 600, "testLimit": 300'],
] as const;

/** How long the student is trained. */
export const epochs = (count: number) =>
  [/"epochs": \d+, "batchSize": 32/, `"epochs": ${count}, "batchSize": 32`] as const;

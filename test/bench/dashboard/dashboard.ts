import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import Table from 'cli-table3';
import type { CDPSession, Frame, Page } from 'playwright-core';
import { openBrowser } from '../../editor/host/browser.ts';
import { startVsCode } from '../../editor/host/vscode-server.ts';
import { openDistillery } from '../../editor/ui/window.ts';
import { frameReport, longestTask, recordFrames, watchForRuns } from './frames.ts';
import { makeQueued, makeRuns } from './many-runs.ts';

export interface DashboardOptions {
  readonly runs: number;
  /** Points of each run, over all its curves. */
  readonly points: number;
  /** A folder to make the runs in once and use them again; else a temporary one. */
  readonly project?: string;
}

const root = resolve(import.meta.dirname, '../../..');
const megabytes = (bytes: number) => `${Math.round(bytes / 1e6)} MB`;

/**
 * The dashboard in a real VS Code (its server, in Chromium) on very many runs: how long from the command to the first
 * full picture, how much memory, how long frames are while one scrolls and while four runs report.
 */
export async function dashboard({ runs, points, project: given }: DashboardOptions): Promise<void> {
  const project = given ?? (await mkdtemp(join(tmpdir(), 'distillery-bench-')));
  await mkdir(project, { recursive: true });
  if (!existsSync(join(project, '.distillery'))) {
    console.log(`Writing ${runs} runs of ${points} points …`);
    await makeRuns(project, runs, points);
  }
  const vscode = await startVsCode({ development: true });
  const browser = await openBrowser({ width: 1500, height: 950 });
  const table = new Table({ head: ['what', 'measured'], style: { head: [], border: [] } });
  const framesWhile = async (frame: Frame, work: () => Promise<void>) => {
    let frames: number[] = [];
    const task = await longestTask(browser.browser()!, async () => {
      frames = await recordFrames(frame, work);
    });
    return frameReport(frames, task);
  };
  try {
    const page = await browser.newPage();
    const session = await browser.newCDPSession(page);
    await page.goto(
      vscode.url({ folder: project, payload: [['extensionDevelopmentPath', vscode.remoteUri(root)]] }),
    );
    await openDistillery(page);
    await page.evaluate(watchForRuns);
    await page.waitForTimeout(5000);
    const empty = await heapOf(session);

    const first = await open(page);
    table.push(['from the command to the first full picture, first dashboard of a window', `${first.ms} ms`]);
    const full = await heapOf(session);
    table.push(
      ['heap, VS Code and page together', megabytes(full)],
      ['heap, of it the page', megabytes(full - empty)],
    );
    table.push(['frames at rest', await framesWhile(first.frame, () => page.waitForTimeout(5000))]);
    table.push(['frames while scrolling', await framesWhile(first.frame, () => scroll(page, first.frame))]);

    await runByKeys(page, 'View: Close Editor');
    await page.locator('iframe.webview').waitFor({ state: 'detached' });
    const again = await open(page);
    table.push(['from the command to the first full picture, again', `${again.ms} ms`]);

    await reporting(project, async () => {
      const { frame } = again;
      await frame.getByText(/, 4 running$/).waitFor();
      table.push([
        'frames at rest while four runs report',
        await framesWhile(frame, () => page.waitForTimeout(10_000)),
      ]);
      table.push([
        'frames while scrolling and four runs report',
        await framesWhile(frame, () => scroll(page, frame)),
      ]);
      table.push(['heap then, VS Code and page together', megabytes(await heapOf(session))]);
      table.push(['every run compared, from the click', `${await compareAll(frame)} ms`]);
    });
  } finally {
    console.log(table.toString());
    await browser.close();
    await vscode.stop();
    if (!given) await rm(project, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** @returns milliseconds from Enter in the palette to a painted table, and the frame of the page. */
async function open(page: Page): Promise<{ ms: number; frame: Frame }> {
  await runByKeys(page, 'Distillery: Open Dashboard');
  const painted = await page.waitForFunction('window.runsPainted', undefined, { timeout: 60_000 });
  const element = await page
    .frameLocator('iframe.webview.ready')
    .frameLocator('iframe#active-frame')
    .locator('.line.run')
    .first()
    .elementHandle();
  return { ms: Math.round((await painted.jsonValue()) as number), frame: (await element!.ownerFrame())! };
}

/** With Enter, whose moment is known; the palette has settled by then. */
async function runByKeys(page: Page, title: string): Promise<void> {
  const input = page.locator('.quick-input-widget input').first();
  await page.keyboard.press('F1');
  await input.waitFor();
  await input.fill(`>${title}`);
  await page.locator('.quick-input-widget .monaco-list-row', { hasText: title }).first().waitFor();
  await page.waitForTimeout(500);
  await page.keyboard.press('Enter');
}

async function heapOf(session: CDPSession): Promise<number> {
  await session.send('HeapProfiler.enable');
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  return usedSize;
}

/** As a hand on a wheel does: down in turns of several lines, then up. */
async function scroll(page: Page, frame: Frame): Promise<void> {
  const box = (await frame.locator('.grid').boundingBox())!;
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  for (const direction of [1, -1])
    for (let turn = 0; turn < 100; turn++) {
      await page.mouse.wheel(0, direction * 120);
      await page.waitForTimeout(16);
    }
}

async function compareAll(frame: Frame): Promise<number> {
  await frame.getByLabel('Select all runs shown').check();
  const start = performance.now();
  await frame.locator('vscode-button:not([disabled])', { hasText: 'Compare' }).first().click();
  await frame.locator('.verdict').first().waitFor({ timeout: 60_000 });
  return Math.round(performance.now() - start);
}

/** Four runs that report as a worker does, in a process of their own, while `work` goes on. */
async function reporting(project: string, work: () => Promise<void>): Promise<void> {
  const ids = await makeQueued(project, 4);
  const reporter = fork(join(import.meta.dirname, 'reporter.ts'), [join(project, '.distillery'), ...ids], {
    execArgv: process.execArgv,
  });
  try {
    await once(reporter, 'message');
    await work();
  } finally {
    const ended = once(reporter, 'exit');
    if (reporter.connected) reporter.send('end');
    await ended;
  }
}

/**
 * npm run media [-- FOLDER]: makes the pictures of README and of the walkthrough anew, in extension/media, from the real
 * VS Code and real runs of the sample project: all its experiments with all their seeds, some minutes on two cores.
 * FOLDER keeps the project with its runs; where it has runs already, none is trained.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Page } from 'playwright-core';
import {
  walkthroughPicture,
  type walkthroughSteps,
} from '../../../../extension/contributions/walkthrough.ts';
import { stopRun } from '../../../../src/runs/queue/control.ts';
import { openStore } from '../../../../src/runs/store.ts';
import { openBrowser, openFile, runCommand } from '../../host/browser.ts';
import { startVsCode } from '../../host/vscode-server.ts';
import { row, rowButton, tick } from '../window.ts';
import { browserPicture } from './browser-picture.ts';
import { withPalette } from './palette-png.ts';
import { dashboardOf, root, setTheme, type Theme, themeMs, windowOn } from './staging.ts';

/** The keys of a walkthrough's pictures, by theme, and the class that a window has in it. */
const pictureThemes = {
  light: { key: 'light', shown: 'vs' },
  dark: { key: 'dark', shown: 'vs-dark' },
  contrast: { key: 'hc', shown: 'hc-black' },
  contrastLight: { key: 'hcLight', shown: 'hc-light' },
} as const satisfies Record<Theme, unknown>;
const allThemes = Object.keys(pictureThemes) as Theme[];

type Step = (typeof walkthroughSteps)[number]['id'];

const media = join(root, 'extension/media');
const scratch = mkdtempSync(join(tmpdir(), 'distillery-media-'));
const sample = join(root, 'dist/sample');
const trained = resolve(process.argv[2] ?? join(scratch, 'trained'));
/** Nothing in a picture but what it is about. */
const calm = {
  'editor.minimap.enabled': false,
  'editor.fontSize': 13,
  'editor.wordWrap': 'on',
  'editor.scrollBeyondLastLine': false,
  'workbench.layoutControl.enabled': false,
  'window.menuBarVisibility': 'hidden',
};
/** What is shown so large that it can be read: VS Code gives a picture two thirds of a window, GitHub less than 900 pixels. */
const small = { width: 1000, height: 640 };
const large = { width: 1280, height: 820 };

function train(): void {
  if (!existsSync(trained)) cpSync(sample, trained, { recursive: true });
  if (existsSync(join(trained, '.distillery'))) return;
  const files = readdirSync(trained).filter((name) => name.endsWith('.distill.json'));
  const words = [join(root, 'dist/cli.mjs'), 'run', ...files];
  const { status } = spawnSync(process.execPath, words, { cwd: trained, stdio: 'inherit' });
  if (status !== 0) throw new Error('The sample could not be trained.');
}

/** The window without its title, in which VS Code says how it was started, and without its status bar. */
async function shoot(page: Page, file: string): Promise<void> {
  await page.locator('.monaco-progress-container:not(.done)').first().waitFor({ state: 'hidden' });
  const title = (await page.locator('.part.titlebar').boundingBox())!;
  const status = (await page.locator('.part.statusbar').boundingBox())!;
  const y = Math.round(title.y + title.height);
  const clip = { x: 0, y, width: page.viewportSize()!.width, height: Math.round(status.y) - y };
  writeFileSync(file, withPalette(await page.screenshot({ clip })));
  console.log(file);
}

/** A step of the walkthrough in each theme; `pose` does before each picture what a change of theme undoes. */
async function shootStep(page: Page, folder: string, step: Step, pose?: () => Promise<void>): Promise<void> {
  await page.setViewportSize(small);
  for (const theme of allThemes) {
    const { key, shown } = pictureThemes[theme];
    setTheme(folder, theme, calm);
    await page.locator(`.monaco-workbench.${shown}`).waitFor();
    await page.waitForTimeout(themeMs);
    await pose?.();
    await shoot(page, join(root, walkthroughPicture(step, key)));
  }
  setTheme(folder, 'light', calm);
}

/** Makes the sidebar so wide that names and figures stand in it whole. */
async function widenSidebar(page: Page, width: number): Promise<void> {
  const { x, y, width: now, height } = (await page.locator('.part.sidebar').boundingBox())!;
  await page.mouse.move(x + now, y + height / 2);
  await page.mouse.down();
  await page.mouse.move(x + width, y + height / 2, { steps: 8 });
  await page.mouse.up();
}

/** A copy of a project named as people would name it. */
function copyOf(source: string, place: string): string {
  const folder = join(scratch, place, 'digits');
  mkdirSync(join(scratch, place));
  cpSync(source, folder, { recursive: true });
  setTheme(folder, 'light', calm);
  return folder;
}

async function pointNowhere(page: Page): Promise<void> {
  await page.mouse.move(600, 2);
  await page.waitForTimeout(500);
}

const temperature = /^strategy\.temperature, 4/;

async function editTemperature(page: Page): Promise<void> {
  await page.keyboard.press('Escape');
  const input = page.locator('.quick-input-widget:visible input');
  await rowButton(page, temperature, 'Edit Value', () => input.waitFor({ timeout: 5000 }));
  await pointNowhere(page);
}

/** Stops what a folder's windows started, and waits for its end. */
async function stopAll(folder: string): Promise<void> {
  const store = await openStore(join(folder, '.distillery'));
  const going = () => store.ids(['running', 'queued']);
  try {
    for (const id of await going()) await stopRun(store, id);
    while ((await going()).length > 0) await new Promise((wake) => setTimeout(wake, 200));
  } finally {
    await store.close();
  }
}

train();
mkdirSync(join(media, 'walkthrough'), { recursive: true });
await browserPicture(join(trained, '.distillery'), join(media, 'browser.png'));
const vscode = await startVsCode({ development: true });
const browser = await openBrowser({ width: 1600, height: 1000 }, { sparing: false });
try {
  const fresh = copyOf(sample, 'fresh');
  const first = await windowOn(browser, vscode, fresh);
  await first.setViewportSize(small);
  await widenSidebar(first, 330);
  await openFile(first, 'digits-response.distill.json');
  await pointNowhere(first);
  await shootStep(first, fresh, 'sample');
  await first.close();

  const project = copyOf(trained, 'project');
  const page = await windowOn(browser, vscode, project);
  await page.setViewportSize(large);
  await widenSidebar(page, 400);
  await row(page, /digits-response/).click();
  await page.locator('.editor-instance .view-line', { hasText: 'temperature' }).first().waitFor();
  await pointNowhere(page);
  await shoot(page, join(media, 'explorer.png'));
  await shootStep(page, project, 'change', () => editTemperature(page));
  await page.keyboard.press('Escape');

  await page.setViewportSize({ ...large, height: 1240 });
  const board = await dashboardOf(page);
  await page.keyboard.press('Control+B');
  await board.locator('.line.run').first().waitFor();
  if ((await board.locator('.verdict').count()) === 0) {
    await tick(board.getByRole('checkbox', { name: 'Select all runs shown' }));
    await board.locator('vscode-button', { hasText: 'Compare' }).first().click();
  }
  await board.locator('.verdict').first().waitFor();
  await board.locator('distillery-chart svg').nth(2).waitFor();
  // As much as ends with the table: half a chart says nothing.
  const { y: end } = (await board.getByRole('heading', { name: 'Charts' }).boundingBox())!;
  const { height: statusBar } = (await page.locator('.part.statusbar').boundingBox())!;
  await page.setViewportSize({ ...large, height: Math.round(end + statusBar - 12) });
  await page.waitForTimeout(2000);
  await pointNowhere(page);
  await shoot(page, join(media, 'dashboard.png'));
  await shootStep(page, project, 'compare', () => pointNowhere(page));
  await page.close();

  const running = copyOf(trained, 'running');
  const window = await windowOn(browser, vscode, running);
  await window.setViewportSize(small);
  await widenSidebar(window, 380);
  await openFile(window, 'digits-direct.distill.json');
  await runCommand(window, 'Distillery: Run Experiment');
  await window
    .locator('.sidebar .monaco-list-row', { hasText: /\d %\s+training/ })
    .first()
    .waitFor();
  await shootStep(window, running, 'run', () => pointNowhere(window));
  await stopAll(running);
  await window.close();
} finally {
  await browser.close();
  await vscode.stop();
  rmSync(scratch, { recursive: true, force: true, maxRetries: 5 });
}
process.exit(0);

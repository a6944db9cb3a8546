/**
 * Pictures of what people look at, in the real VS Code, to look at: every view of the dashboard in every theme and width,
 * the sidebar, and folders that are empty, damaged, or cannot be written.
 * npm run pictures -- FOLDER [WORD …]; words choose views, themes and widths: `compare dark 500`.
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { FrameLocator, Page } from 'playwright-core';
import { databaseFile } from '../../../../src/runs/directory/data-directory.ts';
import { openBrowser } from '../../host/browser.ts';
import { startVsCode } from '../../host/vscode-server.ts';
import { plantProject } from './plant.ts';
import { dashboardOf, setTheme, type Theme, themeMs, themes, windowOn } from './staging.ts';
import { views } from './views.ts';

const widths = [500, 900, 1600];
const folders = ['empty', 'damaged', 'readonly'];

const [target, ...words] = process.argv.slice(2);
if (target === undefined) {
  console.error('Say where to: npm run pictures -- FOLDER [WORD …]');
  process.exit(2);
}
const out = resolve(target);
const scratch = mkdtempSync(join(tmpdir(), 'distillery-pictures-'));
const project = join(scratch, 'digits');
const chosen = <T extends string | number>(all: readonly T[]): readonly T[] => {
  const named = all.filter((one) => words.includes(String(one)));
  return named.length > 0 ? named : all;
};
const chosenThemes = chosen(Object.keys(themes) as Theme[]);
const places = chosen([...views.map(({ name }) => name), 'sidebar', ...folders]);
mkdirSync(out, { recursive: true });

const planted = await plantProject(project);
const vscode = await startVsCode({ development: true, settings: { 'distillery.concurrentRuns': 2 } });
const browser = await openBrowser({ width: 1600, height: 1000 }, { sparing: false });

const shoot = (page: Page, name: string) => page.screenshot({ path: join(out, `${name}.png`) });

/** Makes the page of the dashboard so wide, whatever stands beside it. */
async function widen(page: Page, width: number, height: number): Promise<void> {
  const now = (await page.locator('iframe.webview.ready').first().boundingBox())!.width;
  const beside = page.viewportSize()!.width - now;
  await page.setViewportSize({ width: Math.round(width + beside), height });
  await page.waitForTimeout(1200);
}

/** The page of the dashboard from its top to its end, a picture for each part that is seen at once. */
async function shootAll(page: Page, board: FrameLocator, name: string): Promise<void> {
  const body = board.locator('body');
  const scroll = (to: string) =>
    body.evaluate<boolean, void>(
      `(() => {
      const before = scrollY;
      scrollTo(0, ${to === 'top' ? '0' : 'before + innerHeight - 40'});
      return scrollY > before;
    })()`,
      undefined,
    );
  await scroll('top');
  for (let part = 0; part < 30; part++) {
    await page.waitForTimeout(400);
    await page
      .locator('iframe.webview.ready')
      .first()
      .screenshot({ path: join(out, `${name}-${part}.png`) });
    if (!(await scroll('further'))) return;
  }
}

async function dashboards(): Promise<void> {
  const shown = views.filter(({ name }) => places.includes(name));
  if (shown.length === 0 && !places.includes('sidebar')) return;
  setTheme(project, chosenThemes[0]!);
  const page = await windowOn(browser, vscode, project);
  if (places.includes('sidebar'))
    for (const theme of chosenThemes) {
      setTheme(project, theme);
      await page.mouse.move(900, 700);
      await page.waitForTimeout(themeMs);
      for (const row of await page.locator('.sidebar .monaco-list-row[aria-expanded=false]').all())
        await row.click().catch(() => {});
      await shoot(page, `sidebar-${theme}`);
    }
  if (shown.length === 0) return page.close();
  const board = await dashboardOf(page);
  await page.keyboard.press('Control+B');
  for (const { name, long, go, pose, leave } of shown) {
    await go(board, page);
    for (const theme of chosenThemes) {
      setTheme(project, theme);
      await page.waitForTimeout(themeMs);
      for (const width of chosen(widths)) {
        await widen(page, width, long ? 1500 : 1000);
        await pose?.(board, page);
        if (long) await shootAll(page, board, `${name}-${theme}-${width}`);
        else await shoot(page, `${name}-${theme}-${width}`);
      }
      console.log(`${name} in ${theme}`);
    }
    await leave?.(board, page);
    const back = board.getByRole('button', { name: 'All runs' });
    if (await back.isVisible()) await back.click();
  }
  await page.close();
}

/** Folders whose runs cannot be shown, or not be changed, or of which there is none. */
async function oddFolders(): Promise<void> {
  for (const kind of folders.filter((one) => places.includes(one))) {
    const folder = join(scratch, kind);
    mkdirSync(folder);
    if (kind !== 'empty') await (await plantProject(folder)).end();
    const database = databaseFile(join(folder, '.distillery'));
    if (kind === 'damaged') writeFileSync(database, 'This is no database. '.repeat(4000));
    setTheme(folder, 'light');
    const data = join(folder, '.distillery');
    if (kind === 'readonly') protect(data, true);
    const page = await windowOn(browser, vscode, folder);
    const board = await dashboardOf(page);
    await board.locator('.placeholder, .line.run').first().waitFor();
    for (const theme of chosenThemes) {
      setTheme(folder, theme);
      await page.waitForTimeout(themeMs);
      for (const width of chosen(widths)) {
        await widen(page, width, 900);
        await shoot(page, `${kind}-${theme}-${width}`);
      }
    }
    await page.close();
    if (kind === 'readonly') protect(data, false);
  }
}

/** Lets nobody write into a folder, nor the superuser, whom modes do not stop. */
function protect(folder: string, on: boolean): void {
  if (process.getuid?.() === 0) spawnSync('chattr', ['-R', on ? '+i' : '-i', folder]);
  else chmodSync(folder, on ? 0o555 : 0o755);
}

try {
  await dashboards();
  await oddFolders();
} finally {
  await browser.close();
  await vscode.stop();
  await planted.end();
  rmSync(scratch, { recursive: true, force: true, maxRetries: 5 });
}
console.log(`Pictures in ${out}`);
process.exit(0);

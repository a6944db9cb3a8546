import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { BrowserContext, FrameLocator, Page } from 'playwright-core';
import { runCommand, webview } from '../../host/browser.ts';
import type { RunningVsCode } from '../../host/vscode-server.ts';
import { openDistillery } from '../window.ts';

export const root = resolve(import.meta.dirname, '../../../..');

export const themes = {
  light: 'Default Light Modern',
  dark: 'Default Dark Modern',
  contrast: 'Default High Contrast',
  contrastLight: 'Default High Contrast Light',
} as const;
export type Theme = keyof typeof themes;

/** How long VS Code takes to show another theme, in milliseconds. */
export const themeMs = 1800;

/** Gives the windows on a folder a theme, and the settings that go with it. */
export function setTheme(
  folder: string,
  name: Theme,
  settings: Readonly<Record<string, unknown>> = {},
): void {
  mkdirSync(join(folder, '.vscode'), { recursive: true });
  writeFileSync(
    join(folder, '.vscode/settings.json'),
    JSON.stringify({
      'workbench.colorTheme': themes[name],
      'window.autoDetectColorScheme': false,
      ...settings,
    }),
  );
}

/** A window on a folder with the sidebar of the extension as it stands in this repository. */
export async function windowOn(
  browser: BrowserContext,
  vscode: RunningVsCode,
  folder: string,
): Promise<Page> {
  const page = await browser.newPage();
  const payload = [['extensionDevelopmentPath', vscode.remoteUri(root)]] as const;
  await page.goto(vscode.url({ folder, payload }));
  await openDistillery(page);
  return page;
}

export async function dashboardOf(page: Page): Promise<FrameLocator> {
  await runCommand(page, 'Distillery: Open Dashboard');
  const board = webview(page);
  await board.locator('distillery-dashboard').waitFor();
  return board;
}

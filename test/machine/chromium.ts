import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { finished } from './finished.ts';
import { lacks } from './lacks.ts';

/** First the one that has no window to draw, and so is lighter on a machine of few cores. */
const names = [
  'chromium-headless-shell',
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
];
const elsewhere = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

/** A Chromium that is installed: the one that DISTILLERY_CHROMIUM names, one on the path, or the one of Playwright. */
export function findChromium(): string | undefined {
  const named = process.env.DISTILLERY_CHROMIUM;
  if (named) return named;
  const folders = (process.env.PATH ?? '').split(process.platform === 'win32' ? ';' : ':');
  return [
    ...folders.flatMap((folder) => names.map((name) => join(folder, name))),
    ...elsewhere,
    chromium.executablePath(),
  ].find((file) => existsSync(file));
}

/** Why nothing can be shown in a browser here, or false. */
export const withoutBrowser =
  findChromium() === undefined &&
  lacks('Chromium', 'npm test installs it where it can; DISTILLERY_CHROMIUM names one that lies elsewhere');

/** Throws where there is none. */
export function requireChromium(): string {
  const found = findChromium();
  if (found === undefined) throw new Error(`No browser: ${withoutBrowser}.`);
  return found;
}

/** Installs Debian's Chromium, else the one that Playwright downloads. Throws an Error saying why that did not work. */
export async function installChromium(): Promise<string> {
  const debian =
    process.platform === 'linux' && process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')
      ? await finished(
          'sh',
          [
            '-c',
            // Older releases have the whole browser only.
            'apt-get update -q && install() { apt-get install -o DPkg::Lock::Timeout=120 -q -y --no-install-recommends "$1" fonts-dejavu-core; } && { install chromium-headless-shell || install chromium; }',
          ],
          { DEBIAN_FRONTEND: 'noninteractive' },
        )
      : 'it is no Debian whose root we are';
  if (findChromium() === undefined) {
    const cli = join(import.meta.dirname, '../../node_modules/playwright-core/cli.js');
    const playwright = await finished(process.execPath, [cli, 'install', 'chromium']);
    if (findChromium() === undefined)
      throw new Error(`not from Debian (${debian}), not from Playwright (${playwright})`);
  }
  return requireChromium();
}

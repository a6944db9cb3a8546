import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { type BrowserContext, chromium, type FrameLocator, type Locator, type Page } from 'playwright-core';

/** Finds a Chromium, or installs Debian's where that is possible. */
export function findChromium(): string {
  const candidates = [
    process.env.CHROMIUM,
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome',
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  ];
  const found = candidates.find((path) => path && existsSync(path));
  if (found) return found;
  if (process.platform === 'linux' && existsSync('/usr/bin/apt-get') && process.getuid?.() === 0) {
    console.log('Installing Debian’s chromium for the tests …');
    spawnSync('apt-get', ['update'], { stdio: 'ignore' });
    spawnSync('apt-get', ['install', '-y', '--no-install-recommends', 'chromium', 'fonts-dejavu-core'], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
    if (existsSync('/usr/bin/chromium')) return '/usr/bin/chromium';
  }
  throw new Error(
    'No Chromium found: install chromium (Debian: apt-get install chromium) or set CHROMIUM to its path.',
  );
}

/** A headless browser that reaches this machine only. */
export async function openBrowser(size = { width: 1280, height: 800 }): Promise<BrowserContext> {
  const browser = await chromium.launch({
    executablePath: findChromium(),
    headless: true,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--disable-dev-shm-usage',
    ],
  });
  const context = await browser.newContext({
    viewport: size,
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  const local = (url: URL) =>
    /^(localhost|127\.0\.0\.1)$/.test(url.hostname) || !/^https?:$/.test(url.protocol);
  await context.route(
    (url) => !local(url),
    (route) => route.abort(),
  );
  context.once('close', () => void browser.close());
  return context;
}

const exactly = (text: string) => new RegExp(`^${text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`);

/** Runs a command by its title, as a user would; waits for commands that are contributed late. */
export async function runCommand(page: Page, title: string, timeout = 30_000): Promise<void> {
  const deadline = Date.now() + timeout;
  const widget = page.locator('.quick-input-widget');
  for (;;) {
    await page.keyboard.press('F1');
    const input = widget.locator('input').first();
    await input.waitFor();
    await input.fill(`>${title}`);
    const label = page.locator('.label-name', { hasText: exactly(title) });
    const row = widget.locator('.monaco-list-row').filter({ has: label }).first();
    try {
      await row.waitFor({ timeout: 2000 });
      await row.click();
      return;
    } catch (error) {
      await page.keyboard.press('Escape');
      if (Date.now() > deadline) throw error;
    }
  }
}

/** The document of the nth open webview: VS Code wraps it in two frames. */
export const webview = (page: Page, nth = 0): FrameLocator =>
  page.frameLocator(`iframe.webview.ready >> nth=${nth}`).frameLocator('iframe#active-frame');

export async function toast(page: Page, text: string): Promise<Locator> {
  const item = page.locator('.notifications-toasts .notification-list-item', { hasText: text }).first();
  await item.waitFor();
  return item;
}

export async function openFile(page: Page, name: string): Promise<void> {
  await page.keyboard.press('Control+P');
  const widget = page.locator('.quick-input-widget');
  await widget.locator('input').first().fill(name);
  await widget.locator('.monaco-list-row', { hasText: name }).first().waitFor();
  await page.keyboard.press('Enter');
}

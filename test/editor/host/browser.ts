import { type BrowserContext, chromium, type FrameLocator, type Locator, type Page } from 'playwright-core';
import { requireChromium } from '../../machine/chromium.ts';

/** What takes so long never comes, however much else the machine does. */
export const patienceMs = 180_000;

/** Where no pictures are kept, nobody sees what is drawn: a quarter of the pixels do then, and nothing need spin. */
const unseen = !process.env.DISTILLERY_SCREENSHOTS;

/** A headless browser that reaches this machine only. */
export async function openBrowser(
  size = { width: 1280, height: 800 },
  { sparing = unseen } = {},
): Promise<BrowserContext> {
  const browser = await chromium.launch({
    executablePath: requireChromium(),
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
      // A route of Playwright that lets nothing else through would do without the cache, and each window begin anew.
      '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1',
    ],
  });
  const context = await browser.newContext({
    viewport: size,
    deviceScaleFactor: sparing ? 0.5 : 1,
    reducedMotion: 'reduce',
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  // What is waited for comes, and on a busy machine it comes late.
  context.setDefaultTimeout(patienceMs);
  if (sparing) await context.addInitScript(stopSpinning);
  context.once('close', () => void browser.close());
  return context;
}

/** Icons that spin while a run goes on have the whole window drawn 60 times a second. */
const stopSpinning = `if (window === window.top) {
  const style = new CSSStyleSheet();
  style.replaceSync('.codicon-modifier-spin, .monaco-progress-container .progress-bit { animation: none !important }');
  document.adoptedStyleSheets.push(style);
}`;

const exactly = (text: string) => new RegExp(`^${text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`);

/** Runs a command by its title, as a user would; waits for commands that are contributed late. */
export async function runCommand(page: Page, title: string, timeout = patienceMs): Promise<void> {
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
      await row.waitFor({ timeout: 5000 });
    } catch (error) {
      await page.keyboard.press('Escape');
      if (Date.now() > deadline) throw error;
      continue;
    }
    // Pressed once: given up after some seconds, it may have been pressed all the same, and the command would run twice.
    await row.click();
    return;
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

import { type Browser, chromium, type Page } from 'playwright-core';
import { requireChromium } from '../../machine/chromium.ts';

/**
 * A browser without a window.
 * @param scrollBars whether they take their room, as in VS Code
 * @param flags of V8
 */
export const launch = ({ scrollBars = false, flags = [] as readonly string[] } = {}): Promise<Browser> =>
  chromium.launch({
    executablePath: requireChromium(),
    // Pages of one context share a process, which compiles their scripts once.
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--renderer-process-limit=1',
      ...(flags.length > 0 ? [`--js-flags=${flags.join(' ')}`] : []),
    ],
    ignoreDefaultArgs: scrollBars ? ['--hide-scrollbars'] : [],
  });

interface SharedBrowser {
  users: number;
  started?: Promise<Browser>;
}

/** By whether scroll bars take their room. */
const shared = new Map<boolean, SharedBrowser>();

/**
 * The browser that the suites of this process share: to start one, and have it compile the page, takes seconds. Called
 * while suites are declared, so that the last of them can close it.
 */
export function useBrowser({ scrollBars = false } = {}): {
  start(): Promise<Browser>;
  leave(): Promise<void>;
} {
  const browser: SharedBrowser = shared.get(scrollBars) ?? { users: 0 };
  shared.set(scrollBars, browser);
  browser.users += 1;
  return {
    start() {
      browser.started ??= launch({ scrollBars });
      return browser.started;
    },
    async leave() {
      browser.users -= 1;
      if (browser.users === 0) await (await browser.started)?.close();
    },
  };
}

/** Everything the browser complains of on a page: errors, warnings, and what the policy blocked. */
export function complaintsOf(page: Page): string[] {
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  return complaints;
}

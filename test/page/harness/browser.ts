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

/** Everything the browser complains of on a page: errors, warnings, and what the policy blocked. */
export function complaintsOf(page: Page): string[] {
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  return complaints;
}

import { type Browser, chromium, type Page } from 'playwright-core';
import { requireChromium } from '../../machine/chromium.ts';

export const launch = (): Promise<Browser> =>
  chromium.launch({ executablePath: requireChromium(), args: ['--no-sandbox', '--disable-gpu'] });

/** Everything the browser complains of on a page: errors, warnings, and what the policy blocked. */
export function complaintsOf(page: Page): string[] {
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  return complaints;
}

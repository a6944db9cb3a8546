import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before } from 'node:test';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { bundleTestPage } from '../../../build/testing/test-page.mjs';
import { complaintsOf, useBrowser } from './browser.ts';
import { type HarnessServer, serveHarness } from './server.ts';

export interface OpenPage {
  readonly page: Page;
  /** What the browser complained of: errors, and what the policy blocked. */
  readonly complaints: string[];
}

const patienceMs = 180_000;

/** The dashboard's page in a browser for the tests of a suite, without VS Code; called within `describe`. */
export function usePages(options: { readonly scrollBars?: boolean } = {}): {
  address(): string;
  /** @param options.alone for a page that changes what all of its context have, as the clock is */
  open(query?: string, options?: { readonly alone?: boolean }): Promise<OpenPage>;
} {
  const { start, leave } = useBrowser(options);
  let own: string | undefined;
  let server: HarnessServer;
  let browser: Browser;
  let context: BrowserContext;

  before(async () => {
    // build/test.mjs has bundled it for all suites.
    let folder = process.env.DISTILLERY_TEST_PAGE;
    if (folder === undefined) {
      folder = await mkdtemp(join(tmpdir(), 'distillery-page-'));
      own = folder;
      await bundleTestPage(folder);
    }
    [server, browser] = await Promise.all([serveHarness(folder), start()]);
    // A page keeps what it stores in its own session, so that those of one context know nothing of each other. One that
    // stays open holds their process, in which the scripts are compiled already: half of what it takes to open a page.
    context = await browser.newContext();
    await (await context.newPage()).goto(`${server.address}nothing`);
  });

  // One that a failed test has left open would keep the process busy for the others.
  afterEach(async () => {
    for (const page of context.pages().slice(1)) await page.close();
  });

  after(async () => {
    await context?.close();
    await leave();
    await server?.close();
    if (own !== undefined) await rm(own, { recursive: true, force: true });
  });

  return {
    address: () => server.address,
    async open(query = '', { alone = false } = {}) {
      const page = await (alone ? browser : context).newPage();
      await page.setViewportSize({ width: 1200, height: 800 });
      // Only a page that hangs takes so long, however much else the machine does.
      page.setDefaultTimeout(patienceMs);
      const complaints = complaintsOf(page);
      await page.goto(`${server.address}?${query}`);
      return { page, complaints };
    },
  };
}

/** Chooses every run that is shown and waits for their comparison. */
export async function compareAll(page: Page): Promise<void> {
  await page.getByLabel('Select all runs shown').check();
  await page.locator('vscode-button', { hasText: 'Compare' }).click();
  await page.getByRole('heading', { name: 'Was distillation worth it?' }).first().waitFor();
  await page.locator('distillery-chart svg').first().waitFor();
}

/** Opens a run of those shown, and waits for what it has. */
export async function openRun(page: Page, index = 0): Promise<void> {
  await page.locator('button.link').nth(index).click();
  await page.locator('distillery-parameters').waitFor();
  await page.locator('distillery-chart svg').first().waitFor();
}

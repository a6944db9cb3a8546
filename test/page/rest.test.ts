import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { withoutBrowser } from '../machine/chromium.ts';
import { compareAll, usePages } from './harness/pages.ts';

/** No part of the page is drawn so often in one go, unless it is its own cause. */
const mostAtOnce = 50;
/** Frames without any work after which a page is at rest. */
const restingFrames = 10;

/**
 * Counts from now on what parts of the page draw, and all that changes in its document. A part that draws itself again and
 * again before anything else can happen is stopped, or nobody could ask any more.
 */
const watch = (page: Page) =>
  page.evaluate(`(() => {
  window.work = { done: 0, endless: [] };
  // A browser says so of sizes that follow from others too late for this frame.
  addEventListener('error', ({ message }) => work.endless.push(message));
  new MutationObserver((changes) => { work.done += changes.length; }).observe(document, {
    attributes: true, characterData: true, childList: true, subtree: true,
  });
  let parts = customElements.get('distillery-dashboard').prototype;
  while (!Object.hasOwn(parts, 'performUpdate')) parts = Object.getPrototypeOf(parts);
  const { performUpdate } = parts;
  const inOneGo = new Map();
  parts.performUpdate = function () {
    work.done += 1;
    if (inOneGo.size === 0) setTimeout(() => inOneGo.clear());
    const times = (inOneGo.get(this) ?? 0) + 1;
    inOneGo.set(this, times);
    if (times <= ${mostAtOnce}) return performUpdate.call(this);
    this.isUpdatePending = false;
    if (times === ${mostAtOnce} + 1) work.endless.push(this.localName);
  };
})()`);

/** What draws itself without end, or was an error, once nothing more is done; a page that never rests is told as such. */
const afterRest = (page: Page): Promise<string[]> =>
  page.evaluate(`new Promise((rested) => {
  let [before, still, frames] = [-1, 0, 0];
  const look = () => {
    frames += 1;
    still = work.done === before ? still + 1 : 0;
    before = work.done;
    if (still === ${restingFrames}) rested(work.endless.splice(0));
    else if (frames === 3000) rested(['the page, ' + work.done + ' times']);
    else requestAnimationFrame(look);
  };
  look();
})`);

describe('the page comes to rest', { skip: withoutBrowser, concurrency: false }, () => {
  const { open } = usePages({ scrollBars: true });

  async function atRestIn(page: Page, sizes: readonly { width: number; height: number }[]): Promise<void> {
    for (const size of sizes) {
      await page.setViewportSize(size);
      assert.deepEqual(await afterRest(page), [], `at ${size.width} × ${size.height}`);
    }
  }

  const from = (width: number, count: number, height: number) =>
    Array.from({ length: count }, (_, index) => ({ width: width + index, height }));

  test('a comparison in windows of whatever width', async () => {
    const { page } = await open('runs=12');
    await page.locator('.line.run').first().waitFor();
    await compareAll(page);
    await watch(page);
    await atRestIn(page, [...from(1060, 12, 720), ...from(616, 8, 720), ...from(1500, 4, 1000)]);
    await page.close();
  });

  test('a comparison with more curves than fit beside each other', async () => {
    const { page } = await open('runs=12');
    await page.locator('.line.run').first().waitFor();
    await page.evaluate(`harness.reset(harness.sample({ count: 40 }))`);
    await page.getByText('40 runs').first().waitFor();
    await compareAll(page);
    // A single picture of so many curves that it is high, beside low ones.
    await page.getByText('Seeds as a band').click();
    await page.locator('button.filter', { hasText: /^\s*loss\s*$/ }).click();
    await page.locator('button.filter[aria-pressed=false]', { hasText: /^\s*loss\s*$/ }).waitFor();
    await watch(page);
    await atRestIn(
      page,
      [500, 1000, 1200, 1600].map((width) => ({ width, height: 900 })),
    );
    await page.close();
  });

  test('a page that just fits into its window, where a scroll bar would come and go', async () => {
    const { page } = await open('runs=12');
    await page.locator('.line.run').first().waitFor();
    await compareAll(page);
    await watch(page);
    await atRestIn(page, [{ width: 1000, height: 900 }]);
    const height = Number(await page.evaluate('document.documentElement.scrollHeight'));
    assert.ok(height > 900, 'the page is higher than its window');
    const widths = new Set<unknown>();
    const scrolls = new Set<unknown>();
    for (const more of [-12, -8, -4, 0, 4]) {
      await atRestIn(page, [{ width: 1000, height: height + more }]);
      widths.add(await page.evaluate('document.body.getBoundingClientRect().width'));
      scrolls.add(await page.evaluate('document.documentElement.scrollHeight > innerHeight'));
    }
    assert.equal(scrolls.size, 2, 'it was scrolled, and was not');
    assert.equal(widths.size, 1, 'with a scroll bar and without');
    await page.close();
  });

  test('the overview around the width from which it is narrow', async () => {
    const { page } = await open('runs=12');
    await page.locator('.line.run').first().waitFor();
    await watch(page);
    await atRestIn(page, [...from(634, 24, 720), ...from(648, 3, 560), ...from(648, 3, 550)]);
    await page.close();
  });
});

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { withoutBrowser } from '../machine/chromium.ts';
import { compareAll, usePages } from './harness/pages.ts';

/** Pairs of texts of a picture that lie on each other. */
const overlaps = (page: Page, title: string) =>
  page
    .locator('distillery-chart', { hasText: title })
    .first()
    .evaluate((card) => {
      const texts = [...card.querySelectorAll('svg text')].map((text) => ({
        text: text.textContent,
        box: text.getBoundingClientRect(),
      }));
      return texts.flatMap(({ text, box }, index) =>
        texts
          .slice(index + 1)
          .filter(
            (other) =>
              box.left < other.box.right - 1 &&
              other.box.left < box.right - 1 &&
              box.top < other.box.bottom - 2 &&
              other.box.top < box.bottom - 2,
          )
          .map((other) => `${text} / ${other.text}`),
      );
    });

const tooltips = (page: Page) =>
  page
    .locator('distillery-curves distillery-chart svg')
    .evaluateAll((pictures) => pictures.map((picture) => /epoch [\d.]+/.exec(picture.textContent)?.[0]));

describe('charts in a browser', { skip: withoutBrowser, concurrency: false }, () => {
  const { open } = usePages();

  for (const [width, runs] of [
    [500, 15],
    [1600, 30],
  ] as const)
    test(`labels of the front lie on nothing, on a page of ${width} pixels with ${runs} runs`, async () => {
      const { page } = await open(`runs=${runs}`);
      await page.setViewportSize({ width, height: 900 });
      await page.locator('.line.run').first().waitFor();
      await compareAll(page);
      for (const title of ['Accuracy against size on disk', 'Accuracy against latency']) {
        const card = page.locator('distillery-chart', { hasText: title }).first();
        await card.scrollIntoViewIfNeeded();
        await card.locator('svg text', { hasText: 'Teacher' }).first().waitFor();
        assert.ok((await card.locator('svg text', { hasText: /^(MNIST|…)/ }).count()) >= 5);
        assert.deepEqual(await overlaps(page, title), []);
      }
      await page.close();
    });

  test('the cards of a row are of one height, and those of the last row fill it', async () => {
    const { page } = await open('runs=36');
    await page.setViewportSize({ width: 1600, height: 900 });
    await page.locator('.line.run').first().waitFor();
    await compareAll(page);
    await page.locator('distillery-curves distillery-chart svg').first().waitFor();
    const grids = await page.locator('.charts').evaluateAll((all) =>
      all.map((grid) => {
        const { right } = grid.getBoundingClientRect();
        const rows = new Map<number, { heights: Set<number>; right: number }>();
        for (const card of grid.children) {
          const box = card.getBoundingClientRect();
          const row = rows.get(Math.round(box.top)) ?? { heights: new Set(), right: 0 };
          row.heights.add(Math.round(card.firstElementChild!.getBoundingClientRect().height));
          rows.set(Math.round(box.top), { ...row, right: Math.max(row.right, box.right) });
        }
        return [...rows.values()].map((row) => ({ heights: row.heights.size, gap: right - row.right }));
      }),
    );
    assert.ok(grids.flat().length >= 3);
    for (const { heights, gap } of grids.flat()) {
      assert.equal(heights, 1);
      assert.ok(gap < 2, `${gap} pixels are empty`);
    }
    await page.close();
  });

  test('where the pointer is in one curve, all show their values there', async () => {
    const { page, complaints } = await open('runs=15');
    await page.locator('.line.run').first().waitFor();
    await compareAll(page);
    const papers = page.locator('distillery-curves .paper');
    await papers.first().scrollIntoViewIfNeeded();
    await papers.nth(1).locator('svg').waitFor();
    const box = (await papers.first().boundingBox())!;
    await page.mouse.move(box.x + box.width * 0.6, box.y + 90);
    await page.mouse.move(box.x + box.width * 0.6, box.y + 100);
    for (let looks = 0; (await tooltips(page)).slice(0, 2).includes(undefined); looks++) {
      assert.ok(looks < 2000, String(await tooltips(page)));
      await page.waitForTimeout(50);
    }
    const [one, other] = await tooltips(page);
    assert.equal(one, other);
    assert.match(
      (await papers.first().locator('svg').textContent())!,
      /layers: 9\d\.\d\d % \(\d\d\.\d\d–\d\d\.\d\d\)/,
    );
    assert.deepEqual(complaints, []);
    await page.close();
  });

  test('curves are looked at closer by keyboard, all of them together', async () => {
    const { page, complaints } = await open('runs=15');
    await page.locator('.line.run').first().waitFor();
    await compareAll(page);
    const papers = page.locator('distillery-curves .paper');
    await papers.nth(1).scrollIntoViewIfNeeded();
    await papers.nth(1).locator('svg').waitFor();
    const ticks = (index: number) =>
      papers
        .nth(index)
        .locator('svg text')
        .allTextContents()
        .then((texts) => texts.filter((text) => /^[\d.]+$/.test(text)));
    const before = await ticks(0);
    assert.ok(before.includes('12'), before.join());
    await page.getByRole('button', { name: 'Zoom in' }).focus();
    await page.keyboard.press('Enter');
    for (const index of [0, 1])
      for (let looks = 0; (await ticks(index)).includes('12'); looks++) {
        assert.ok(looks < 2000, 'the curves are as they were');
        await page.waitForTimeout(50);
      }
    await page.getByRole('button', { name: 'Show what is after' }).focus();
    await page.keyboard.press('Enter');
    await papers.first().locator('svg text', { hasText: /^12$/ }).waitFor();
    assert.ok(!(await ticks(0)).includes('0'));
    await page.getByRole('button', { name: 'Show the whole axis' }).click();
    await papers.first().locator('svg text', { hasText: /^0$/ }).first().waitFor();
    assert.deepEqual(complaints, []);
    await page.close();
  });
});

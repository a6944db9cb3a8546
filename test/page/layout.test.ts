import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { withoutBrowser } from '../machine/chromium.ts';
import { compareAll, usePages } from './harness/pages.ts';

const widths = [500, 900, 1600];

/** What a script in the page finds wrong, as sentences. */
const problems = (page: Page, script: string): Promise<string[]> => page.evaluate(`(() => { ${script} })()`);

/** Cards of a row that do not reach from one side of their place to the other. */
const holes = `return [...document.querySelectorAll('.cards, .charts')].flatMap((place) => {
  const { left, right } = place.getBoundingClientRect();
  const rows = Map.groupBy([...place.children].map((card) => card.getBoundingClientRect()), ({ top }) => Math.round(top));
  return [...rows.values()].flatMap((cards) => {
    const ends = [Math.min(...cards.map((card) => card.left)) - left, right - Math.max(...cards.map((card) => card.right))];
    return ends.some((end) => Math.abs(end) > 2) ? [place.className + ' with a hole of ' + ends.join(' and ')] : [];
  });
});`;

/** Figures of which a part is neither seen nor covered. */
const cutFigures = `return [...document.querySelectorAll('.facts dd, .tiles dd, .big, td, .outcome')].flatMap((cell) => {
  const inner = cell.scrollWidth > cell.clientWidth + 1 && getComputedStyle(cell).display !== 'inline';
  const frame = cell.closest('distillery-wide-table');
  if (inner) return ['cut within: ' + cell.textContent.trim()];
  if (!frame || cell.textContent.trim() === '') return [];
  const range = document.createRange();
  range.selectNodeContents(cell);
  const text = range.getBoundingClientRect();
  const { right } = frame.querySelector('.scroll').getBoundingClientRect();
  const cover = frame.querySelector('.more-right:not([hidden])')?.getBoundingClientRect().left ?? right;
  return text.left < cover - 1 && text.right > right + 1 ? ['cut at the right: ' + cell.textContent.trim()] : [];
});`;

/** Texts of a picture that lie over each other. */
const overlaps = `return [...document.querySelectorAll('distillery-chart svg')].flatMap((picture) => {
  const texts = [...picture.querySelectorAll('text')].map((text) => [text.textContent, text.getBoundingClientRect()]);
  return texts.flatMap(([one, a], index) => texts.slice(index + 1).flatMap(([other, b]) => {
    const width = Math.min(a.right, b.right) - Math.max(a.left, b.left);
    const height = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
    return width > 2 && height > 4 ? [one + ' over ' + other] : [];
  }));
});`;

/** Names of models beside figures that take the height of several, or are cut without a way to read them whole. */
const tallNames = `return [...document.querySelectorAll('table.figures tbody th .user-text, table.settings thead .user-text')].flatMap((name) => {
  const lines = Math.round(name.getBoundingClientRect().height / parseFloat(getComputedStyle(name).lineHeight));
  const cut = [name, ...name.children].some((part) => part.scrollHeight > part.clientHeight + 2 || part.scrollWidth > part.clientWidth + 2);
  return lines > 3 || (cut && name.title === '') ? [lines + ' lines: ' + name.textContent.trim()] : [];
});`;

describe('the layout of the page', { skip: withoutBrowser, concurrency: false }, () => {
  const { open } = usePages({ scrollBars: true });

  const comeToRest = async (page: Page) => {
    const missing = async () =>
      (await page.locator('distillery-chart').count()) - (await page.locator('distillery-chart svg').count());
    for (let looks = 0; (await missing()) > 0; looks++) {
      assert.ok(looks < 2000, 'pictures are not drawn');
      await page.waitForTimeout(50);
    }
  };

  test('no figure is cut, no row of cards has a hole, and no text of a picture covers another', async () => {
    const { page } = await open('runs=24&task=both');
    await page.locator('.line.run').first().waitFor();
    await compareAll(page);
    for (const width of widths) {
      await page.setViewportSize({ width, height: 900 });
      await comeToRest(page);
      for (const script of [holes, cutFigures, overlaps, ...(width === 500 ? [tallNames] : [])]) {
        let found = await problems(page, script);
        for (let looks = 0; found.length > 0 && looks < 2000; looks++) {
          await page.waitForTimeout(50);
          found = await problems(page, script);
        }
        assert.deepEqual(found, [], `at ${width} pixels`);
      }
      assert.ok(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), `${width}`);
      const figures = page.locator('distillery-wide-table', { has: page.locator('table.figures') }).first();
      const accuracy = figures.locator('thead th', { hasText: 'Accuracy' });
      const cover = await figures.locator('.scroll').boundingBox();
      const { x, width: wide } = (await accuracy.boundingBox())!;
      assert.ok(x + wide - 9 <= cover!.x + cover!.width, `the accuracy is seen at ${width} pixels`);
    }
    await page.close();
  });

  test('a wide table scrolled aside comes to rest with whole columns beside the names', async () => {
    const { page } = await open('runs=12');
    await page.setViewportSize({ width: 700, height: 900 });
    await page.locator('.line.run').first().waitFor();
    await compareAll(page);
    const scroll = page.locator('distillery-wide-table .scroll', { has: page.locator('table.figures') });
    for (const to of [40, 333, 1e6]) {
      await scroll.evaluate((element, left) => element.scrollTo(left, 0), to);
      const rests = () =>
        scroll.evaluate((element) => {
          const [first, ...others] = [...element.querySelectorAll('thead th')].map((head) =>
            head.getBoundingClientRect(),
          );
          return others.some(({ left }) => Math.abs(left - first!.right) < 2);
        });
      for (let looks = 0; !(await rests()); looks++) {
        assert.ok(looks < 2000, `scrolled by ${to}, a figure is half under the names`);
        await page.waitForTimeout(50);
      }
    }
    await page.close();
  });
});

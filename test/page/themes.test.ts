import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { withoutBrowser } from '../machine/chromium.ts';
import { seriousProblems } from './harness/axe.ts';
import type { Harness } from './harness/fake-host.ts';
import { compareAll, openRun, usePages } from './harness/pages.ts';
import type { ThemeName } from './harness/themes.ts';

declare const window: { harness: Harness };

describe('the page in every theme, and by keyboard', { skip: withoutBrowser, concurrency: false }, () => {
  const { open } = usePages();

  for (const theme of ['light', 'dark', 'contrast', 'contrastLight'] satisfies ThemeName[])
    test(`${theme}: nothing serious for axe and nothing blocked, in every view`, async () => {
      const { page, complaints } = await open(`theme=${theme}&runs=24&states=mixed`);
      // A theme changes colours alone.
      const rules = theme === 'light' ? undefined : ['color-contrast'];
      await page.locator('.line.run').first().waitFor();
      assert.deepEqual(await seriousProblems(page, rules), []);
      await page.locator('vscode-button', { hasText: 'Columns' }).click();
      assert.deepEqual(await seriousProblems(page, rules), []);
      await page.locator('vscode-button', { hasText: 'Done' }).click();
      await compareAll(page);
      assert.deepEqual(await seriousProblems(page, rules), []);
      await page.getByRole('button', { name: 'All runs' }).click();
      await openRun(page, 2);
      assert.deepEqual(await seriousProblems(page, rules), []);
      assert.deepEqual(complaints, []);
      assert.deepEqual(await page.evaluate(() => window.harness.wrong), []);
      await page.close();
    });

  test('a whole comparison by keyboard alone', async () => {
    const { page } = await open('runs=12');
    await page.locator('.line.run').first().waitFor();
    const focused = () =>
      page.evaluate('document.activeElement.closest("[role=row]")?.getAttribute("aria-rowindex")');
    for (let presses = 0; (await focused()) !== '1'; presses++) {
      assert.ok(presses < 12, 'Tab does not reach the runs');
      await page.keyboard.press('Tab');
    }
    await page.keyboard.press('ArrowDown');
    assert.equal(await focused(), '2');
    await page.keyboard.press('Space');
    for (let line = 0; line < 11; line++) {
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Space');
    }
    await page.getByText('12 selected').waitFor();
    const onCompare = () => page.evaluate('document.activeElement.textContent.trim() === "Compare"');
    for (let presses = 0; !(await onCompare()); presses++) {
      assert.ok(presses < 12, 'Shift+Tab does not reach Compare');
      await page.keyboard.press('Shift+Tab');
    }
    await page.keyboard.press('Enter');
    await page.locator('.verdict').first().waitFor();
    const onTable = () =>
      page.evaluate('/^Show the figures as a table/.test(document.activeElement.ariaLabel ?? "")');
    for (let presses = 0; !(await onTable()); presses++) {
      assert.ok(presses < 40, 'Tab does not reach a chart');
      await page.keyboard.press('Tab');
    }
    await page.keyboard.press('Enter');
    await page.getByRole('region', { name: 'Figures: Difference to direct training' }).waitFor();
    await page.close();
  });
});

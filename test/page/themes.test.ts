import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { withoutBrowser } from '../machine/chromium.ts';
import { seriousProblems } from './harness/axe.ts';
import type { Harness } from './harness/fake-host.ts';
import { compareAll, openRun, usePages } from './harness/pages.ts';
import type { ThemeName } from './harness/themes.ts';

declare const window: { harness: Harness };

/** Changes the theme as VS Code does, and waits until every component has its colors. */
async function wear(page: Page, theme: ThemeName): Promise<void> {
  await page.evaluate((name) => window.harness.theme(name), theme);
  await page.waitForFunction(() => {
    const style = getComputedStyle(document.body);
    const [given, taken] = ['--vscode-button-background', '--button-primary-background'].map((name) =>
      style.getPropertyValue(name).trim(),
    );
    return given === taken && document.getAnimations().length === 0;
  });
}

describe('the page in every theme, and by keyboard', { skip: withoutBrowser, concurrency: false }, () => {
  const { open } = usePages();

  test('nothing serious for axe and nothing blocked, in every view and every theme', async () => {
    const { page, complaints } = await open('theme=light&runs=15&states=mixed&exports');
    /** As one who chooses another theme while the page is open. A theme changes colors alone. */
    const serious = async (view: string) => {
      assert.deepEqual(await seriousProblems(page), [], `${view}: light`);
      for (const theme of ['dark', 'contrast', 'contrastLight', 'light'] satisfies ThemeName[]) {
        await wear(page, theme);
        if (theme !== 'light')
          assert.deepEqual(await seriousProblems(page, ['color-contrast']), [], `${view}: ${theme}`);
      }
    };
    await page.locator('.line.run').first().waitFor();
    await serious('overview');
    await page.locator('vscode-button', { hasText: 'Columns' }).click();
    await serious('columns');
    await page.locator('vscode-button', { hasText: 'Done' }).click();
    await compareAll(page);
    await serious('comparison');
    await page.getByRole('button', { name: 'All runs' }).click();
    await openRun(page, 1);
    await page
      .getByRole('region', { name: /^Files of student in / })
      .first()
      .waitFor();
    await serious('run');
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

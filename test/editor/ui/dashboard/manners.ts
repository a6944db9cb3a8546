import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { AxeResults } from 'axe-core';
import type { FrameLocator, Page } from 'playwright-core';
import { openBrowser, runCommand, webview } from '../../host/browser.ts';
import { documentOf, project, stage, step } from './stage.ts';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Nothing that axe-core calls serious, in the webview of VS Code with its real theme. */
export async function nothingSerious(board: FrameLocator, where: string): Promise<void> {
  const frame = await documentOf(board);
  await frame.evaluate(axe);
  const { violations } = (await frame.evaluate("axe.run({ resultTypes: ['violations'] })")) as AxeResults;
  assert.deepEqual(
    violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => `${where}: ${id} ${nodes[0]!.html.slice(0, 160)} ${nodes[0]!.failureSummary}`),
    [],
  );
}

/** Presses a key until what has the focus is what is looked for, as somebody without a mouse does. */
async function pressUntil(
  page: Page,
  key: string,
  found: () => Promise<boolean>,
  most: number,
): Promise<void> {
  for (let presses = 0; !(await found()); presses++) {
    assert.ok(presses < most, `${key} does not lead there in ${most} presses`);
    await page.keyboard.press(key);
  }
}

export function mannersSteps(): void {
  step('without runs the dashboard says what to do', async () => {
    const folder = join(dirname(project), 'empty');
    mkdirSync(folder);
    const browser = await openBrowser();
    try {
      const page = await stage.window(browser, folder);
      await runCommand(page, 'Distillery: Open Dashboard');
      const board = webview(page);
      await board.getByRole('heading', { name: 'No runs yet' }).waitFor();
      await nothingSerious(board, 'empty');
    } finally {
      await browser.close();
    }
  });

  step('a whole comparison by keyboard alone, from the command to the figures of a chart', async () => {
    const { page } = stage;
    await page.keyboard.press('F1');
    await page.locator('.quick-input-widget input').first().waitFor();
    await page.keyboard.type('Distillery: Open Dashboard');
    const chosen = page.locator('.quick-input-widget .monaco-list-row.focused');
    await chosen.filter({ hasText: 'Open Dashboard' }).waitFor();
    await page.keyboard.press('Enter');
    stage.board = await stage.opened();
    await stage.lines.nth(5).waitFor();
    // Room for the dashboard.
    await page.keyboard.press('Control+B');
    const frame = await documentOf(stage.board);
    const active = (look: string) => async () =>
      Boolean(await frame.evaluate(`document.activeElement?.${look}`));
    await pressUntil(
      page,
      'Tab',
      active('closest(".head") !== null && document.activeElement.matches("button, input")'),
      20,
    );
    for (let line = 0; line < 6; line++) {
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Space');
    }
    await stage.board.getByText('6 selected').waitFor();
    await nothingSerious(stage.board, 'overview');
    await pressUntil(page, 'Shift+Tab', active('textContent.trim() === "Compare"'), 20);
    await page.keyboard.press('Enter');
    await stage.board.locator('.verdict').first().waitFor();
    await stage.board.locator('distillery-chart svg').first().waitFor();
    await nothingSerious(stage.board, 'compare');
    await pressUntil(page, 'Tab', active('ariaLabel?.startsWith("Show the figures as a table")'), 60);
    await page.keyboard.press('Enter');
    await stage.board
      .getByRole('region', { name: /^Figures: / })
      .first()
      .waitFor();
    await nothingSerious(stage.board, 'compare, with a table');
    await pressUntil(page, 'Shift+Tab', active('textContent.trim() === "All runs"'), 80);
    await page.keyboard.press('Enter');
    await pressUntil(page, 'Tab', active('closest(".line.run, .head") !== null'), 30);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await stage.board.getByRole('region', { name: 'Figures of the models' }).waitFor();
    await nothingSerious(stage.board, 'one run');
    await stage.allRuns();
    await stage.board.getByRole('button', { name: 'Select none' }).click();
  });
}

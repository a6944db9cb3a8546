import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from '../../host/browser.ts';
import { drag, picture, row, seen } from '../window.ts';
import { compared, day, figures, project, step, themes } from './day.ts';

/** Runs side by side in the dashboard. */
export function comparingSteps(): void {
  step('two runs are compared by keyboard', async () => {
    const { page } = day;
    const rows = page.getByRole('treeitem', { name: /^seed 1, completed/ });
    const compare = async () => {
      // The extension hears of a selection in its own time; a key that comes before finds one run, or none.
      for (let attempt = 1; ; attempt++)
        try {
          await rows.nth(0).click();
          await rows.nth(1).click({ modifiers: ['Control'] });
          await page.waitForTimeout(500);
          await page.keyboard.press('Control+D');
          await seen(page.locator('.tab.active', { hasText: 'Comparison' }), 20_000);
          break;
        } catch (error) {
          if (attempt === 5) throw error;
        }
      await seen(page.locator('iframe.webview.ready').first());
    };
    await compare();
    if (!process.env.DISTILLERY_SCREENSHOTS) return;
    await page.waitForTimeout(2000);
    for (const [name, theme] of Object.entries(themes)) {
      mkdirSync(join(project, '.vscode'), { recursive: true });
      writeFileSync(
        join(project, '.vscode/settings.json'),
        JSON.stringify({ 'workbench.colorTheme': theme, 'window.autoDetectColorScheme': false }),
      );
      await page.waitForTimeout(2500);
      await picture(page, `6-compare-${name}`);
      await runCommand(page, 'View: Close All Editors');
      await row(page, /^Experiment digits-response\.distill\.json,/).click();
      await seen(page.locator('.tab.active', { hasText: 'digits-response.distill.json' }));
      await page.waitForTimeout(700);
      await picture(page, `7-explorer-${name}`);
      await rows.nth(0).hover();
      await page.waitForTimeout(1500);
      await picture(page, `8-tooltip-${name}`);
      await compare();
      await page.waitForTimeout(1000);
    }
    rmSync(join(project, '.vscode'), { recursive: true });
  });

  step('a run that is dragged from the tree into the dashboard is compared too', async () => {
    const { page } = day;
    await seen(page.locator('.tab.active', { hasText: 'Comparison' }));
    await figures().waitFor();
    assert.equal(await compared(), 2);
    // Where the window is late in drawing, what is dragged falls beside its place, as it may for a person.
    for (let attempt = 1; (await compared()) !== 3; attempt++) {
      assert.ok(attempt <= 5, `${await compared()} runs are compared`);
      await drag(page, row(page, /^seed 2, completed/), page.locator('.editor-group-container.active'));
      for (const deadline = Date.now() + 20_000; Date.now() < deadline && (await compared()) !== 3; )
        await page.waitForTimeout(300);
    }
    const tabs = await page.locator('.tabs-container .tab').allTextContents();
    assert.deepEqual(tabs.filter((tab) => /Comparison|runs/.test(tab)).length, 1, tabs.join());
    await picture(page, '8-dropped');
  });
}

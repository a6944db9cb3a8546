import assert from 'node:assert/strict';
import { runCommand } from '../../host/browser.ts';
import { picture, tick } from '../window.ts';
import { expectSoon, runs, stage, step } from './stage.ts';

/** How long the dashboard is hidden: with patience five minutes. */
const hiddenMs = process.env.DISTILLERY_PATIENCE ? 300_000 : 2000;

export function comebackSteps(): void {
  const curve = () => stage.board.locator('distillery-curves distillery-chart svg').first().innerHTML();
  let title: string | null = null;
  const isThere = async () => {
    stage.board = await stage.opened();
    await stage.board.locator('.run-head h1', { hasText: /epochs \d+/ }).waitFor();
    assert.equal(await stage.board.locator('.run-head h1').textContent(), title);
    await stage.board.locator('distillery-curves distillery-chart svg').first().waitFor();
  };

  step(`hidden for ${hiddenMs / 1000} seconds, the view comes back as it was, and up to date`, async () => {
    title = await stage.board.locator('.run-head h1').textContent();
    const { page } = stage;
    const before = await curve();
    await runCommand(page, 'File: New Untitled Text File');
    await page.waitForTimeout(hiddenMs);
    await runCommand(page, 'View: Close Editor');
    await isThere();
    await expectSoon(async () => (await curve()) !== before);
    const then = await curve();
    await expectSoon(async () => (await curve()) !== then);
  });

  step('the view comes back in another column, and when the window is reloaded', async () => {
    const { page } = stage;
    await runCommand(page, 'File: New Untitled Text File');
    await runCommand(page, 'View: Open Previous Editor');
    await isThere();
    await runCommand(page, 'View: Move Editor into Next Group');
    await isThere();
    assert.equal(await page.locator('.editor-group-container').count(), 2);
    await runCommand(page, 'Developer: Reload Window');
    await page.locator('iframe.webview').first().waitFor({ state: 'detached' });
    await isThere();
    await stage.board.locator('.run-facts', { hasText: /train \d+ %/ }).waitFor();
  });

  step('the view comes back when the browser is reloaded right after it was moved', async () => {
    const { page } = stage;
    // Another run, and another column, which VS Code has not written down yet.
    await stage.allRuns();
    // By its whole name: in a narrow column only what tells it from others is shown.
    await stage.lines.getByRole('button', { name: 'epochs 90000' }).first().click();
    const heading = stage.board.locator('.run-head h1', { hasText: 'epochs 90000' });
    await heading.waitFor();
    title = await heading.textContent();
    // Its tab has the name of the run as soon as the extension knows where the dashboard is.
    await page.locator('.tab', { hasText: 'epochs 90000' }).waitFor();
    await runCommand(page, 'View: Move Editor into Previous Group');
    await page.waitForTimeout(2000);
    await page.reload();
    await isThere();
    const then = await curve();
    await expectSoon(async () => (await curve()) !== then);
  });

  step('a second dashboard shows the same; stopped there, the runs end in both', async () => {
    const { page } = stage;
    await stage.allRuns();
    await runCommand(page, 'File: New Untitled Text File');
    await runCommand(page, 'View: Move Editor into Next Group');
    await runCommand(page, 'Distillery: Open Dashboard');
    await page.locator('iframe.webview.ready').nth(1).waitFor();
    const both = [await stage.opened(0), await stage.opened(1)];
    for (const one of both) await one.getByText('8 runs, 2 running').waitFor();
    await picture(page, 'dashboard-two');
    await tick(both[1]!.getByRole('checkbox', { name: 'Select all runs shown' }));
    await both[1]!.locator('vscode-button', { hasText: /^\s*Stop\s*$/ }).click();
    await expectSoon(async () => (await runs()).every(({ state }) => state !== 'running'));
    for (const one of both) await one.locator('.line.run').filter({ hasText: 'stopped' }).nth(1).waitFor();
  });
}

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { withoutBrowser } from '../machine/chromium.ts';
import { seriousProblems } from './harness/axe.ts';
import type { Harness } from './harness/fake-host.ts';
import { compareAll, usePages } from './harness/pages.ts';

declare const window: { harness: Harness };

describe('all runs in a browser', { skip: withoutBrowser, concurrency: false }, () => {
  const { open, address } = usePages();

  test('no runs, late runs and filters that let nothing through have a state of their own', async () => {
    const { page, complaints } = await open('runs=0', { alone: true });
    await page.getByRole('heading', { name: 'No runs yet' }).waitFor();
    assert.deepEqual(await seriousProblems(page), []);
    // Ways on from here.
    for (const name of ['New Experiment', 'Create Sample Project'])
      await page.locator('vscode-button', { hasText: name }).click();
    const sent = await page.evaluate(() =>
      window.harness.sent.slice(-2).map((one) => (one.kind === 'command' ? one.name : one.kind)),
    );
    assert.deepEqual(sent, ['newExperiment', 'createSampleProject']);
    await page.goto(`${address()}?silent&theme=dark`);
    await page.getByText('Reading runs').waitFor();
    assert.deepEqual(await seriousProblems(page), []);
    await page.clock.install();
    await page.goto(`${address()}?silent`);
    await page.clock.fastForward(11_000);
    await page.getByRole('heading', { name: 'The extension has not answered' }).waitFor();
    await page.evaluate(() => {
      window.harness.silent = false;
    });
    await page.locator('vscode-button', { hasText: 'Try Again' }).click();
    await page.clock.fastForward(500);
    await page.locator('.line.run').first().waitFor();
    await page.getByRole('combobox', { name: 'Filter runs' }).fill('no such run');
    await page.clock.fastForward(500);
    await page.getByRole('heading', { name: 'No run matches' }).waitFor();
    assert.deepEqual(complaints, []);
    await page.close();
  });

  test('five thousand runs: only what is seen is in the document', async () => {
    const { page } = await open('runs=5000');
    await page.locator('.line.run').first().waitFor();
    await page.getByText('5,000 runs').waitFor();
    assert.ok((await page.locator('.line.run').count()) < 60);
    await page.locator('.grid').evaluate((grid) => grid.scrollTo(0, 1e9));
    await page.locator('.line[aria-rowindex="5001"]').waitFor();
    assert.ok((await page.locator('.line.run').count()) < 60);
    await page.close();
  });

  test('the cell with the focus keeps it while the runs are scrolled, and arrow keys go on from there', async () => {
    const { page } = await open('runs=500');
    const name = page.locator('.line[aria-rowindex="4"] .cell[aria-colindex="2"]');
    await name.focus();
    const focused = () =>
      page.evaluate('document.activeElement.closest("[role=row]")?.getAttribute("aria-rowindex")');
    await page.locator('.grid').evaluate((grid) => grid.scrollTo(0, 6000));
    await page.locator('.line[aria-rowindex="210"]').waitFor();
    // At rest the rows are in the document as they are read.
    const inOrder = () =>
      page
        .locator('.line.run')
        .evaluateAll((lines) =>
          lines.every(
            (line, index) =>
              index === 0 || Number(line.ariaRowIndex) > Number(lines[index - 1]!.ariaRowIndex),
          ),
        );
    for (let looks = 0; !(await inOrder()); looks++) {
      assert.ok(looks < 2000, 'the rows stay out of order');
      await page.waitForTimeout(50);
    }
    assert.equal(await focused(), '4');
    await page.keyboard.press('ArrowDown');
    assert.equal(await focused(), '5');
    await page.locator('.line[aria-rowindex="5"]').waitFor();
    assert.ok(await page.locator('.grid').evaluate((grid) => grid.scrollTop < 200));
    await page.close();
  });

  test('what is being read does not move; when nobody reads, the order is right again', async () => {
    const { page } = await open('runs=6');
    const first = page.locator('.line[aria-rowindex="2"]');
    await first.waitFor();
    await page.getByRole('columnheader', { name: 'Seed' }).getByRole('button').click();
    const before = await first.textContent();
    await page.evaluate(() => {
      const { runs, configs } = window.harness.snapshot();
      const changed = runs.map((row) => ({ ...row, seed: 9 - row.seed, note: 'changed' }));
      window.harness.tell({
        kind: 'notification',
        name: 'changes',
        changes: { runs: changed, configs, removed: [] },
      });
    });
    await page.locator('.line[aria-rowindex="2"] .cell.number', { hasText: '9' }).first().waitFor();
    const name = (text: string | null) => text!.match(/MNIST[^%]*?(?=✓|completed|\s{3})/)![0];
    assert.equal(name(await first.textContent()), name(before));
    await page.evaluate('document.activeElement.blur()');
    await page.mouse.move(2, 2);
    await page.locator('.line[aria-rowindex="2"] .cell.number', { hasText: '7' }).first().waitFor();
    await page.close();
  });

  test('reloaded, the page is where it was, as it was', async () => {
    const { page } = await open('runs=12');
    await page.locator('.line.run').first().waitFor();
    await compareAll(page);
    await page.reload();
    await page.locator('.verdict').first().waitFor();
    await page.getByRole('button', { name: 'All runs' }).click();
    await page.getByText('12 selected').waitFor();
    await page.close();
  });
});

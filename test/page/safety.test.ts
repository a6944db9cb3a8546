import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { withoutBrowser } from '../machine/chromium.ts';
import type { Harness } from './harness/fake-host.ts';
import { compareAll, openRun, usePages } from './harness/pages.ts';

declare const window: { harness: Harness; alerted?: boolean };

describe('the page in a browser holds off what is foreign', {
  skip: withoutBrowser,
  concurrency: false,
}, () => {
  const { open } = usePages();

  test('hostile names are shown as they are, and run nothing', async () => {
    const names = [
      '<img src=x onerror="window.alerted=true"><script>window.alerted=true</script>',
      `"'><svg onload=window.alerted=true>`,
      'a\u202egpj.exe \u2066ناقل المعرفة',
      'long '.repeat(2000),
    ];
    const { page, complaints } = await open('runs=0');
    await page.getByRole('heading', { name: 'No runs yet' }).waitFor();
    await page.evaluate((hostile) => {
      window.harness.reset(window.harness.sample({ count: 12, names: hostile }));
    }, names);
    await page.locator('.line.run').first().waitFor();
    assert.ok(
      (await page.locator('.line.run').allTextContents()).some((text) => text.includes('<img src=x')),
    );
    assert.ok(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'));
    await compareAll(page);
    assert.ok(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'));
    await page.getByRole('button', { name: 'All runs' }).click();
    await openRun(page, 0);
    assert.ok(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'));
    assert.equal(await page.evaluate(() => window.alerted), undefined);
    assert.deepEqual(complaints, []);
    await page.close();
  });

  test('the policy blocks a script that gets in nevertheless', async () => {
    const { page, complaints } = await open('runs=1');
    await page.evaluate(`{
      const script = document.createElement('script');
      script.textContent = 'window.alerted = true';
      document.body.append(script);
      document.body.insertAdjacentHTML('beforeend', '<b style="color:red">x</b><img src="https://evil.example/x.png" onerror="window.alerted = true">');
    }`);
    for (let looks = 0; complaints.length < 3; looks++) {
      assert.ok(looks < 2000, complaints.join('\n'));
      await page.waitForTimeout(50);
    }
    assert.equal(await page.evaluate(() => window.alerted), undefined);
    await page.close();
  });

  test('messages of a wrong shape leave the page as it is', async () => {
    const { page } = await open('runs=6');
    await page.locator('.line.run').first().waitFor();
    await page.evaluate(() => {
      for (const message of [
        null,
        'x',
        {},
        { kind: 'notification', name: 'snapshot', snapshot: { runs: 7 } },
      ])
        window.harness.tell(message);
      window.harness.tell({ kind: 'response', id: 999, result: {} });
    });
    await page.waitForTimeout(250);
    assert.equal(await page.locator('.line.run').count(), 6);
    await page.close();
  });

  test('a run that is removed while it is shown, or compared, leaves a page that says so', async () => {
    const { page, complaints } = await open('runs=6');
    await page.locator('.line.run').first().waitFor();
    await openRun(page, 0);
    const remove = (runs: string[]) =>
      page.evaluate((removed) => {
        window.harness.tell({
          kind: 'notification',
          name: 'changes',
          changes: { runs: [], configs: {}, removed },
        });
      }, runs);
    const ids = await page.evaluate(() => window.harness.runs.map((run) => run.id));
    await remove([ids.at(-1)!]);
    await page.getByRole('heading', { name: 'This run is not there' }).waitFor();
    await page.locator('vscode-button', { hasText: 'All Runs' }).click();
    await compareAll(page);
    await remove([ids[0]!]);
    await page.getByText('1 of the chosen runs has been removed').waitFor();
    await remove(ids);
    await page.getByRole('heading', { name: 'Nothing to compare' }).waitFor();
    assert.deepEqual(complaints, []);
    await page.close();
  });
});

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { withoutBrowser } from '../machine/chromium.ts';
import { seriousProblems } from './harness/axe.ts';
import type { Harness } from './harness/fake-host.ts';
import { compareAll, usePages } from './harness/pages.ts';

declare const window: { harness: Harness };

const grid = (page: Page) => page.getByRole('grid', { name: 'Samples and answers' });
const lines = (page: Page) => grid(page).locator('.answer-body [role="row"]');
const tile = (page: Page, name: string) =>
  page.locator('.answer-tiles .card', { hasText: name }).first().locator('dd').innerText();

async function openAnswers(page: Page): Promise<void> {
  await page.locator('.line.run button.link').first().click();
  await lines(page).locator('.good, .bad').first().waitFor();
}

describe('what two models answered', { skip: withoutBrowser, concurrency: false }, () => {
  const { open } = usePages();

  test('ten thousand samples scroll, with few in the document and as few asked for', async () => {
    const { page, complaints } = await open('runs=2&answers=digits&samples=10000');
    await openAnswers(page);
    assert.equal(await grid(page).getAttribute('aria-rowcount'), '10001');
    await lines(page).first().locator('img[alt^="Picture"]').waitFor();
    for (const share of [0.3, 0.6, 1]) {
      await grid(page).evaluate((list, to) => list.scrollTo(0, to * list.scrollHeight), share);
      const seen = Math.round(share * 9000);
      await page.waitForFunction(
        (from) =>
          [...document.querySelectorAll('.answer-body [role="row"]:not([aria-busy])')].some(
            (row) => Number((row as HTMLElement).dataset.index) >= from && row.querySelector('img'),
          ),
        seen,
      );
      assert.ok((await lines(page).count()) < 40);
    }
    const asked = await page.evaluate(() => {
      const requests = window.harness.sent.filter((one) => one.kind === 'request');
      return {
        pages: requests.filter(({ method }) => method === 'answers').length,
        samples: requests.flatMap((one) => (one.method === 'samples' ? one.parameters.positions : [])).length,
      };
    });
    assert.ok(asked.pages <= 12 && asked.samples < 400, JSON.stringify(asked));
    assert.deepEqual(await page.evaluate(() => window.harness.wrong), []);
    assert.deepEqual(complaints, []);
    await page.close();
  });

  test('filters leave what they say, with its figures, and a mistake in one is told', async () => {
    const { page } = await open('runs=2&answers=mails&samples=300');
    await openAnswers(page);
    assert.match(await tile(page, 'student right'), /^9\d\.\d+ %\s+8\d.* … 9\d/);
    assert.match(await tile(page, 'McNemar'), /p = /);
    const only = Number(await tile(page, 'Only student wrong'));
    await page.locator('vscode-dropdown[aria-label="Show"]').click();
    await page.getByRole('option', { name: 'Only student wrong' }).click();
    await page.getByText('Chosen by what was answered').waitFor();
    assert.equal(await grid(page).getAttribute('aria-rowcount'), String(only + 1));
    assert.match(await tile(page, 'Samples'), new RegExp(`^${only}\\s+of 300`));
    assert.equal(await page.locator('.answer-tiles .card', { hasText: 'McNemar' }).count(), 0);
    const filter = page.locator('vscode-text-field[aria-label="Filter samples"] input');
    await filter.fill('offer column.sender:ada b.confidence > 60%');
    await page.waitForFunction(
      (before) => Number(document.querySelector('.answer-list')?.getAttribute('aria-rowcount')) < before,
      only + 1,
    );
    for (const text of await lines(page).locator('.excerpt').allInnerTexts()) assert.match(text, /offer/);
    await filter.fill('studnt=wrong');
    await page.getByRole('alert').filter({ hasText: 'no field “studnt”' }).waitFor();
    await filter.fill('no such words anywhere');
    await page.getByText('No sample is what the filter asks for.').waitFor();
    await page.close();
  });

  test('keys lead through the samples and to what is shown of one, whose text stays text', async () => {
    const { page } = await open('runs=2&answers=mails&samples=300');
    await openAnswers(page);
    const focused = () => page.evaluate(() => document.activeElement?.getAttribute('aria-rowindex'));
    await lines(page).first().focus();
    await page.keyboard.press('ArrowDown');
    assert.equal(await focused(), '3');
    await page.keyboard.press('End');
    await page.waitForFunction(() => document.activeElement?.getAttribute('aria-rowindex') === '301');
    await lines(page).last().locator('.excerpt').waitFor();
    await page.keyboard.press('Home');
    await page.waitForFunction(() => document.activeElement?.getAttribute('aria-rowindex') === '2');
    await page.locator('vscode-dropdown[aria-label="Label"]').click();
    await page.getByRole('option', { name: 'spam' }).click();
    const detail = page.locator('.sample-detail');
    await detail.locator('.full-text', { hasText: 'Buy <b>now</b> & save' }).waitFor();
    assert.equal(await page.locator('.sample-detail b, .answer-line b').count(), 0);
    await lines(page).first().focus();
    await page.keyboard.press('Enter');
    assert.match(
      (await page.evaluate(() => document.activeElement?.getAttribute('aria-label'))) ?? '',
      /^Sample 60/,
    );
    await page.keyboard.press('Escape');
    assert.equal(await focused(), '2');
    assert.deepEqual(await seriousProblems(page), []);
    await page.close();
  });

  test('changed data hides the samples, not the answers; runs without answers have no such panel', async () => {
    const { page } = await open('runs=2&answers=mails&samples=50&changed');
    await openAnswers(page);
    await page
      .getByText('The samples cannot be shown, only what was answered to them. The data has changed')
      .waitFor();
    assert.match(await lines(page).first().innerText(), /ham|spam/);
    await page.close();
    const { page: without } = await open('runs=2');
    await without.locator('.line.run button.link').first().click();
    await without.getByRole('heading', { name: 'Worker log' }).waitFor();
    assert.equal(await without.getByRole('heading', { name: 'What the two answered' }).count(), 0);
    await without.close();
  });

  test('two runs lie side by side in their comparison', async () => {
    const { page, complaints } = await open('runs=3&answers=digits&samples=200');
    await page.locator('.line.run').first().waitFor();
    await compareAll(page);
    await page.getByRole('heading', { name: 'What they answered' }).waitFor();
    await lines(page).first().waitFor();
    const heads = await grid(page).getByRole('columnheader').allInnerTexts();
    assert.match(heads[2]!, /MNIST/);
    assert.match(heads[3]!, /MNIST/);
    assert.notEqual(heads[2], heads[3]);
    assert.match(await tile(page, 'McNemar'), /p = /);
    assert.deepEqual(complaints, []);
    await page.close();
  });
});

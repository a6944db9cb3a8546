import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { compareRuns } from '../../src/compare/figures.ts';
import { formatBytes, formatPercent, formatRatio } from '../../src/compare/formatting.ts';
import { toJson } from '../../src/compare/reports/json.ts';
import { differenceText } from '../../src/compare/verdicts/verdict-text.ts';
import { withoutBrowser } from '../machine/chromium.ts';
import { seriousProblems } from './harness/axe.ts';
import type { Harness } from './harness/fake-host.ts';
import { compareAll, openRun, usePages } from './harness/pages.ts';
import { sampleRuns } from './harness/sample-data.ts';

declare const window: { harness: Harness; alerted?: boolean };

describe('a comparison in a browser', { skip: withoutBrowser, concurrency: false }, () => {
  const { open } = usePages();

  test('every figure on the screen is that of compare --json', async () => {
    const { page } = await open('runs=12');
    await page.locator('.line.run').first().waitFor();
    const shown = new Map(
      await page.locator('.line.run').evaluateAll((lines) =>
        lines.map((line) => {
          const cells = [...line.querySelectorAll('.cell')].map((cell) =>
            cell.textContent.trim().replace(/\s+/g, ' '),
          );
          const name = line.querySelector('.user-text')!.textContent;
          return [`${name} ${cells[4]} ${cells[6]}`, cells] as const;
        }),
      ),
    );
    const entries = toJson(compareRuns(sampleRuns({ count: 12 })));
    assert.equal(shown.size, 12);
    for (const entry of entries) {
      const cells = shown.get(`${entry.experiment} ${entry.seed} ${formatPercent(entry.student!.accuracy)}`);
      assert.ok(cells, `${entry.experiment} ${entry.seed}`);
      for (const figure of [
        formatPercent(entry.teacher!.accuracy),
        formatPercent(entry.retention),
        formatPercent(entry.agreement),
        formatBytes(entry.student!.bytes),
        formatRatio(entry.compressionRatio),
      ])
        assert.ok(cells.includes(figure), `${figure} in ${cells.join(' | ')}`);
    }
    await compareAll(page);
    const verdicts = await page.locator('.verdict').allTextContents();
    const { verdicts: expected } = compareRuns(sampleRuns({ count: 12 }));
    assert.equal(verdicts.length, expected.length);
    for (const [index, verdict] of expected.entries()) assert.ok(verdicts[index]!.includes(verdict.outcome));
    await page.getByRole('button', { name: 'Copy Markdown' }).click();
    const copied = await page.waitForFunction(() =>
      window.harness.sent.find((one) => one.kind === 'command' && one.name === 'copy'),
    );
    assert.match(((await copied.jsonValue()) as { text: string }).text, /^\| Model \|/);
    await page.close();
  });

  test('language models go on with texts side by side, and what they write is only text', async () => {
    const { page, complaints } = await open('task=language');
    await page.locator('.line.run').first().waitFor();
    await compareAll(page);
    const list = page.locator('.continuations');
    await list.locator('li').nth(1).waitFor();
    assert.deepEqual(await list.locator('li').first().locator('dt').allInnerTexts(), [
      'The text itself',
      'Teacher, gpt2 4×128',
      'Moby Dick, direct',
      'Moby Dick, sequence',
    ]);
    assert.match(await list.locator('li').first().innerText(), /whale, and <img src=x onerror=/);
    assert.deepEqual(await seriousProblems(page), []);
    await page.getByRole('button', { name: 'All runs' }).click();
    await openRun(page);
    assert.deepEqual(await page.locator('.continuations li').first().locator('dt').allInnerTexts(), [
      'The text itself',
      'Teacher',
      'Student',
    ]);
    assert.equal(await page.evaluate(() => window.alerted), undefined);
    assert.deepEqual(complaints, []);
    await page.close();
  });

  test('sureness, disagreement and layers have pictures, with the figures that were recorded', async () => {
    const { page } = await open('runs=15');
    await page.locator('.line.run').first().waitFor();
    await compareAll(page);
    for (const title of [
      'Confidence against accuracy',
      'Where they disagree: MNIST, from the teacher’s layers',
      'Layers, feature: MNIST, from the teacher’s layers',
    ])
      await page.locator('distillery-chart h3', { hasText: title }).waitFor();
    await page.getByRole('button', { name: 'Show the figures as a table: Layers, feature' }).click();
    const table = page.getByRole('region', { name: 'Figures: Layers, feature' });
    // Where the sample curves end.
    const last = (low: number, high: number, decay: number) => (low + high * Math.exp(-decay)).toPrecision(3);
    assert.deepEqual(await table.locator('tbody td:nth-child(4)').allInnerTexts(), [
      last(0.3, 0.9, 5),
      last(0.7, 0.8, 3),
    ]);
    await page.getByRole('button', { name: 'Save as JSON' }).click();
    const saved = await page.evaluate(() => window.harness.sent.at(-1));
    assert.equal(saved?.kind === 'command' && saved.name === 'saveReport' && saved.format, 'json');
    await page.close();
  });

  test('a doubt is seen with its reason in the overview, the comparison and the run', async () => {
    const { page, complaints } = await open('runs=15&doubts');
    await page.locator('.line.run').first().waitFor();
    const reason = 'The teacher answers 11.3 % of the test samples correctly';
    const marks = page.locator('.line.run .doubt');
    assert.equal(await marks.count(), 3);
    assert.match((await marks.first().getAttribute('aria-label'))!, new RegExp(reason));
    await compareAll(page);
    assert.equal(await page.locator('table.figures .doubt').count(), 1);
    const card = page.locator('.verdict', { hasText: reason });
    await card.waitFor();
    assert.equal(await card.count(), 1);
    assert.match(await card.innerText(), /results of this strategy are in doubt/);
    assert.deepEqual(await seriousProblems(page), []);
    await page.getByRole('button', { name: 'All runs' }).click();
    await page.locator('.line.run:has(.doubt) button.link').first().click();
    await page.locator('.run-head .doubts', { hasText: reason }).waitFor();
    assert.deepEqual(await seriousProblems(page), []);
    assert.deepEqual(complaints, []);
    await page.close();
  });

  test('runs on different data are compared in sections, each with its own figures, charts and curves', async () => {
    const { page, complaints } = await open('runs=12&task=both');
    await page.locator('.line.run').first().waitFor();
    await compareAll(page);
    const sections = page.locator('section.data');
    assert.equal(await sections.count(), 2);
    const text = async (index: number, selector: string) =>
      (await sections.nth(index).locator(selector).allInnerTexts()).join('\n');
    assert.match(await text(0, 'h2'), /^MNIST\s+image classification/);
    assert.match(await text(1, 'h2'), /^Moby Dick\s+language modeling/);
    assert.doesNotMatch(await text(0, 'table.figures'), /Moby Dick|Perplexity/);
    assert.doesNotMatch(await text(1, 'table.figures'), /MNIST/);
    await sections.nth(1).locator('distillery-curves distillery-chart h3').first().waitFor();
    assert.match(await text(0, 'distillery-chart h3'), /Accuracy by strategy/);
    assert.doesNotMatch(await text(0, 'distillery-chart h3'), /Perplexity/);
    assert.match(await text(1, 'distillery-chart h3'), /Perplexity by strategy/);
    assert.match(await text(1, '.verdict'), /INCONCLUSIVE/);
    // Curves of both are followed.
    const watched = await page.evaluate(
      () => window.harness.sent.findLast((one) => one.kind === 'command' && one.name === 'watch')!,
    );
    assert.equal((watched as { runs: readonly string[] }).runs.length, 14);
    await page.locator('nav.sections button', { hasText: 'Moby Dick' }).click();
    assert.equal(await page.evaluate('document.activeElement.id'), await sections.nth(1).getAttribute('id'));
    assert.deepEqual(await seriousProblems(page), []);
    assert.deepEqual(complaints, []);
    await page.close();
  });

  test('many verdicts are summed up before the table, chosen by outcome and name, and shown as cards on demand', async () => {
    const { page, complaints } = await open('runs=180');
    await page.locator('.line.run').first().waitFor();
    await compareAll(page);
    const { verdicts, groups } = compareRuns(sampleRuns({ count: 180 }));
    const count = (outcome: string) => verdicts.filter((one) => one.outcome === outcome).length;
    assert.ok(groups.length > 50 && count('BEATS') > 12);
    const chip = (outcome: string) =>
      page.getByRole('button', { name: new RegExp(`^\\d+\\s+${outcome}`), pressed: undefined });
    assert.equal(await page.locator('.verdict').count(), 0);
    for (const outcome of ['BEATS', 'DOES NOT BEAT', 'INCONCLUSIVE'])
      assert.match(await chip(outcome).innerText(), new RegExp(`^${count(outcome)}\\b`));
    const rows = page.locator('table.figures tbody tr');
    assert.equal(await rows.count(), 50);
    await page.locator('vscode-button', { hasText: 'Show All Rows' }).click();
    assert.equal(await rows.count(), groups.length + 1);

    // By keyboard: the switch, then the first cards.
    await chip('DOES NOT BEAT').focus();
    await page.keyboard.press('Enter');
    const status = page.locator('p[role=status]');
    await status.filter({ hasText: `${count('DOES NOT BEAT')} of ${verdicts.length} strategies.` }).waitFor();
    assert.equal(await rows.locator('.outcome', { hasText: /^\s*BEATS/ }).count(), 0);
    await page.locator('vscode-button', { hasText: /Show \d+ Cards/ }).focus();
    await page.keyboard.press('Enter');
    await page.locator('.verdict').first().waitFor();
    assert.equal(await page.locator('.verdict').count(), Math.min(12, count('DOES NOT BEAT')));
    assert.equal(await page.locator('.verdict:not(.bad)').count(), 0);
    await page.locator('vscode-text-field[aria-label="Filter strategies"] input').fill('no such strategy');
    await status.filter({ hasText: `0 of ${verdicts.length} strategies.` }).waitFor();
    // Reloaded, it is as it was: the cards that are open, and which strategies are chosen.
    await page.locator('vscode-text-field[aria-label="Filter strategies"] input').fill('answers');
    await status.filter({ hasText: `of ${verdicts.length} strategies.` }).waitFor();
    const said = await status.innerText();
    await page.reload();
    await status.filter({ hasText: said }).waitFor();
    await page.locator('.verdict').first().waitFor();
    await page.getByRole('button', { name: 'Show all strategies' }).click();

    await page.getByRole('columnheader', { name: 'Verdict' }).getByRole('button').click();
    assert.equal(
      await page.getByRole('columnheader', { name: 'Verdict' }).getAttribute('aria-sort'),
      'descending',
    );
    const best = verdicts.toSorted((one, other) => other.mean! - one.mean!)[0]!;
    await rows
      .nth(1)
      .getByText(differenceText({ ...best, interval: null }))
      .first()
      .waitFor();
    assert.deepEqual(await seriousProblems(page), []);
    assert.deepEqual(complaints, []);
    await page.close();
  });
});

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { before, describe, test } from 'node:test';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import { compareRuns } from '../../src/compare/figures.ts';
import { formatBytes, formatPercent, formatRatio } from '../../src/compare/formatting.ts';
import { toJson } from '../../src/compare/reports/json.ts';
import { differenceText } from '../../src/compare/verdicts/verdict-text.ts';
import { withoutBrowser } from '../machine/chromium.ts';
import type { Harness } from './harness/fake-host.ts';
import { compareAll, usePages } from './harness/pages.ts';
import { sampleRuns } from './harness/sample-data.ts';
import type { ThemeName } from './harness/themes.ts';

declare const window: { harness: Harness; alerted?: boolean };

describe('the page in a browser', { skip: withoutBrowser, concurrency: false }, () => {
  const { open, address } = usePages();
  let axe: string;

  before(async () => {
    axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  });

  const openRun = async (page: Page, index = 0) => {
    await page.locator('button.link').nth(index).click();
    await page.locator('distillery-parameters').waitFor();
    await page.locator('distillery-chart svg').first().waitFor();
  };

  async function seriousProblems(page: Page, rules?: readonly string[]): Promise<string[]> {
    await page.evaluate(axe);
    const options = { resultTypes: ['violations'], ...(rules ? { runOnly: rules } : {}) };
    const results = (await page.evaluate(`axe.run(${JSON.stringify(options)})`)) as AxeResults;
    return results.violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => `${id}: ${nodes[0]!.html.slice(0, 200)} ${nodes[0]!.failureSummary}`);
  }

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

  test('no runs, late runs and filters that let nothing through have a state of their own', async () => {
    const { page, complaints } = await open('runs=0');
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

  test('a changed hyperparameter is checked by the host, and sent to be run', async () => {
    const { page } = await open('runs=12');
    await page.locator('.line.run').first().waitFor();
    await openRun(page, 0);
    const field = (name: string) => page.locator(`vscode-text-field[aria-label="${name}"] input`);
    await field('training.epochs').fill('many');
    await page.keyboard.press('Tab');
    await page.getByRole('alert').waitFor();
    const run = page.locator('vscode-button', { hasText: 'Run This Change' });
    assert.equal(await run.getAttribute('disabled'), '');
    await field('training.epochs').fill('7');
    await page.keyboard.press('Tab');
    await field('training.learningRate').fill('5e-3');
    await page.keyboard.press('Tab');
    await page.locator('vscode-button:not([disabled])', { hasText: 'Run This Change' }).click();
    const sent = await page.evaluate(() =>
      window.harness.sent.find((one) => one.kind === 'command' && one.name === 'runChange'),
    );
    assert.deepEqual((sent as { edits: unknown }).edits, [
      { path: ['training', 'epochs'], value: 7 },
      { path: ['training', 'learningRate'], value: 0.005 },
    ]);
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

  test('the panels of a run stand in their order, those with something to show', async () => {
    const titles = async (query: string) => {
      const { page } = await open(query);
      await page.locator('.line.run').first().waitFor();
      await openRun(page);
      await page.getByRole('heading', { name: 'Worker log' }).waitFor();
      const found = await page.locator('distillery-run h2').allTextContents();
      await page.close();
      return found;
    };
    const common = ['Hyperparameters', 'Events', 'Environment', 'Files', 'Checkpoints', 'Worker log'];
    const first = ['Teacher against student', 'Curves', 'Measured at the end'];
    assert.deepEqual(await titles('runs=3'), [...first, ...common]);
    const language = await titles('task=language');
    assert.deepEqual(
      language.filter((title) => title !== 'Measured at the end'),
      ['Teacher against student', 'Curves', 'Sample continuations', ...common],
    );
  });

  test('a run says truly what Stop and Discard keep, and Resume is there for one that failed', async () => {
    const { page } = await open('runs=24&states=mixed');
    const tools = page.getByRole('toolbar', { name: 'Run', exact: true });
    await page.locator('.line.run', { hasText: 'train' }).first().locator('button.link').click();
    assert.match(
      (await tools.locator('vscode-button', { hasText: 'Stop' }).getAttribute('title'))!,
      /keeps a checkpoint/,
    );
    assert.match(
      (await tools.locator('vscode-button', { hasText: 'Discard' }).getAttribute('title'))!,
      /keeps nothing/,
    );
    assert.equal(await tools.getByRole('button', { name: 'Resume' }).count(), 0);
    await page.getByRole('button', { name: 'All runs' }).click();
    await page.locator('.line.run', { hasText: 'failed' }).first().locator('button.link').click();
    await tools.getByRole('button', { name: 'Resume' }).waitFor();
    await page.close();
  });

  test('a run at work shows what its machine does, and one that has ended does not', async () => {
    const { page } = await open('runs=24&states=mixed');
    await page.locator('.line.run', { hasText: 'train' }).first().locator('button.link').click();
    const cards = page.locator('distillery-usage .card');
    await cards.first().waitFor();
    const texts = await cards.allInnerTexts();
    assert.equal(texts.length, 4);
    assert.match(texts[0]!, /Processor.*AMD EPYC 7543[\s\S]*1\.9 cores by this run/);
    assert.match(texts[1]!, /3\.10 GB[\s\S]*of 16\.0 GB · 610 MB by this run/);
    assert.match(texts[2]!, /GPU.*NVIDIA H100[\s\S]*83 %[\s\S]*412 W/);
    assert.match(texts[3]!, /21\.0 GB[\s\S]*of 80\.0 GB/);
    assert.deepEqual(await seriousProblems(page), []);
    await page.getByRole('button', { name: 'All runs' }).click();
    await page.locator('.line.run', { hasText: 'completed' }).first().locator('button.link').click();
    await page.locator('distillery-parameters').waitFor();
    assert.equal(await page.locator('distillery-usage').count(), 0);
    await page.close();
  });

  test('curves of a running run move as its points come', async () => {
    const { page } = await open('runs=12&states=mixed');
    await page.locator('.line.run').first().waitFor();
    const running = await page.evaluate(() =>
      window.harness.runs.findIndex((run) => run.state === 'running'),
    );
    await openRun(page, 11 - running);
    await page.getByRole('button', { name: /^Show the figures as a table: Loss/ }).click();
    const region = page.getByRole('region', { name: /^Figures: Loss/ });
    await region.waitFor();
    await page.evaluate((index) => {
      const run = window.harness.runs[index]!.id;
      const point = {
        run,
        model: 'student',
        metric: 'loss',
        steps: [99_999],
        epochs: [99.5],
        times: [0],
        values: [7.25],
      };
      window.harness.tell({ kind: 'notification', name: 'points', curves: [point] });
    }, running);
    await region.getByText('99.5').waitFor();
    await page.close();
  });

  test('a chart is saved as SVG and PNG that stand alone', async () => {
    const { page } = await open('runs=12');
    await page.locator('.line.run').first().waitFor();
    await compareAll(page);
    await page.getByRole('button', { name: 'Save as SVG: Difference to direct training' }).click();
    await page.getByRole('button', { name: 'Save as PNG: Difference to direct training' }).click();
    const saved = await page.waitForFunction(() => {
      const files = window.harness.sent.filter((one) => one.kind === 'command' && one.name === 'saveFile');
      return files.length === 2 ? files : undefined;
    });
    const files = (await saved.jsonValue()) as { fileName: string; content: string }[];
    const svg = files.find((file) => file.fileName.endsWith('.svg'))!.content;
    assert.match(svg, /^<svg[^>]*xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
    assert.doesNotMatch(svg, /var\(/);
    const png = Buffer.from(files.find((file) => file.fileName.endsWith('.png'))!.content, 'base64');
    assert.equal(png.subarray(1, 4).toString(), 'PNG');
    await page.close();
  });
});

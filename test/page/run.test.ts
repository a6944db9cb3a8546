import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { withoutBrowser } from '../machine/chromium.ts';
import { seriousProblems } from './harness/axe.ts';
import type { Harness } from './harness/fake-host.ts';
import { compareAll, openRun, usePages } from './harness/pages.ts';

declare const window: { harness: Harness };

describe('one run in a browser', { skip: withoutBrowser, concurrency: false }, () => {
  const { open } = usePages();

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
    const first = ['Teacher against student', 'Curves', 'Measured at the end', 'Exports'];
    assert.deepEqual(await titles('runs=3'), [...first, ...common]);
    const language = await titles('task=language');
    assert.deepEqual(
      language.filter((title) => title !== 'Measured at the end'),
      ['Teacher against student', 'Curves', 'Sample continuations', 'Exports', ...common],
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

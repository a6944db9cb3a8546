import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { withoutBrowser } from '../machine/chromium.ts';
import type { Harness } from './harness/fake-host.ts';
import { openRun, usePages } from './harness/pages.ts';
import { sampleExports } from './harness/sample-exports.ts';

declare const window: { harness: Harness; alerted?: boolean };

const exportsOf = (page: Page) => page.locator('section[aria-labelledby="exports"]');

describe('the exports of a run in a browser', { skip: withoutBrowser, concurrency: false }, () => {
  const { open } = usePages();

  async function openFirst(query: string) {
    const opened = await open(query);
    await opened.page.locator('.line.run').first().waitFor();
    await openRun(opened.page, 0);
    return opened;
  }

  test('each file stands with its size and its answers, and doubts are said', async () => {
    const { page, complaints } = await openFirst('runs=3&exports');
    const panel = exportsOf(page);
    const [good, , read, failed] = sampleExports;
    const table = panel.getByRole('region', { name: `Files of student in ${good!.folder}` });
    const rows = await table.getByRole('row').allInnerTexts();
    assert.deepEqual(
      rows.map((row) => row.split(/\s*\t\s*/)),
      [
        ['File', 'Precision', 'Same answers', 'Largest difference', 'Size', 'Latency', 'Checked on'],
        ['onnx/model.onnx', 'fp32', '100.00 %', '0.0000024', '205 kB', '180 µs', '128 samples'],
        ['onnx/model_fp16.onnx', 'fp16', '100.00 %', '0.0031', '103 kB', '180 µs', '128 samples'],
        ['onnx/model_quantized.onnx', 'int8', '99.20 %', '0.084', '54.2 kB', '180 µs', '128 samples'],
        ['onnx/model_q4.onnx', 'int4', '91.40 %', '0.71', '31.0 kB', '180 µs', '128 samples'],
        ['model.safetensors', 'fp32', '–', '–', '204 kB', '–', '–'],
      ],
    );
    const doubts = await panel.getByRole('list', { name: 'Doubts' }).allInnerTexts();
    assert.equal(doubts.length, 3);
    assert.match(doubts[0]!, /others than the trained model’s: onnx\/model_q4\.onnx$/);
    assert.match(doubts[1]!, /made-up samples.*t10k-images-idx3-ubyte\.gz is not there/);
    assert.equal(doubts[2]!.trim(), read!.files[0]!.remark);
    await panel.getByText('128 samples, read back').waitFor();
    await panel.getByText('Distillery’s own model answered with their weights').waitFor();
    await panel.getByText('128 made-up samples').waitFor();
    assert.equal(await panel.getByText('not there any more').count(), 1);
    await panel.getByText(failed!.problem!).waitFor();
    await panel.getByRole('button', { name: `Show Folder ${good!.folder}` }).click();
    await panel.locator('vscode-button', { hasText: 'Export Student…' }).click();
    const sent = await page.evaluate(() =>
      window.harness.sent.filter(
        (one) => one.kind === 'command' && (one.name === 'revealExport' || one.name === 'exportStudent'),
      ),
    );
    const run = await page.evaluate(() => window.harness.runs.at(-1)!.id);
    assert.deepEqual(sent, [
      { kind: 'command', name: 'revealExport', run, folder: good!.folder },
      { kind: 'command', name: 'exportStudent', run },
    ]);
    // The table is scrolled by the keys of the keyboard where it is wider than the page.
    await page.setViewportSize({ width: 420, height: 800 });
    assert.ok(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'));
    const scroll = table;
    await scroll.focus();
    await page.keyboard.press('ArrowRight');
    await page.waitForFunction(
      (element) => element !== null && element.scrollLeft > 0,
      await scroll.elementHandle(),
    );
    assert.deepEqual(complaints, []);
    await page.close();
  });

  test('one that is made while the run is shown appears by itself', async () => {
    const { page } = await openFirst('runs=3');
    const panel = exportsOf(page);
    await panel.getByText('has not been exported yet').waitFor();
    await page.evaluate(
      (exports) => {
        window.harness.exports = exports;
        const { runs, configs } = window.harness.snapshot();
        const changes = { runs: runs.map((row) => ({ ...row, lastExport: 7 })), configs, removed: [] };
        window.harness.tell({ kind: 'notification', name: 'changes', changes });
      },
      sampleExports.slice(0, 1),
    );
    await panel.getByRole('region', { name: /^Files of student in / }).waitFor();
    assert.equal(await panel.getByText('has not been exported yet').count(), 0);
    await page.close();
  });

  test('hostile names and reasons are shown as they are, and run nothing', async () => {
    const { page, complaints } = await openFirst('runs=3');
    const script = '<img src=x onerror="window.alerted=true"><script>window.alerted=true</script>';
    await page.evaluate(
      ({ script, long }) => {
        const check = {
          by: script,
          samples: 1e300,
          madeUp: script,
          agreement: null,
          largestDifference: null,
          latencyMs: -1,
        };
        const file = (name: string) => ({
          file: name,
          precision: script,
          bytes: 9e15,
          remark: script,
          check,
        });
        const one = { time: 8.64e15, there: true, problem: null };
        window.harness.exports = [
          { ...one, model: script, folder: `"'>${script}`, files: [file(script), file('a\u202egpj.exe')] },
          { ...one, model: long, folder: `/${long}`, files: Array(200).fill(file(long)) },
          { ...one, model: 'm', folder: '/', problem: script.repeat(40), files: [] },
        ];
        const { runs, configs } = window.harness.snapshot();
        const changes = { runs: runs.map((row) => ({ ...row, lastExport: 1 })), configs, removed: [] };
        window.harness.tell({ kind: 'notification', name: 'changes', changes });
      },
      { script, long: 'x'.repeat(4000) },
    );
    const panel = exportsOf(page);
    await panel.locator('tbody tr').nth(200).waitFor();
    assert.ok((await panel.innerText()).includes(script));
    for (const width of [1200, 420]) {
      await page.setViewportSize({ width, height: 800 });
      assert.ok(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), `${width}`);
    }
    assert.equal(await page.evaluate(() => window.alerted), undefined);
    assert.deepEqual(complaints, []);
    await page.close();
  });
});

import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { AxeResults } from 'axe-core';
import { compareRuns } from '../../src/compare/figures.ts';
import { renderHtml } from '../../src/compare/reports/html.ts';
import { response, seeds } from '../compare/some-runs.ts';
import { withoutBrowser } from '../machine/chromium.ts';
import { complaintsOf, launch } from './harness/browser.ts';

test('the HTML report opens without network, complaints or anything serious for axe', {
  skip: withoutBrowser,
}, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'distillery-report-'));
  const browser = await launch();
  try {
    const hostile = '<img src=x onerror=alert(1)> "quoted" مرحبا';
    const comparison = compareRuns([
      ...seeds([0.9, 0.905, 0.91]),
      ...seeds([0.92, 0.926, 0.934], { strategy: response, experiment: hostile }),
    ]);
    const curves = comparison.runs.map(({ run }) => ({
      run,
      metric: 'loss',
      points: [1, 2, 3].map((epoch) => ({ epoch, value: 1 / epoch })),
    }));
    const file = join(folder, 'report.html');
    await writeFile(file, renderHtml(comparison, { curves }));
    const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
    for (const colorScheme of ['light', 'dark'] as const)
      for (const width of [1200, 380]) {
        const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
        const complaints = complaintsOf(page);
        const requests: string[] = [];
        page.on('request', (request) => requests.push(request.url()));
        await page.goto(pathToFileURL(file).href);
        await page.evaluate(axe);
        const { violations } = (await page.evaluate('axe.run()')) as AxeResults;
        const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
        assert.deepEqual(
          serious.map(({ id, nodes }) => `${id} ${nodes[0]!.html.slice(0, 160)} ${nodes[0]!.failureSummary}`),
          [],
        );
        assert.deepEqual(complaints, []);
        assert.equal(requests.length, 1, requests.join('\n'));
        assert.ok(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), `${width}`);
        await page.close();
      }
  } finally {
    await browser.close();
    await rm(folder, { recursive: true, force: true });
  }
});

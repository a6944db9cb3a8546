import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { compareRuns } from '../../src/compare/figures.ts';
import { renderHtml } from '../../src/compare/reports/html.ts';
import { response, seeds } from '../compare/some-runs.ts';
import { withoutBrowser } from '../machine/chromium.ts';
import { seriousProblems } from './harness/axe.ts';
import { complaintsOf, useBrowser } from './harness/browser.ts';

const { start, leave } = useBrowser();

test('the HTML report opens without network, complaints or anything serious for axe', {
  skip: withoutBrowser,
}, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'distillery-report-'));
  const browser = await start();
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
    for (const colorScheme of ['light', 'dark'] as const)
      for (const width of [1200, 380]) {
        const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
        const complaints = complaintsOf(page);
        const requests: string[] = [];
        page.on('request', (request) => requests.push(request.url()));
        await page.goto(pathToFileURL(file).href);
        // A scheme changes colors alone.
        const rules = colorScheme === 'light' ? undefined : ['color-contrast'];
        assert.deepEqual(await seriousProblems(page, rules), []);
        assert.deepEqual(complaints, []);
        assert.equal(requests.length, 1, requests.join('\n'));
        assert.ok(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), `${width}`);
        await page.close();
      }
  } finally {
    await leave();
    await rm(folder, { recursive: true, force: true });
  }
});

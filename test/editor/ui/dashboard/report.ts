import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Locator } from 'playwright-core';
import { openBrowser } from '../../host/browser.ts';
import { expectSoon, project, stage, step } from './stage.ts';

const texts = async (cells: Locator): Promise<string[]> =>
  (await cells.evaluateAll((all) =>
    all.map((cell) => {
      const copy = cell.cloneNode(true) as typeof cell;
      copy.querySelector('.difference')?.remove();
      return copy.textContent!.trim().replace(/\s+/g, ' ');
    }),
  )) as string[];

export function reportSteps(): void {
  step(
    'the HTML report saved from the dashboard opens without network and holds the same figures',
    async () => {
      const { board, page } = stage;
      const file = join(project, 'comparison.html');
      await board.getByRole('button', { name: 'Save as HTML report' }).click();
      // Where the editor runs in a browser, VS Code asks in its own dialog.
      const input = page.locator('.quick-input-widget input').first();
      await expectSoon(async () => (await input.inputValue()) === file);
      // The dialog is still looking into the folder at first, and does not hear a key then.
      await expectSoon(async () => {
        if (await input.isVisible()) await input.press('Enter');
        return existsSync(file);
      });
      await expectSoon(() => existsSync(file) && readFileSync(file, 'utf8').includes('</html>'));
      const region = board.getByRole('region', { name: 'Figures of teachers and strategies' });
      const screen = {
        heads: await texts(region.locator('thead th.number')),
        rows: await Promise.all(
          (await region.locator('tbody tr').all()).map((row) => texts(row.locator('td.number'))),
        ),
        charts: await board.locator('distillery-chart h3').allTextContents(),
        verdict: (await board.locator('.verdict .big').first().textContent())!.replace(/\s+/g, ''),
      };
      const browser = await openBrowser();
      try {
        await browser.setOffline(true);
        const report = await browser.newPage();
        const complaints: string[] = [];
        const requests: string[] = [];
        report.on('console', (message) => complaints.push(`${message.type()}: ${message.text()}`));
        report.on('pageerror', (error) => complaints.push(String(error)));
        report.on('request', (request) => requests.push(request.url()));
        await report.goto(pathToFileURL(file).href);
        await report.waitForTimeout(500);
        assert.deepEqual(complaints, []);
        assert.deepEqual(requests, [pathToFileURL(file).href]);
        const table = report.getByRole('region', { name: 'Teacher against student' });
        assert.deepEqual(await texts(table.locator('thead th.number')), screen.heads);
        const rows = await table.locator('tbody tr').all();
        assert.deepEqual(await Promise.all(rows.map((row) => texts(row.locator('td.number')))), screen.rows);
        const whole = (await report.locator('body').textContent())!;
        assert.ok(whole.replace(/\s+/g, '').includes(screen.verdict.slice(0, 8)), screen.verdict);
        const charts = (await report.locator('figure').allTextContents()).join('\n');
        assert.ok(screen.charts.length >= 4);
        for (const title of screen.charts.slice(0, 4))
          assert.ok(charts.includes(title), `${title} in ${charts.slice(0, 500)}`);
        assert.ok((await report.locator('figure svg').count()) >= screen.charts.length / 2);
      } finally {
        await browser.close();
        rmSync(file, { force: true });
      }
    },
  );
}

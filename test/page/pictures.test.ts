import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Locator } from 'playwright-core';
import type { ChartCard } from '../../webview/charts/chart-card.ts';
import type { CurveData } from '../../webview/protocol/detail.ts';
import { withoutBrowser } from '../machine/chromium.ts';
import type { Harness } from './harness/fake-host.ts';
import { compareAll, usePages } from './harness/pages.ts';

declare const window: { harness: Harness; draws: unknown[] };

/** Remembers how the pictures of these cards are drawn now. */
const rememberDraws = (cards: Locator) =>
  cards.evaluateAll((elements) => {
    window.draws = elements.map((element) => (element as ChartCard).draw);
  });

/** Of how many cards the picture is drawn in another way since. */
const redrawn = (cards: Locator) =>
  cards.evaluateAll(
    (elements) =>
      elements.filter((element, index) => (element as ChartCard).draw !== window.draws[index]).length,
  );

describe('pictures', { skip: withoutBrowser, concurrency: false }, () => {
  const { open } = usePages();

  test('all are drawn in the end, those far below too, and nothing moves as they come', async () => {
    const { page, complaints } = await open('runs=24');
    await page.locator('.line.run').first().waitFor();
    await compareAll(page);
    const cards = page.locator('distillery-chart');
    const heights = () => cards.evaluateAll((elements) => elements.map((element) => element.clientHeight));
    const missing = async () => (await cards.count()) - (await page.locator('distillery-chart svg').count());
    await page.locator('distillery-curves distillery-chart').first().waitFor();
    const before = await heights();
    assert.ok(before.length > 6);
    for (let looks = 0; (await missing()) > 0; looks++) {
      assert.ok(looks < 2000, `${await missing()} pictures are not drawn`);
      await page.waitForTimeout(100);
    }
    assert.deepEqual((await heights()).slice(0, before.length), before);
    assert.deepEqual(complaints, []);
    await page.close();
  });

  test('a curve is drawn anew when its run reports it, not when something else happens', async () => {
    const { page } = await open('runs=12');
    await page.locator('.line.run').first().waitFor();
    await page.locator('button.link').first().click();
    const cards = page.locator('distillery-curves distillery-chart');
    await page.locator('distillery-curves svg').first().waitFor();
    // Until no curve has come for a while that was asked for as the page opened.
    for (let quiet = 0; quiet < 6; quiet++) {
      await rememberDraws(cards);
      await page.waitForTimeout(500);
      if ((await redrawn(cards)) > 0) quiet = 0;
    }
    const [shown, other] = await page.evaluate(() => {
      const { runs, configs } = window.harness.snapshot();
      const changes = { runs: runs.map((row) => ({ ...row, note: 'changed' })), configs, removed: [] };
      window.harness.tell({ kind: 'notification', name: 'changes', changes });
      const watched = window.harness.sent.flatMap((one) =>
        one.kind === 'command' && one.name === 'watch' ? one.runs : [],
      );
      return [watched.at(-1)!, runs.find(({ id }) => id !== watched.at(-1))!.id];
    });
    const point = (run: string): CurveData => ({
      ...{ run, model: 'student', metric: 'loss' },
      ...{ steps: [1e6], epochs: [99], times: [Date.now()], values: [0.01] },
    });
    const tell = (run: string) =>
      page.evaluate(
        (curve) => window.harness.tell({ kind: 'notification', name: 'points', curves: [curve] }),
        point(run),
      );
    await tell(other);
    await page.waitForTimeout(500);
    assert.equal(await redrawn(cards), 0);
    await tell(shown);
    for (let looks = 0; (await redrawn(cards)) === 0; looks++) {
      assert.ok(looks < 2000, 'the new point is not drawn');
      await page.waitForTimeout(100);
    }
    assert.equal(await redrawn(cards), 1, 'of the other metrics nothing is new');
    assert.ok((await cards.count()) > 1);
    await page.close();
  });
});

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { withoutBrowser } from '../machine/chromium.ts';
import type { Harness } from './harness/fake-host.ts';
import { usePages } from './harness/pages.ts';

declare const window: { harness: Harness };

const grouped = encodeURIComponent(
  JSON.stringify({ panel: 'harness', at: 1, state: { overview: { grouping: 'seeds' } } }),
);

/** Texts of figures that do not fit into their cells. */
const cut = (page: Page) =>
  page
    .locator('.grid-body .cell.number, .grid-body .cell.time, .head .cell.number .head-label')
    .evaluateAll((cells) =>
      cells.flatMap((cell) => (cell.scrollWidth > cell.clientWidth + 1 ? [cell.textContent.trim()] : [])),
    );

/** Figures that an edge of the grid, its pinned columns or what covers its right edge cut through. */
const cutThrough = (page: Page) =>
  page.evaluate(() => {
    const grid = document.querySelector('.grid')!;
    const box = grid.getBoundingClientRect();
    const more = document.querySelector<HTMLElement>('.more-right')!;
    const right = more.hidden ? box.left + grid.clientWidth : more.getBoundingClientRect().left;
    const left = Math.max(
      ...[...grid.querySelectorAll('.head .pinned')].map((cell) => cell.getBoundingClientRect().right),
    );
    return [...grid.querySelectorAll('.grid-body .cell.number:not(.pinned)')].flatMap((cell) => {
      const range = document.createRange();
      range.selectNodeContents(cell);
      const text = range.getBoundingClientRect();
      const cutBy = [left, right].some((edge) => text.left < edge - 1 && text.right > edge + 1);
      return text.width > 0 && cutBy ? [cell.textContent.trim()] : [];
    });
  });

describe('the table of runs in a browser', { skip: withoutBrowser, concurrency: false }, () => {
  const { open } = usePages();

  for (const width of [500, 900, 1600])
    test(`no figure is cut on a page of ${width} pixels, wherever its columns are scrolled`, async () => {
      const { page, complaints } = await open(`runs=36&state=${grouped}`);
      await page.setViewportSize({ width, height: 700 });
      await page.locator('.line.group').first().waitFor();
      assert.ok(await page.locator('.cell.number', { hasText: '± 0.0' }).count());
      for (const left of [0, 90, 333, 5000]) {
        await page.locator('.grid').evaluate((grid, to) => {
          grid.scrollLeft = to;
        }, left);
        // The page comes to rest where no figure is cut.
        for (let looks = 0; ; looks++) {
          await page.waitForTimeout(250);
          const found = [...(await cut(page)), ...(await cutThrough(page))];
          if (found.length === 0) break;
          assert.ok(looks < 1000, `scrolled to ${left}: ${found.join()}`);
        }
      }
      // The name stays, and a figure is there beside it.
      const name = await page.locator('.head .cell.text.pinned').boundingBox();
      assert.ok(name!.x < 40 && name!.x + name!.width < width * 0.6);
      assert.deepEqual(complaints, []);
      await page.close();
    });

  test('long names stay apart on a narrow page: what tells one from the others is seen, wherever it stands', async () => {
    const { page, complaints } = await open(`runs=6&state=${grouped}`);
    await page.setViewportSize({ width: 500, height: 1200 });
    await page.locator('.line.group').first().waitFor();
    const ensemble = 'CIFAR-10 vision transformer, from an ensemble';
    const names = [
      ...[2, 4, 20].map((temperature) => `${ensemble}, temperature ${temperature}, epochs 30`),
      `${ensemble}, temperature 4, epochs 90`,
      'Answers of the teacher alone at T 2',
      'Answers of the teacher alone at T 4',
    ];
    await page.evaluate((given) => {
      const { harness } = window;
      harness.reset(harness.sample({ count: 18, names: given }));
    }, names);
    await page.getByText('18 runs').first().waitFor();
    for (const line of ['.line.group', '.line.run .name-cell']) {
      const texts = page.locator(`${line} .user-text`);
      for (let looks = 0; (await texts.count()) < (line === '.line.group' ? 6 : 18); looks++) {
        assert.ok(looks < 2000, 'not all lines are drawn');
        await page.waitForTimeout(50);
      }
      const seen = await texts.evaluateAll((all) =>
        all.map((one) => ({
          text: one.textContent.trim(),
          cut: one.scrollWidth > one.clientWidth + 1,
          whole: one.getAttribute('title'),
        })),
      );
      assert.deepEqual(
        seen.filter(({ cut }) => cut),
        [],
      );
      assert.deepEqual(new Set(seen.map(({ whole }) => whole)), new Set(names));
      const meant = new Map<string, Set<string | null>>();
      for (const { text, whole } of seen) meant.set(text, (meant.get(text) ?? new Set()).add(whole));
      for (const [text, wholes] of meant) assert.equal(wholes.size, 1, `${text}: ${[...wholes].join()}`);
    }
    assert.equal(await page.getByRole('button', { name: names[0], exact: true }).count(), 3);
    assert.deepEqual(complaints, []);
    await page.close();
  });

  const widthOf = async (page: Page, name: string) =>
    Math.round((await page.getByRole('columnheader', { name }).boundingBox())!.width);

  test('a column is made wider by mouse and by keyboard, and stays so', async () => {
    const { page } = await open('runs=12');
    await page.locator('.line.run').first().waitFor();
    const before = await widthOf(page, 'Strategy');
    const edge = await page.getByRole('columnheader', { name: 'Strategy' }).locator('.edge').boundingBox();
    await page.mouse.move(edge!.x + 4, edge!.y + 10);
    await page.mouse.down();
    await page.mouse.move(edge!.x + 64, edge!.y + 10, { steps: 4 });
    await page.mouse.up();
    assert.equal(await widthOf(page, 'Strategy'), before + 60);
    await page.getByRole('columnheader', { name: 'Size' }).getByRole('button').focus();
    const size = await widthOf(page, 'Size');
    await page.keyboard.press('Shift+ArrowRight');
    await page.keyboard.press('Shift+ArrowRight');
    assert.equal(await widthOf(page, 'Size'), size + 32);
    for (let presses = 0; presses < 9; presses++) await page.keyboard.press('Shift+ArrowLeft');
    assert.equal(await widthOf(page, 'Size'), size, 'a figure is not cut');
    await page.reload();
    await page.locator('.line.run').first().waitFor();
    assert.equal(await widthOf(page, 'Strategy'), before + 60);
    await page.getByRole('columnheader', { name: 'Strategy' }).getByRole('button').focus();
    await page.keyboard.press('Delete');
    assert.equal(await widthOf(page, 'Strategy'), before);
    await page.close();
  });

  test('by several columns one sorts with the mouse and by keyboard', async () => {
    const { page } = await open('runs=12');
    await page.locator('.line.run').first().waitFor();
    const head = (name: string) => page.getByRole('columnheader', { name }).getByRole('button');
    await head('Strategy').click();
    await head('Seed').click({ modifiers: ['Shift'] });
    const sorted = () =>
      page
        .locator('.head .sort')
        .allInnerTexts()
        .then((texts) => texts.map((text) => text.trim()));
    assert.deepEqual(await sorted(), ['↑1', '↑2']);
    await head('Student').focus();
    await page.keyboard.press('Shift+Enter');
    assert.deepEqual(await sorted(), ['↑1', '↑2', '↓3']);
    await page.keyboard.press('Enter');
    assert.deepEqual(await sorted(), ['↑']);
    await page.close();
  });

  test('ten thousand runs: what is drawn stays little, and a run that reports draws its own row alone', async () => {
    const { page } = await open('runs=10000');
    await page.locator('.line.run').first().waitFor();
    assert.ok((await page.locator('.line').count()) < 60);
    await page.evaluate(() => {
      const { runs, configs } = window.harness.snapshot();
      const last = runs.reduce((a, b) => (a.createdAt > b.createdAt ? a : b));
      const cells = document.querySelectorAll('.line.run .cell.number');
      const watched: { drawn: number } = { drawn: 0 };
      Object.assign(window, { watched });
      const observer = new MutationObserver((records) => {
        watched.drawn += records.length;
      });
      for (const cell of cells)
        observer.observe(cell, { childList: true, characterData: true, subtree: true });
      window.harness.tell({
        kind: 'notification',
        name: 'changes',
        changes: { runs: [{ ...last, seed: 77 }], configs, removed: [] },
      });
    });
    await page.locator('.line.run .cell.number', { hasText: /^\s*77\s*$/ }).waitFor();
    const drawn = await page.evaluate(
      () => (window as unknown as { watched: { drawn: number } }).watched.drawn,
    );
    assert.ok(drawn > 0 && drawn <= 4, `${drawn} cells were drawn anew`);
    await page.close();
  });
});

describe('filters and saved views in a browser', { skip: withoutBrowser, concurrency: false }, () => {
  const { open } = usePages();

  test('a condition is completed by keyboard, filters, and says what is wrong with it', async () => {
    const { page, complaints } = await open('runs=24');
    const field = page.getByRole('combobox', { name: 'Filter runs' });
    await field.click();
    await page.keyboard.type('temp');
    await page.getByRole('option', { name: /strategy\.temperature/ }).waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    assert.equal(await field.inputValue(), 'strategy.temperature = ');
    await page.getByText('What should strategy.temperature be compared with?').waitFor();
    await page.keyboard.type('20 seed = 1');
    await page.getByText('2 of 24 runs').waitFor();
    assert.equal(await page.locator('.line.run').count(), 2);
    await field.fill('acuracy > 0.9');
    await page.getByText(/Did you mean accuracy/).waitFor();
    assert.equal(await page.locator('.line.run').count(), 24);
    assert.deepEqual(complaints, []);
    await page.close();
  });

  test('a view is saved under a name, shown again, renamed and removed', async () => {
    const { page, complaints } = await open('runs=24');
    const field = page.getByRole('combobox', { name: 'Filter runs' });
    await field.fill('seed = 1');
    await page.getByRole('columnheader', { name: 'Student' }).getByRole('button').click();
    await page
      .getByRole('columnheader', { name: 'Size' })
      .getByRole('button')
      .click({ modifiers: ['Shift'] });
    await page.locator('vscode-button', { hasText: 'Save View' }).click();
    const name = page.locator('vscode-text-field[aria-label="Name of the view"] input');
    await name.fill('Seed one');
    await page.locator('vscode-button', { hasText: 'Save Current View' }).click();
    await page.getByRole('button', { name: 'Show Seed one' }).waitFor();
    await page.locator('vscode-button', { hasText: 'Done' }).click();
    await field.fill('');
    await page.getByText('24 runs', { exact: true }).waitFor();
    await page.reload();
    await page.locator('vscode-button', { hasText: 'Views' }).click();
    await page.getByRole('button', { name: 'Show Seed one' }).click();
    await page.getByText('8 of 24 runs').waitFor();
    assert.deepEqual(
      (await page.locator('.sorting button').allInnerTexts()).map((text) => text.trim()),
      ['Student ↓ ✕', 'Size ↑ ✕'],
    );
    await page.locator('vscode-button', { hasText: 'Views' }).click();
    await page.getByRole('button', { name: 'Rename Seed one …' }).click();
    await page.locator('vscode-text-field[aria-label="New name of Seed one"] input').fill('One');
    await page.getByRole('button', { name: 'Rename Seed one', exact: true }).click();
    await page.getByRole('button', { name: 'Remove One' }).click();
    await page.getByText('Nothing is saved yet.').waitFor();
    assert.deepEqual(complaints, []);
    assert.deepEqual(await page.evaluate(() => window.harness.wrong), []);
    await page.close();
  });
});

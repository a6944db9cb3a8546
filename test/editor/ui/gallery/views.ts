import type { FrameLocator, Page } from 'playwright-core';
import { tick } from '../window.ts';

/** Something to look at: how to get there from all runs, and whether more of it is further down. */
export interface View {
  readonly name: string;
  readonly long: boolean;
  go(board: FrameLocator, page: Page): Promise<void>;
  /** What does not outlast another theme or width, done before each picture. */
  pose?(board: FrameLocator, page: Page): Promise<void>;
  /** What leads back to a page on which another view can be reached. */
  leave?(board: FrameLocator, page: Page): Promise<void>;
}

const press = (board: FrameLocator, name: string) =>
  board
    .locator('vscode-button:not([disabled])', { hasText: new RegExp(`^\\s*${name}\\s*$`) })
    .first()
    .click();

const openFirst = (state: RegExp | string) => async (board: FrameLocator) => {
  await board.locator('.line.run', { hasText: state }).first().locator('button.link').click();
  await board.locator('distillery-parameters').waitFor();
};

async function compareAll(board: FrameLocator): Promise<void> {
  await tick(board.getByRole('checkbox', { name: 'Select all runs shown' }));
  await press(board, 'Compare');
  await board.locator('.verdict').first().waitFor();
  await board.locator('distillery-curves distillery-chart svg').first().waitFor();
  await curves(board).locator('svg').first().waitFor();
}

/** Of the last section: it has the most of them. */
const curves = (board: FrameLocator) => board.locator('distillery-curves').last();

/** The learning curves at the top of the page, without a pointer in one. */
async function showCurves(board: FrameLocator, page: Page): Promise<void> {
  await page.mouse.move(2, 2);
  // What is drawn above them as it comes to sight moves them.
  for (let turn = 0; turn < 3; turn++) {
    await curves(board).evaluate((element) => element.scrollIntoView({ block: 'start' }));
    await page.waitForTimeout(500);
  }
}

const closeDialog = async (board: FrameLocator) => {
  await press(board, 'Done');
  await board.locator('dialog[open]').waitFor({ state: 'detached' });
};

/** Names as people give them, long ones too. */
const viewNames = [
  'Only what completed',
  'The best of each strategy by accuracy, with latency and size beside it',
];

const saveViews = async (board: FrameLocator) => {
  await press(board, 'Save View …');
  for (const name of viewNames) {
    await board.locator('dialog[open] vscode-text-field input').first().fill(name);
    await press(board, 'Save Current View');
    await board.locator('dialog[open] li', { hasText: name }).waitFor();
  }
};

export const views: readonly View[] = [
  {
    name: 'overview',
    long: false,
    go: (board) => board.locator('.line.run').first().waitFor(),
  },
  {
    name: 'selected',
    long: false,
    async go(board) {
      const boxes = board.locator('.line.run input[type=checkbox]');
      await tick(boxes.nth(1));
      await tick(boxes.nth(3));
      await board.getByRole('button', { name: 'Filters', exact: true }).click();
      await board.getByRole('group', { name: 'Filter by value' }).waitFor();
    },
  },
  {
    name: 'compare',
    long: true,
    go: compareAll,
  },
  {
    name: 'hover',
    long: false,
    go: compareAll,
    async pose(board, page) {
      await showCurves(board, page);
      const picture = curves(board).locator('.picture').first();
      const { x, y, width, height } = (await picture.boundingBox())!;
      await page.mouse.move(x + width * 0.3, y + height * 0.5);
      await page.mouse.move(x + width * 0.4, y + height * 0.4, { steps: 4 });
      await page.waitForTimeout(500);
    },
    leave: (_board, page) => page.mouse.move(2, 2),
  },
  {
    name: 'zoom',
    long: false,
    async go(board) {
      await compareAll(board);
      for (let presses = 0; presses < 3; presses++)
        await curves(board).getByRole('button', { name: 'Zoom in' }).click();
    },
    pose: showCurves,
  },
  {
    name: 'log',
    long: false,
    async go(board) {
      await compareAll(board);
      await tick(curves(board).getByRole('checkbox', { name: 'Logarithmic' }));
    },
    pose: showCurves,
    leave: (board) => curves(board).getByRole('checkbox', { name: 'Logarithmic' }).click(),
  },
  {
    name: 'run',
    long: true,
    async go(board) {
      await board
        .locator('.line.run:has(.doubt)', { hasText: 'completed' })
        .first()
        .locator('button.link')
        .click();
      await board.locator('distillery-parameters').waitFor();
    },
  },
  { name: 'running', long: true, go: openFirst(/\d %\s/) },
  { name: 'failed', long: false, go: openFirst('failed') },
  {
    name: 'columns',
    long: false,
    async go(board) {
      await press(board, 'Columns');
      await board.getByRole('heading', { name: 'Columns' }).waitFor();
    },
    leave: closeDialog,
  },
  { name: 'saved', long: false, go: saveViews, leave: closeDialog },
  {
    name: 'saved-menu',
    long: false,
    go: (board) => board.locator('vscode-dropdown').first().waitFor(),
    async pose(board, page) {
      const menu = board.locator('vscode-dropdown').first();
      if ((await menu.getAttribute('open')) === null) await menu.click();
      await page.waitForTimeout(300);
    },
    leave: (_board, page) => page.keyboard.press('Escape'),
  },
];

import type { FrameLocator, Page } from 'playwright-core';
import { tick } from '../window.ts';

/** Something to look at: how to get there from all runs, and whether more of it is further down. */
export interface View {
  readonly name: string;
  readonly long: boolean;
  go(board: FrameLocator, page: Page): Promise<void>;
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
    async go(board) {
      await tick(board.getByRole('checkbox', { name: 'Select all runs shown' }));
      await press(board, 'Compare');
      await board.locator('.verdict').first().waitFor();
      await board.locator('distillery-curves distillery-chart svg').first().waitFor();
    },
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
];

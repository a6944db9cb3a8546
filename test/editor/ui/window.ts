import { mkdirSync, writeFileSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { patienceMs } from '../host/browser.ts';

/** Pictures of what the user sees; kept where DISTILLERY_SCREENSHOTS says. */
export async function picture(page: Page, name: string): Promise<void> {
  const folder = process.env.DISTILLERY_SCREENSHOTS;
  if (!folder) return;
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`) });
}

/** Lets what moves come to rest for a picture; without one, nobody waits. */
export async function rest(page: Page, ms: number): Promise<void> {
  if (process.env.DISTILLERY_SCREENSHOTS) await page.waitForTimeout(ms);
}

/** Shows the extension's sidebar. A reloaded window brings it back by itself, and a click would fold it then. */
export async function openDistillery(page: Page): Promise<void> {
  const tab = page.locator('.activitybar .action-item a[aria-label^="Distillery"]').first();
  await tab.waitFor();
  const title = page.locator('.sidebar .composite.title', { hasText: 'Distillery' });
  const chosen = page.locator('.activitybar .action-item.checked a[aria-label^="Distillery"]');
  for (const deadline = Date.now() + patienceMs; Date.now() < deadline; ) {
    const shown = await title.waitFor({ timeout: 4000 }).then(
      () => true,
      () => false,
    );
    if (shown) return;
    // The badge that counts what runs lies over the tab; a click on it is one on the tab. A tab that is chosen already
    // shows its sidebar in its own time.
    if ((await chosen.count()) === 0) await tab.click({ force: true });
  }
  await title.waitFor();
}

/** A row of one of the sidebar's trees, by its accessible name. */
export const row = (page: Page, name: RegExp): Locator => page.getByRole('treeitem', { name }).first();

/**
 * Presses a button that a row shows while it is pointed at, until what it does is seen. The rows of runs that go on are
 * drawn anew once a second, and a press that falls into a drawing is lost, as it is for a person, who presses again.
 * @param lead what leads to the row; done again before each press, since it may have been lost in the same way
 */
export async function rowButton(
  page: Page,
  name: RegExp,
  title: string,
  effect: () => Promise<unknown>,
  lead?: () => Promise<unknown>,
): Promise<void> {
  const target = row(page, name);
  for (let attempt = 1; ; attempt++)
    try {
      await lead?.();
      await target.hover({ timeout: 5000 });
      await target.locator(`.action-label[aria-label^="${title}"]`).first().click({ timeout: 5000 });
      await effect();
      return;
    } catch (error) {
      if (attempt === 10) throw error;
      console.log(`pressing “${title}” again: ${(error as Error).message.split('\n')[0]}`);
      if (
        await effect().then(
          () => true,
          () => false,
        )
      )
        return;
    }
}

/** Drags a row into the midst of another place. */
export async function drag(page: Page, from: Locator, to: Locator): Promise<void> {
  const middle = async (locator: Locator) => {
    const { x, y, width, height } = (await locator.boundingBox())!;
    return [x + width / 2, y + height / 2] as const;
  };
  await page.mouse.move(...(await middle(from)));
  await page.mouse.down();
  const [x, y] = await middle(to);
  await page.mouse.move(x - 40, y - 40, { steps: 12 });
  await page.waitForTimeout(500);
  // A place that covers itself while something is dragged over it is told of that by the next move only.
  await page.mouse.move(x, y, { steps: 6 });
  await page.waitForTimeout(500);
  await page.mouse.up();
}

export async function answer(page: Page, text: string): Promise<void> {
  const input = page.locator('.quick-input-widget input').first();
  await input.waitFor();
  await input.fill(text);
  await page.keyboard.press('Enter');
}

export async function seen(locator: Locator, timeout = patienceMs): Promise<void> {
  await locator.waitFor({ state: 'visible', timeout });
}

/**
 * Lets a run without an end, which takes what cores there are, give way to the windows that are looked at meanwhile.
 * @param pid of its worker
 */
export function giveWay(pid: number): void {
  try {
    setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL);
    // Where Linux shares the cores out by sessions first, a worker has one of its own.
    writeFileSync(`/proc/${pid}/autogroup`, `${constants.priority.PRIORITY_BELOW_NORMAL}`);
  } catch {
    // It is gone, or there is no such thing here.
  }
}

/** What a window says at the moment, for the report of a step that failed. */
export async function said(page: Page): Promise<string> {
  const texts = await Promise.all(
    ['.notification-list-item-message', '.quick-input-widget:visible', '.sidebar .monaco-list-row'].map(
      (selector) => page.locator(selector).allTextContents(),
    ),
  );
  return texts.flat().join('\n');
}

/**
 * Ticks a checkbox of the page and waits until it is ticked. The page draws it when its state has come round, not at the
 * press, and a press between two drawings is lost.
 */
export async function tick(box: Locator): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    if (!(await box.isChecked())) await box.click();
    for (const deadline = Date.now() + 5000; Date.now() < deadline; ) {
      if (await box.isChecked()) return;
      await box.page().waitForTimeout(100);
    }
    if (attempt === 4) throw new Error('A checkbox cannot be ticked.');
  }
}

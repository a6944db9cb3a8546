import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { type OfflinePage, openOffline } from './offline.ts';

const examples = join(import.meta.dirname, '../../../examples/browser');

/**
 * The page of examples/browser with a student.
 * @param folder where it was exported to
 */
export async function openExample(
  browser: Browser,
  folder: string,
  options: Parameters<Browser['newContext']>[0] = {},
): Promise<OfflinePage> {
  const opened = await openOffline(browser, { '/student/': folder, '/': examples }, options);
  await opened.page.goto('http://localhost/index.html');
  await opened.page.locator('#parts, #problem').filter({ visible: true }).first().waitFor();
  return opened;
}

import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { filesForPages } from '../../machine/transformers-js.ts';
import { complaintsOf } from './browser.ts';

export interface OfflinePage {
  readonly page: Page;
  readonly complaints: string[];
  /** What it asked for of elsewhere, in vain. */
  readonly elsewhere: string[];
}

const origin = 'http://localhost';
const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
};

/**
 * A page without a network: it has what lies in folders, by the beginnings of paths, and transformers.js by the addresses
 * that it has in the content network.
 * @param folders the first that fits the path
 */
export async function openOffline(
  browser: Browser,
  folders: Readonly<Record<string, string>>,
  options: Parameters<Browser['newContext']>[0] = {},
): Promise<OfflinePage> {
  const context = await browser.newContext(options);
  const elsewhere: string[] = [];
  const placeOf = (address: string): string | undefined => {
    if (address.startsWith(filesForPages.address))
      return filesForPages.find(address.slice(filesForPages.address.length));
    const { origin: from, pathname } = new URL(address);
    const [begin, folder] = Object.entries(folders).find(([path]) => pathname.startsWith(path)) ?? [];
    if (from !== origin || begin === undefined) return undefined;
    return join(folder!, decodeURIComponent(pathname.slice(begin.length)).replaceAll('..', ''));
  };
  await context.route('**/*', async (route) => {
    const address = route.request().url();
    const place = placeOf(address);
    if (place === undefined) {
      if (!address.endsWith('/favicon.ico')) elsewhere.push(address);
      return route.abort();
    }
    const body = await readFile(place).catch(() => undefined);
    if (body === undefined) return route.fulfill({ status: 404, body: '' });
    return route.fulfill({
      body,
      contentType: types[extname(place)] ?? 'application/octet-stream',
      headers: { 'access-control-allow-origin': '*' },
    });
  });
  const page = await context.newPage();
  return { page, complaints: complaintsOf(page), elsewhere };
}

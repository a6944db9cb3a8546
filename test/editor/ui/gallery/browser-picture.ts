/**
 * The picture of a student that answers in the page of examples/browser. npm run media takes it; by itself, from runs that
 * are there: node --import tsx test/editor/ui/gallery/browser-picture.ts DATA-DIRECTORY FILE
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Page } from 'playwright-core';
import { openStore } from '../../../../src/runs/store.ts';
import { hasTransformersJs, installTransformersJs } from '../../../machine/transformers-js.ts';
import { launch } from '../../../page/harness/browser.ts';
import { openExample } from '../../../page/harness/example-page.ts';
import { withPalette } from './palette-png.ts';

const root = join(import.meta.dirname, '../../../..');
const narrow = { width: 860, height: 640 };

/** A three as somebody would write it: two bows, of the pad. */
const three = [...bow([0.47, 0.33], 0.17, -150, 75), ...bow([0.47, 0.65], 0.19, -75, 145)];

function bow(
  [x, y]: readonly [number, number],
  radius: number,
  from: number,
  to: number,
): [number, number][] {
  return Array.from({ length: 16 }, (_, at) => {
    const angle = ((from + ((to - from) * at) / 15) * Math.PI) / 180;
    return [x + radius * Math.cos(angle), y + radius * Math.sin(angle)];
  });
}

async function draw(page: Page): Promise<void> {
  const { x, y, width, height } = (await page.locator('#pad').boundingBox())!;
  for (const [at, [right, down]] of three.entries()) {
    await page.mouse.move(x + right * width, y + down * height);
    if (at === 0) await page.mouse.down();
  }
  await page.mouse.up();
}

/** The student of the last run of response distillation. */
async function studentOf(dataDirectory: string): Promise<string> {
  const store = await openStore(dataDirectory);
  try {
    const runs = await store.list({ states: ['completed'], sort: 'createdAt' });
    const run = runs.findLast(({ strategy }) => strategy === 'response');
    if (run === undefined)
      throw new Error(`No run of response distillation is completed in ${dataDirectory}.`);
    return run.id;
  } finally {
    await store.close();
  }
}

/** @param dataDirectory with runs that learned digits @param file the picture to write */
export async function browserPicture(dataDirectory: string, file: string): Promise<void> {
  if (!hasTransformersJs()) await installTransformersJs();
  const scratch = mkdtempSync(join(tmpdir(), 'distillery-browser-picture-'));
  const browser = await launch();
  try {
    const to = join(scratch, 'student');
    const words = ['export', await studentOf(dataDirectory), '--to', to, '--precision', 'fp32,int8'];
    const { status } = spawnSync(
      process.execPath,
      [join(root, 'dist/cli.mjs'), ...words, '--data-dir', dataDirectory],
      { stdio: 'inherit' },
    );
    if (status !== 0) throw new Error('The student could not be exported.');
    const { page } = await openExample(browser, to, { viewport: narrow, colorScheme: 'light' });
    await draw(page);
    await page.locator('#took', { hasText: 'ms' }).waitFor();
    // The first answer also compiles; whoever looks at the picture is told what one costs.
    await page.getByRole('button', { name: 'Clear' }).click();
    await draw(page);
    await page.locator('#took', { hasText: 'ms' }).waitFor();
    await page.mouse.move(2, 2);
    const { y, height } = (await page.locator('main').boundingBox())!;
    const clip = { x: 0, y: 0, width: narrow.width, height: Math.min(narrow.height, Math.round(y + height)) };
    writeFileSync(file, withPalette(await page.screenshot({ clip })));
    console.log(file);
  } finally {
    await browser.close();
    rmSync(scratch, { recursive: true, force: true });
  }
}

const [self, data, file] = process.argv.slice(1);
if (self?.endsWith('browser-picture.ts') && data !== undefined && file !== undefined) {
  await browserPicture(resolve(data), resolve(file));
  process.exit(0);
}

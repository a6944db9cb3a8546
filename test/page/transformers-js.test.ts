import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { cpu } from '../compression/models.ts';
import { ask, type Question, type Reply } from '../export/transformers-js/ask.ts';
import { judge } from '../export/transformers-js/judge.ts';
import { kinds } from '../export/transformers-js/kinds.ts';
import { exportStudent } from '../export/transformers-js/students.ts';
import { withoutBrowser } from '../machine/chromium.ts';
import { filesForPages, withoutTransformersJs } from '../machine/transformers-js.ts';
import { temporaryDirectory } from '../training/support.ts';
import { launch } from './harness/browser.ts';
import { type OfflinePage, openOffline } from './harness/offline.ts';

/** Of which every precision is tried: one of each task. */
const inEveryPrecision = ['resnet', 'bert', 'gpt2'];

describe('transformers.js in a browser answers as the student that was exported', {
  skip: withoutTransformersJs || withoutBrowser,
  concurrency: false,
}, async () => {
  if (withoutTransformersJs || withoutBrowser) return;
  const device = await cpu();
  const home = temporaryDirectory();
  let browser: Browser;
  let opened: OfflinePage;

  before(async () => {
    browser = await launch();
    await writeFile(join(home, 'index.html'), '<!doctype html><title>students</title>');
    opened = await openOffline(browser, { '/models/': join(home, 'exported'), '/': home });
    await opened.page.goto('http://localhost/index.html');
    await opened.page.evaluate(`(async () => {
      const { env, ...others } = await import('${filesForPages.address}${filesForPages.transformers}');
      Object.assign(env, { allowRemoteModels: false, allowLocalModels: true, localModelPath: '/models/' });
      Object.assign(env, { useBrowserCache: false, useWasmCache: false, logLevel: 40 });
      globalThis.students = { transformers: { env, ...others }, ask: ${ask} };
    })()`);
  });
  after(() => browser?.close());

  for (const [name, kind] of kinds)
    test(name, async (context) => {
      const all = inEveryPrecision.includes(name);
      const student = await exportStudent(device, [name, kind], home, all ? undefined : ['fp32']);
      const question = JSON.stringify(student.question satisfies Question);
      const replies = await opened.page.evaluate<Record<string, Reply>>(
        `students.ask(students.transformers, ${question})`,
      );
      for (const line of judge(student, replies)) context.diagnostic(line);
      assert.deepEqual(opened.elsewhere, []);
    });
});

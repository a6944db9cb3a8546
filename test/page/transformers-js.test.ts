import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { byteTokenizer } from '../../src/data/text/tokenizers/byte-tokenizer.ts';
import { cpu } from '../compression/models.ts';
import { ask, type Question, type Reply } from '../export/transformers-js/ask.ts';
import { judge } from '../export/transformers-js/judge.ts';
import { kinds } from '../export/transformers-js/kinds.ts';
import { type Exported, exportStudent } from '../export/transformers-js/students.ts';
import { withoutBrowser } from '../machine/chromium.ts';
import { filesForPages, withoutTransformersJs } from '../machine/transformers-js.ts';
import { temporaryDirectory } from '../training/support.ts';
import { seriousProblems } from './harness/axe.ts';
import { launch } from './harness/browser.ts';
import { openExample } from './harness/example-page.ts';
import { type OfflinePage, openOffline } from './harness/offline.ts';

/** Of which every precision is tried: one of each task. */
const inEveryPrecision = ['resnet', 'bert', 'gpt2'];

describe('transformers.js in a browser', {
  skip: withoutTransformersJs || withoutBrowser,
  concurrency: false,
}, async () => {
  if (withoutTransformersJs || withoutBrowser) return;
  const device = await cpu();
  const home = temporaryDirectory();
  let browser: Browser;
  let opened: OfflinePage;
  const students = new Map<string, Exported>();

  before(async () => {
    // ONNX Runtime is 27 MB of WebAssembly, most of which runs once or never: not worth compiling it well.
    browser = await launch({ flags: ['--liftoff-only'] });
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
    test(`answers as the exported student: ${name}`, async (context) => {
      const all = inEveryPrecision.includes(name);
      const student = await exportStudent(device, [name, kind], home, all ? undefined : ['fp32']);
      students.set(name, student);
      const question = JSON.stringify(student.question satisfies Question);
      const replies = await opened.page.evaluate<Record<string, Reply>>(
        `students.ask(students.transformers, ${question})`,
      );
      for (const line of judge(student, replies)) context.diagnostic(line);
      assert.deepEqual(opened.elsewhere, []);
    });

  /** The page of the example with a student that was exported above. */
  async function example(name: string) {
    const student = students.get(name)!;
    const { page, complaints } = await openExample(browser, join(home, 'exported', name));
    const answered = () => page.locator('#took', { hasText: 'ms' }).waitFor();
    const shares = async () => {
      const values = await page
        .locator('#classes data')
        .evaluateAll((all) => all.map((one) => one.getAttribute('value')));
      return values.map(Number);
    };
    return { student, page, complaints, answered, shares };
  }

  test('the page of the example answers to a picture and to a drawing', async () => {
    const { student, page, complaints, answered, shares } = await example('cifar-resnet');
    const [picture] = student.question.images;
    const buffer = Buffer.from(picture!, 'base64');
    await page.locator('#file').setInputFiles({ name: 'picture.png', mimeType: 'image/png', buffer });
    await answered();
    near(await shares(), softmax(student.logits, student.classNames.length, 0));
    assert.deepEqual(await page.locator('#classes span').allTextContents(), student.classNames);
    assert.deepEqual(await seriousProblems(page), []);
    await page.getByRole('button', { name: 'Clear' }).click();
    assert.equal(await page.locator('#classes li').count(), 0);
    const { x, y } = (await page.locator('#pad').boundingBox())!;
    await page.mouse.move(x + 60, y + 60);
    await page.mouse.down();
    await page.mouse.move(x + 90, y + 240, { steps: 3 });
    await page.mouse.up();
    await answered();
    assert.equal((await shares()).length, student.classNames.length);
    assert.deepEqual(complaints, []);
  });

  test('the page of the example classifies a text that is too long, in each precision', async () => {
    const { student, page, complaints, answered, shares } = await example('bert');
    await page.getByLabel('A text').fill(student.question.texts[2]!);
    await page.getByRole('button', { name: 'Classify' }).click();
    await answered();
    const expected = softmax(student.logits, student.classNames.length, 2);
    near(await shares(), expected);
    await page.getByLabel('Weights').selectOption('int4');
    await page.getByLabel('Weights').and(page.locator(':enabled')).waitFor();
    const [fp32, int4] = [student.stored.fp32, student.stored.int4];
    near(await shares(), softmax(int4, student.classNames.length, 2));
    assert.notDeepEqual(fp32, int4);
    assert.deepEqual(complaints, []);
  });

  test('the page of the example goes on with a text', async () => {
    const { student, page, complaints, answered } = await example('gpt2');
    const [prompt] = student.question.texts;
    await page.getByLabel('A beginning').fill(prompt!);
    await page.getByLabel('Temperature').fill('0');
    await page.getByRole('button', { name: 'Go on' }).click();
    await answered();
    const text = await page.locator('#continued').innerText();
    const expected = byteTokenizer().decode(student.generated[0]!);
    assert.ok(text.startsWith(expected.replace(/\ufffd*$/, '')), JSON.stringify([text, expected]));
    // Of what is not there transformers.js asks for generation_config.json, which it can do without.
    assert.deepEqual(
      complaints.filter((complaint) => !/status of 404/.test(complaint)),
      [],
    );
  });

  test('the page of the example says what is wrong with a folder', async () => {
    const { page } = await openExample(browser, join(home, 'nowhere'));
    assert.match(await page.getByRole('alert').innerText(), /Export a student into this folder first/);
    await page.goto('http://localhost/index.html?student=..%2F..%2Fsecret');
    await page.getByRole('alert').waitFor();
    assert.match(await page.getByRole('alert').innerText(), /The name of a student’s folder/);
  });
});

function softmax(logits: Float32Array, classes: number, row: number): number[] {
  const own = [...logits.subarray(row * classes, (row + 1) * classes)];
  const sum = own.reduce((before, logit) => before + Math.exp(logit), 0);
  return own.map((logit) => Math.exp(logit) / sum);
}

function near(found: readonly number[], expected: readonly number[]): void {
  const far = found
    .map((share, at) => Math.abs(share - expected[at]!))
    .filter((difference) => !(difference < 1e-3));
  assert.deepEqual([found.length, far], [expected.length, []], `${found} instead of ${expected}`);
}

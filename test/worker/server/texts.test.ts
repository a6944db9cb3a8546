import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ExperimentInput } from '../../../src/experiment/schema/schema.ts';
import { RunDirectory } from '../../../src/worker/directory/run-directory.ts';
import { fakeServer, silent } from '../../models/server/fake-server.ts';
import {
  eventsOf,
  makeRun,
  ofType,
  resultOf,
  runToEnd,
  startWorker,
  temporaryDirectory,
} from '../support.ts';

const project = temporaryDirectory();
const sentence = (n: number) => `the whale ${n} swam on and the ship ${n} came after it, all night.\n`;
for (const [name, count] of [
  ['train.txt', 40],
  ['test.txt', 10],
] as const)
  writeFileSync(join(project, name), Array.from({ length: count }, (_, n) => sentence(n)).join(''));

const written = (url: string, changes: Partial<ExperimentInput> = {}): Partial<ExperimentInput> => ({
  name: 'taught from afar',
  dataset: {
    kind: 'language-model',
    train: 'train.txt',
    test: 'test.txt',
    tokenizer: { kind: 'words' },
    length: 16,
  },
  teacher: { server: { url, model: 'fake-1', parallel: 2 } },
  student: {
    model: { architecture: 'gpt2', hiddenSize: 8, layers: 1, heads: 2, intermediateSize: 16 },
  },
  strategy: { kind: 'generated', promptLength: 5 },
  training: { epochs: 1, batchSize: 8, learningRate: 0.01 },
  ...changes,
});

/** A run that somebody agreed to. */
async function agreedRun(name: string, changes: Partial<ExperimentInput>, serverRequests = 1000) {
  const run = await makeRun(project, name, changes);
  await run.create({ ...run.readRequest(), serverRequests });
  return run;
}

const cache = join(project, '.distillery', 'cache');
const answers = () =>
  (existsSync(cache) ? readdirSync(cache) : [])
    .filter((name) => name.startsWith('server-'))
    .map((name) => join(cache, name, 'answers.jsonl'))
    .filter((file) => existsSync(file))
    .map((file) => readFileSync(file, 'utf8'))
    .join('');

test('a student learns from texts of a server; a killed run goes on without asking anything twice', async () => {
  let held: number | undefined = 12;
  const fake = await fakeServer({
    answer: () => ({ text: 'swam on and on.' }),
    // Until the run was killed, only so many are answered.
    fault: (n) => (held !== undefined && n > held ? silent : undefined),
  });
  const run = await agreedRun('killed', written(fake.url));
  const worker = startWorker(run.path);
  // Each line is an answer that is on the disk.
  while (answers().split('\n').length <= 12) await sleep(20);
  worker.process.kill('SIGKILL');
  await worker.ended;
  held = undefined;
  assert.equal(fake.answered.size, 12);
  const { result, events } = await resultOf(run);
  assert.ok(result.student.perplexity! > 1);
  assert.equal(result.teacher, undefined);
  const asked = [...fake.answered.keys()];
  assert.deepEqual([...new Set(fake.answered.values())], [1], 'nothing was answered twice');
  // What the text says stands in the questions, not what the tokens make of it, and ends with a word.
  assert.ok(asked.every((text) => /^Go on .*\n\n.*[\w.,]$/s.test(text)));
  assert.ok(asked.some((text) => text.endsWith('the whale 0 swam')));
  const told = ofType(events, 'warning').map(({ message }) => message);
  assert.ok(
    told.some((message) =>
      /^fake-1 on 127\.0\.0\.1:\d+ taught by \d+ requests, [\d,]+ tokens read/.test(message),
    ),
    told.join('\n'),
  );

  // Another run of the same needs nothing any more: no agreement, and no server.
  fake.close();
  const again = await makeRun(project, 'again', written(fake.url));
  const second = await resultOf(again);
  assert.equal(second.result.student.loss, result.student.loss);
  assert.ok(!answers().includes('Bearer'));
});

test('a run that nobody agreed to, or to less, asks nothing', async () => {
  const fake = await fakeServer({ answer: () => ({ text: 'on' }) });
  for (const [name, agreed, message] of [
    ['unasked', undefined, /nobody has agreed/],
    ['less', 3, /only 3 were agreed to/],
  ] as const) {
    const run =
      agreed === undefined
        ? await makeRun(project, name, written(fake.url))
        : await agreedRun(name, written(fake.url), agreed);
    const { code, output } = await runToEnd(run);
    assert.equal(code, 2, output);
    assert.match(output, message);
  }
  assert.equal(fake.requests, 0);
});

test('the key comes by the environment, and is in no file of a run', async () => {
  const key = 'sk-of-a-test-0123456789';
  const fake = await fakeServer({ answer: () => ({ text: 'on and on' }), key });
  const teacher = { server: { url: fake.url, model: 'fake-1', keyFrom: 'DISTILLERY_TEST_KEY' } };
  const run = await agreedRun('keyed', written(fake.url, { teacher }));
  const without = await runToEnd(run);
  assert.equal(without.code, 2, without.output);
  assert.match(without.output, /DISTILLERY_TEST_KEY, and the environment of this run has no such variable/);
  process.env.DISTILLERY_TEST_KEY = key;
  try {
    await resultOf(run);
  } finally {
    delete process.env.DISTILLERY_TEST_KEY;
  }
  const { path } = new RunDirectory(run.path);
  for (const file of readdirSync(path, { recursive: true, withFileTypes: true }))
    if (file.isFile())
      assert.ok(!readFileSync(join(file.parentPath, file.name), 'latin1').includes(key), file.name);
  assert.ok(!answers().includes(key));
  assert.ok(!JSON.stringify(await eventsOf(run)).includes(key));
});

test('what a worker is told to ask a server for that no server tells is refused', async () => {
  const fake = await fakeServer({ answer: () => ({ text: 'on' }) });
  const run = await agreedRun('refused', written(fake.url, { strategy: { kind: 'sequence' } }));
  const { code, output } = await runToEnd(run);
  assert.equal(code, 2, output);
  assert.match(output, /needs more of its teacher than a server tells/);
  assert.equal(fake.requests, 0);
});

import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ExperimentInput } from '../../../src/experiment/schema/schema.ts';
import { type Asked, fakeServer, silent, type Written } from '../../models/server/fake-server.ts';
import { makeRun, ofType, resultOf, runToEnd, startWorker, temporaryDirectory } from '../support.ts';

const project = temporaryDirectory();
const rows = (from: number, count: number) =>
  Array.from({ length: count }, (_, n) =>
    JSON.stringify(
      n % 2 === 0
        ? { text: `cheap pills number ${from + n} buy now`, label: 'spam' }
        : { text: `the meeting ${from + n} is at noon`, label: 'ham' },
    ),
  ).join('\n');
writeFileSync(join(project, 'train.jsonl'), rows(100, 40));
writeFileSync(join(project, 'test.jsonl'), rows(500, 20));

const experiment = (server: Record<string, unknown>): Partial<ExperimentInput> => ({
  name: 'labelled from afar',
  dataset: {
    kind: 'text-classification',
    train: 'train.jsonl',
    test: 'test.jsonl',
    tokenizer: { kind: 'words' },
    maxLength: 16,
    validation: 0.1,
  },
  teacher: { server: { model: 'fake-1', parallel: 2, ...server } as never },
  student: {
    model: { architecture: 'bert', hiddenSize: 16, layers: 1, heads: 2, intermediateSize: 32 },
  },
  strategy: { kind: 'response', temperature: 2, alpha: 1 },
  training: { epochs: 12, batchSize: 8, learningRate: 0.01 },
});

async function agreedRun(name: string, server: Record<string, unknown>) {
  const run = await makeRun(project, name, experiment(server));
  await run.create({ ...run.readRequest(), serverRequests: 1000 });
  return run;
}

/** Sees spam for what it is, and leans to ham whatever it reads. */
const leaning = ({ text, logprobs }: Asked): Written => {
  const odds = text.includes('cheap') ? 2 : text.includes('meeting') ? 0.1 : 0.5;
  const spam = odds / (1 + odds);
  const places = [
    (spam > 0.5
      ? [
          ['spam', spam],
          ['ham', 1 - spam],
        ]
      : [
          ['ham', 1 - spam],
          ['spam', spam],
        ]
    ).map(([token, value]) => [token as string, Math.log(value as number)] as const),
  ];
  return { text: spam > 0.5 ? 'spam' : 'ham', ...(logprobs > 0 && { places }) };
};

const cache = join(project, '.distillery', 'cache');
const linesKept = () =>
  (existsSync(cache) ? readdirSync(cache) : [])
    .map((name) => join(cache, name, 'answers.jsonl'))
    .filter((file) => existsSync(file))
    .reduce((sum, file) => sum + readFileSync(file, 'utf8').split('\n').length - 1, 0);

test('a student learns the classes from a server alone; a killed run goes on without asking anything twice', async () => {
  let held: number | undefined = 9;
  const fake = await fakeServer({
    answer: leaning,
    fault: (n) => (held !== undefined && n > held ? silent : undefined),
  });
  const run = await agreedRun('killed', { url: fake.url });
  const worker = startWorker(run.path);
  while (linesKept() < 9) await sleep(20);
  worker.process.kill('SIGKILL');
  await worker.ended;
  held = undefined;
  const { result, events } = await resultOf(run);
  // Alpha is 1: no label was learned, the server's answers alone.
  assert.equal(result.student.accuracy, 1);
  assert.deepEqual([...new Set(fake.answered.values())], [1]);
  // 36 of 40 texts to learn from, and three without content.
  assert.equal(fake.answered.size, 39);
  const told = ofType(events, 'warning').map(({ message }) => message);
  assert.ok(
    told.some((message) =>
      /agree with the labels of the training samples in 100\.0 % \(100\.0 % before/.test(message),
    ),
    told.join('\n'),
  );
});

test('hard labels, unusable answers and a server that knows nothing are told', async () => {
  const plain = await fakeServer({
    answer: (asked) => (asked.text.includes('101') ? { text: 'Hm.' } : { text: leaning(asked).text }),
  });
  const { events } = await resultOf(await agreedRun('plain', { url: plain.url }));
  const told = ofType(events, 'warning');
  assert.ok(told.some(({ message, doubt }) => doubt === 'server-answers' && /hard labels/.test(message)));
  if ([...plain.answered.keys()].some((text) => text.includes('101')))
    assert.ok(told.some(({ message }) => /1 of 36 answers.*"Hm\."/.test(message)));

  const lost = await fakeServer({
    answer: ({ text }) => ({ text: text.includes('cheap') ? 'ham' : 'spam' }),
  });
  const wrong = await resultOf(await agreedRun('lost', { url: lost.url, calibrate: false }));
  assert.ok(ofType(wrong.events, 'warning').some(({ doubt }) => doubt === 'teacher-quality'));

  const other = await fakeServer({ answer: () => ({ text: 'As a model I cannot say.' }) });
  const { code, output } = await runToEnd(await agreedRun('other', { url: other.url }));
  assert.equal(code, 2, output);
  assert.match(output, /none of the classes/);
  assert.equal(other.requests, 1, 'it is found out by one question');
});

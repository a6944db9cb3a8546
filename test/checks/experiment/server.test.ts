import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { checkExperiment } from '../../../src/checks/check.ts';
import { costOfText } from '../../../src/checks/server-cost.ts';
import { fakeServer } from '../../models/server/fake-server.ts';
import { temporaryFolder } from '../support.ts';

const folder = await temporaryFolder();
const lines = (from: number, count: number) =>
  Array.from(
    { length: count },
    (_, n) => `whale ${from + n} swam on and ship ${from - n} came after it, all night.\n`,
  );
await writeFile(join(folder, 'train.txt'), lines(1000, 60).join(''));
await writeFile(join(folder, 'test.txt'), lines(5000, 10).join(''));
const file = join(folder, 'served.distill.json');
const student = { architecture: 'gpt2', hiddenSize: 8, layers: 1, heads: 2, intermediateSize: 16 };

const experiment = (server: Record<string, unknown>, changes: Record<string, unknown> = {}) =>
  JSON.stringify({
    name: 'Served',
    dataset: {
      kind: 'language-model',
      train: 'train.txt',
      test: 'test.txt',
      tokenizer: { kind: 'bytes' },
      length: 64,
    },
    teacher: { server: { url: 'http://localhost:8080/v1', model: 'm', ...server } },
    student: { model: student },
    strategy: { kind: 'generated', promptLength: 24 },
    ...changes,
  });

test('an experiment with a server is sound, and looking at it asks the server nothing', async () => {
  const fake = await fakeServer({ answer: () => ({ text: 'on' }) });
  const text = experiment({ url: fake.url });
  assert.deepEqual(await checkExperiment(text, file), []);
  const cost = await costOfText(text, file, join(folder, '.distillery'));
  assert.ok(cost!.requests > 20);
  assert.match(
    cost!.told,
    /^Texts of the training data go to m on 127\.0\.0\.1:\d+\. An estimate, at most .*\d+ requests/,
  );
  assert.match(cost!.told, /no "price".*No budget/);
  assert.equal(fake.requests, 0);
});

test('an estimate tells money, the key and the budget, and refuses what the budget does not allow', async () => {
  const paid = {
    keyFrom: 'SOME_KEY',
    price: { input: 100, output: 1000, currency: 'EUR' },
    budget: { requests: 1000, cost: 5 },
  };
  const { told } = (await costOfText(experiment(paid), file, folder))!;
  assert.match(told, /with the key in SOME_KEY.* EUR \d.*budget ends it at 1,000 requests, EUR 5\./);
  await assert.rejects(
    costOfText(experiment({ budget: { requests: 3 } }), file, folder),
    /budget of 3 requests for localhost:8080 does not allow that/,
  );
});

for (const [what, text, code, path, message] of [
  [
    'a strategy that needs more',
    experiment({}, { strategy: { kind: 'sequence' } }),
    'server-strategy',
    ['strategy', 'kind'],
    /needs more of its teacher than a server tells/,
  ],
  [
    'a strategy that needs none',
    experiment({}, { strategy: { kind: 'direct' } }),
    'server-strategy',
    ['strategy', 'kind'],
    /asks nothing of a teacher/,
  ],
  [
    'layers of a model that is not here',
    experiment({}, { student: { teacherLayers: [1] } }),
    'server-strategy',
    ['student', 'teacherLayers'],
    /weights are not at hand/,
  ],
  [
    'making it smaller',
    experiment({}, { strategy: { kind: 'quantize' }, student: undefined }),
    'server-strategy',
    ['strategy', 'kind'],
    /cannot be made smaller/,
  ],
  [
    'a key that everybody could read',
    experiment({ url: 'http://example.org/v1', keyFrom: 'SOME_KEY' }),
    'server-key',
    ['teacher', 'server', 'url'],
    /unencrypted/,
  ],
  [
    'a key in the file',
    experiment({ keyFrom: 'sk-1234567890' }),
    'server',
    ['teacher', 'server', 'keyFrom'],
    /name of a variable/,
  ],
  [
    'a password in the address',
    experiment({ url: 'https://me:secret@example.org/v1' }),
    'server',
    ['teacher', 'server', 'url'],
    /holds a name or a password/,
  ],
  [
    'what is no address',
    experiment({ url: 'localhost:8080' }),
    'server',
    ['teacher', 'server', 'url'],
    /no address/,
  ],
  [
    'money without a price',
    experiment({ budget: { cost: 1 } }),
    'server',
    ['teacher', 'server', 'budget', 'cost'],
    /what tokens cost is not said/,
  ],
  [
    'an instruction without the sample',
    experiment({ instruction: 'Write something.' }),
    'server',
    ['teacher', 'server', 'instruction'],
    /no \{text\}/,
  ],
  [
    'two teachers',
    experiment({}, { teacher: { model: student, server: { url: 'http://localhost/v1', model: 'm' } } }),
    'contradiction',
    ['teacher', 'server'],
    /both a "server" and a "model"/,
  ],
] as const)
  test(`refused: ${what}`, async () => {
    const errors = (await checkExperiment(text, file)).filter(({ severity }) => severity === 'error');
    const found = errors.find((error) => error.code === code);
    assert.ok(found, JSON.stringify(errors));
    assert.match(found.message, message);
    assert.deepEqual(found.path, path);
    assert.ok(found.remedy);
  });

test('options that do nothing beside a server are told', async () => {
  const text = experiment({}, { cacheTeacherSignals: false });
  const [warning, ...others] = await checkExperiment(text, file);
  assert.deepEqual([others, warning?.code, warning?.path], [[], 'unused-option', ['cacheTeacherSignals']]);
});

const mails = Array.from(
  { length: 24 },
  (_, n) => `{"text": "mail ${n} of ${n * n}", "label": "${['ham', 'spam'][n % 2]}"}`,
).join('\n');
await writeFile(join(folder, 'mails.jsonl'), mails);

const classified = (server: Record<string, unknown>, dataset: Record<string, unknown> = {}) =>
  experiment(server, {
    dataset: {
      kind: 'text-classification',
      train: 'mails.jsonl',
      testFraction: 0.25,
      validation: 0,
      tokenizer: { kind: 'bytes' },
      ...dataset,
    },
    strategy: { kind: 'response' },
    student: { model: { architecture: 'bert', hiddenSize: 16, layers: 1, heads: 2, intermediateSize: 32 } },
  });

test('classes of texts may be asked for, once for each text and three times for none', async () => {
  const text = classified({});
  assert.deepEqual(
    (await checkExperiment(text, file)).filter(({ severity }) => severity === 'error'),
    [],
  );
  assert.equal((await costOfText(text, file, folder))!.requests, 18 + 3);
  assert.equal((await costOfText(classified({ calibrate: false }), file, folder))!.requests, 18);
});

test('what a server is not asked for is refused, and options that do nothing are told', async () => {
  const images = experiment({}, { dataset: { kind: 'mnist' }, strategy: { kind: 'response' } });
  const [refused] = (await checkExperiment(images, file)).filter(({ code }) => code === 'server-strategy');
  assert.match(refused!.message, /which classes texts are of, and the dataset has images/);
  const more = await checkExperiment(classified({}, { unlabelled: { train: 'mails.jsonl' } }), file);
  assert.ok(more.some(({ severity }) => severity === 'error'));
  const idle = await checkExperiment(
    classified({ logProbabilities: 0, calibrate: true, maxTokens: 5 }),
    file,
  );
  assert.deepEqual(
    idle.filter(({ code }) => code === 'unused-option').map(({ path }) => path.at(-1)),
    ['calibrate', 'maxTokens'],
  );
});

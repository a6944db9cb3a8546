import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { Interruption } from '../../../src/base/interruption.ts';
import { UserError } from '../../../src/base/user-error.ts';
import { type ServerConfig, serverSchema } from '../../../src/experiment/schema/server-schema.ts';
import { type AskOptions, askAll } from '../../../src/models/server/ask-all.ts';
import { KeptAnswers } from '../../../src/models/server/kept-answers.ts';
import { asked, question } from '../../../src/models/server/questions.ts';
import { readWritten } from '../../../src/models/server/texts.ts';
import {
  cutOff,
  endless,
  type FakeOptions,
  fakeServer,
  nonsense,
  refusal,
  silent,
  webPage,
} from './fake-server.ts';

const folder = mkdtempSync(join(tmpdir(), 'distillery-'));
after(() => rmSync(folder, { recursive: true, force: true }));

let files = 0;
const newFile = () => join(folder, `${++files}.jsonl`);

const questions = (count: number) =>
  Array.from({ length: count }, (_, index) => {
    const text = `question ${index}`;
    const path = 'chat/completions' as const;
    return question(path, { ...asked(path, text), max_tokens: 8, temperature: 0 }, text, { output: 8 });
  });

const config = (url: string, changes: Partial<ServerConfig> = {}): ServerConfig =>
  ({ ...serverSchema.parse({ url, model: 'fake-1' }), ...changes }) as ServerConfig;

/** Asks so many questions. @returns the answers that were kept, also where it failed */
async function askFor(
  count: number,
  server: ServerConfig,
  options: Partial<AskOptions> & { file?: string } = {},
) {
  const file = options.file ?? newFile();
  const kept = await KeptAnswers.open(file);
  try {
    const error = await askAll(questions(count), {
      server,
      key: undefined,
      kept,
      read: readWritten,
      ...options,
    }).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    const answers = questions(count).filter(({ key }) => kept.has(key)).length;
    return { error, answers, file };
  } finally {
    await kept.close();
  }
}

const echo: FakeOptions['answer'] = ({ text }) => ({ text: `answer to ${text}` });

/** That a run ends with an error for people which says this. */
function assertSays(error: unknown, message: RegExp, remedy: RegExp): void {
  assert.ok(error instanceof UserError, String(error));
  assert.match(error.message, message);
  assert.match(error.remedy ?? '', remedy);
}

test('every question is asked once, as many at a time as are allowed, and no more', async () => {
  const fake = await fakeServer({
    answer: echo,
    // Answers late enough that others are asked meanwhile.
    fault: () => undefined,
  });
  const { error, answers, file } = await askFor(40, config(fake.url, { parallel: 3 }));
  assert.equal(error, undefined);
  assert.equal(answers, 40);
  assert.equal(fake.requests, 40);
  assert.ok(fake.mostAtOnce <= 3, `${fake.mostAtOnce}`);
  assert.equal((await askFor(40, config(fake.url), { file })).error, undefined);
  assert.equal(fake.requests, 40, 'what was answered is not asked again');
});

test('what passes is waited for: refusals, pages of a proxy, cut and silent connections', async () => {
  const faults = [refusal(503, 'loading'), webPage, cutOff, nonsense, refusal(500, 'oops'), silent];
  const fake = await fakeServer({ answer: echo, fault: (n) => (n % 2 === 0 ? faults[n / 2] : undefined) });
  const { error, answers } = await askFor(8, config(fake.url, { parallel: 1, timeout: 1 }));
  assert.equal(error, undefined);
  assert.equal(answers, 8);
  assert.deepEqual([...new Set(fake.answered.values())], [1]);
});

test('Retry-After is heeded by all', async () => {
  let refusedAt: number | undefined;
  const early: number[] = [];
  const fake = await fakeServer({
    answer: echo,
    fault(n) {
      const now = performance.now();
      if (n === 3) {
        refusedAt = now;
        return refusal(429, 'slow down', { 'Retry-After': '1' });
      }
      if (refusedAt !== undefined && now - refusedAt < 900) early.push(n);
      return undefined;
    },
  });
  const { error, answers } = await askFor(12, config(fake.url, { parallel: 2 }));
  assert.equal(error, undefined);
  assert.equal(answers, 12);
  // What was on its way when the server said so.
  assert.ok(early.length <= 1, `${early}`);
});

for (const [what, fault, message, remedy, most] of [
  [
    'a wrong key',
    refusal(401, 'Incorrect API key provided: sk-abcdef123'),
    /accept requests without a key/,
    /keyFrom/,
    1,
  ],
  ['an unknown model', refusal(404, 'no such model'), /no model "fake-1"/, /"model"/, 1],
  ['no credit', refusal(402, 'pay'), /paid/, /credit/, 1],
  [
    'a prompt beyond the context',
    refusal(400, "This model's maximum context length is 64 tokens"),
    /longer than/,
    /context/,
    1,
  ],
  ['an option that it does not know', refusal(400, 'Unknown field top_k'), /refuses.*top_k/, /option/, 1],
  ['another address', refusal(308, 'moved', { Location: 'https://example.org/v1' }), /elsewhere/, /"url"/, 1],
  ['a page of a proxy for good', webPage, /a web page/, /"url"/, 2],
  ['a stream of nonsense', nonsense, /a stream/, /"url"/, 2],
  [
    'a quota that is spent for long',
    refusal(429, 'quota', { 'Retry-After': '90000' }),
    /no more requests/,
    /90000 s/,
    1,
  ],
  ['an answer without an end', endless, /more than 64 MiB/, /"url"/, 1],
] as const)
  test(`${what} is found out by one question, and told with what to do`, async () => {
    const fake = await fakeServer({ answer: echo, fault: () => fault });
    const { error, answers } = await askFor(9, config(fake.url, { attempts: 2 }));
    assertSays(error, message, remedy);
    assert.equal(answers, 0);
    assert.ok(fake.requests <= most, `${fake.requests} requests`);
  });

test('a server that is down, or silent, ends a run after some attempts', async () => {
  const down = await fakeServer({ answer: echo });
  down.close();
  assertSays((await askFor(3, config(down.url, { attempts: 2 }))).error, /127\.0\.0\.1/, /Start the server/);
  const mute = await fakeServer({ answer: echo, fault: () => silent });
  const { error } = await askFor(3, config(mute.url, { attempts: 2, timeout: 1 }));
  assertSays(error, /has not answered for 1 s/, /"timeout"/);
  assert.equal(mute.requests, 2);
});

test('a model that changes in the middle ends the run, and nothing of the other one is kept', async () => {
  const fake = await fakeServer({
    answer: echo,
    fault(n) {
      if (n === 5) fake.becomes('fake-2');
      return undefined;
    },
  });
  const server = config(fake.url, { parallel: 1 });
  const { error, answers, file } = await askFor(9, server);
  assertSays(error, /"fake-1" at first.*"fake-2" now/, /version/);
  assert.equal(answers, 4);
  assertSays((await askFor(9, server, { file })).error, /two teachers/, /version/);
  fake.becomes('fake-1');
  assert.equal((await askFor(9, server, { file })).answers, 9);
});

test('a budget ends the run before it is gone beyond, and says what was used', async () => {
  const fake = await fakeServer({ answer: echo });
  const few = config(fake.url, { budget: { requests: 5 }, parallel: 4 });
  const { error, answers, file } = await askFor(9, few);
  assertSays(error, /budget of 5 requests.*5 requests.*5 of 9/, /"requests"/);
  assert.equal(answers, 5);
  assert.equal(fake.requests, 5);
  const price = { input: 1e6, output: 1e6, currency: 'EUR' };
  const money = config(fake.url, { price, budget: { cost: 60 }, parallel: 1 });
  const paid = await askFor(9, money, { file });
  // Each answer took two words of input and four of output, and is thought to take twelve and eight at most.
  assertSays(paid.error, /budget of EUR 60\.00/, /"cost"/);
  assert.equal(paid.answers, 7);
});

test('a stop is heard at once, and what is on its way is kept', async () => {
  let stopped = false;
  const fake = await fakeServer({
    answer: echo,
    fault(n) {
      if (n === 4) stopped = true;
      return undefined;
    },
  });
  const { error, answers } = await askFor(500, config(fake.url, { parallel: 2 }), {
    stopRequested: () => (stopped ? 'stop' : undefined),
  });
  assert.ok(error instanceof Interruption);
  assert.equal(answers, fake.requests);
  const mute = await fakeServer({ answer: echo, fault: () => silent });
  const cancelled = await askFor(5, config(mute.url), { stopRequested: () => 'cancel' });
  assert.ok(cancelled.error instanceof Interruption);
});

test('a key goes to the server and into no message', async () => {
  const key = 'sk-secret-0123456789';
  const fake = await fakeServer({ answer: echo, key });
  assert.equal((await askFor(3, config(fake.url), { key })).error, undefined);
  assert.ok(fake.headers.every(({ authorization }) => authorization === `Bearer ${key}`));
  const wrong = await askFor(3, config(fake.url, { keyFrom: 'FAKE_KEY' }), { key: 'sk-wrong-987654321' });
  assertSays(wrong.error, /the key in FAKE_KEY/, /Set FAKE_KEY/);
  const telling = await fakeServer({
    answer: echo,
    key,
    fault: () => refusal(400, `bad request with ${key} in it`),
  });
  const told = await askFor(3, config(telling.url), { key });
  assertSays(told.error, /bad request with … in it/, /option/);
  assert.ok(!JSON.stringify(told.error).includes(key));
});

test('a line that was cut in the middle of its write is no answer, and spoils none', async () => {
  const fake = await fakeServer({ answer: echo });
  const { file } = await askFor(4, config(fake.url));
  const whole = readFileSync(file);
  const last = whole.subarray(0, -1).lastIndexOf('\n') + 1;
  for (const length of [last + 3, whole.length - 20, whole.length - 1]) {
    writeFileSync(file, whole.subarray(0, length));
    const before = fake.requests;
    const again = await askFor(4, config(fake.url), { file });
    assert.deepEqual([again.error, again.answers, fake.requests - before], [undefined, 4, 1]);
    assert.equal(statSync(file).size, whole.length);
  }
  // Damage within a line costs this line alone.
  const spoiled = Buffer.from(whole);
  spoiled[20]! ^= 1;
  writeFileSync(file, spoiled);
  appendFileSync(file, 'nothing of ours\n');
  const before = fake.requests;
  const again = await askFor(4, config(fake.url), { file });
  assert.deepEqual([again.error, again.answers, fake.requests - before], [undefined, 4, 1]);
});

import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type TestContext, test } from 'node:test';
import { UserError } from '../../src/base/user-error.ts';
import { Random } from './frame/random.ts';
import { parserNames, partOf } from './parsers/all.ts';
import type { Block, BlockResult } from './parsers/block.ts';
import { addToCorpus, readCorpus } from './parsers/corpus.ts';
import { minimized } from './parsers/minimize.ts';
import { longestInput, mutated } from './parsers/mutate.ts';
import { judge } from './parsers/verdict.ts';
import { watchedChild } from './parsers/watched-child.ts';

const limit = { timeout: 900_000 };
const root = resolve(import.meta.dirname, '../..');

function temporary(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'distillery-test-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const blockOf = (parser: string, folder: string, inputs = 0): Block => ({
  parser,
  seed: 'short',
  number: 0,
  inputs,
  folder: join(folder, parser.replaceAll(' ', '-')),
  root,
  state: join(folder, 'state'),
});

/** How busy the machine is says nothing about the program. */
const patient = { patienceMs: 300_000, bytes: 2 * 2 ** 30 };

test('every parser reads or refuses what was found before, and some more', limit, async (t) => {
  const folder = temporary(t);
  const { results, end } = await watchedChild(
    parserNames.map((parser) => blockOf(parser, folder, 60)),
    undefined,
    patient,
  );
  assert.equal(end, undefined, `${end?.what}: ${end?.input.toString('latin1')}\n${end?.detail}`);
  for (const [index, line] of results.entries()) {
    const { found, inputs } = JSON.parse(line) as BlockResult;
    assert.ok(inputs >= 60, parserNames[index]);
    for (const { fault, input } of found)
      assert.equal(fault, undefined, `${parserNames[index]}: ${fault?.what}\n${fault?.detail}\n${input}`);
  }
});

for (const [input, what, bounds] of [
  ['hang', 'hangs', { ...patient, patienceMs: 3000 }],
  ['wait', 'hangs', { ...patient, patienceMs: 3000 }],
  ['grow', 'takes more than 0.25 GiB', { ...patient, bytes: 2 ** 28 }],
  ['crash', 'ends by SIGABRT', patient],
] as const)
  test(`the campaign sees that a parser ${what}: ${input}`, limit, async (t) => {
    const folder = temporary(t);
    writeFileSync(join(folder, 'input'), input);
    const { end } = await watchedChild([blockOf('self test', folder)], join(folder, 'input'), bounds);
    assert.equal(end?.what, what);
  });

for (const input of ['crash', 'reject'])
  test(`an input that ends a process is known by what was put down before: ${input}`, limit, async (t) => {
    const folder = temporary(t);
    // Others follow, which are not to be taken for it.
    for (const one of [input, 'one', 'other'])
      addToCorpus(join(folder, 'test/campaign/corpus'), 'self test', Buffer.from(one), one === input);
    const { end } = await watchedChild([{ ...blockOf('self test', folder, 50), root: folder }]);
    assert.equal(end?.input.toString(), input);
  });

test('only an error for people, with a remedy and the name of the file, is a refusal', async () => {
  const told = async (error: unknown) =>
    (await judge({ seeds: [], read: () => Promise.reject(error) }, Buffer.from('x'), 'a.csv')).fault?.what;
  const remedy = 'Mend it.';
  assert.equal(await told(new UserError('/x/a.csv is empty.', { remedy })), undefined);
  assert.equal(await told(new UserError('It is empty.', { remedy, place: '/x/a.csv' })), undefined);
  assert.match((await told(new UserError('/x/a.csv is empty.')))!, /without a remedy/);
  assert.match((await told(new UserError('It is empty.', { remedy })))!, /names no file/);
  assert.match((await told(new TypeError('x is undefined')))!, /TypeError/);
});

test('inputs follow from the seed, differ and have an end', () => {
  const inputs = (seed: string) => {
    const random = new Random(seed);
    const base = Buffer.from('{"a":[1,2,{"b":"c"}],"d":null}');
    return Array.from({ length: 300 }, () => mutated(base, { form: 'json' }, [base], random));
  };
  assert.deepEqual(inputs('1'), inputs('1'));
  assert.notDeepEqual(inputs('1'), inputs('2'));
  const all = inputs('1');
  assert.ok(new Set(all.map(String)).size > 200);
  assert.ok(all.every(({ length }) => length <= longestInput));
});

test('findings are made as small as they still are findings, and kept', async (t) => {
  const small = await minimized(
    Buffer.from('something long with a needle in it'),
    async (input) => input.includes('needle'),
    500,
  );
  assert.equal(small.toString(), 'needle');
  const corpus = temporary(t);
  for (let index = 0; index < 50; index++) addToCorpus(corpus, 'csv.gz', Buffer.from(`${index}`), false);
  addToCorpus(corpus, 'csv.gz', small, true);
  assert.ok(readCorpus(corpus, 'csv.gz').some((input) => input.equals(small)));
  assert.ok(readdirSync(join(corpus, 'csv.gz')).length < 50);
});

test('a million inputs are shared out among all parsers, each gets some thousands', () => {
  const inputs = parserNames.map((name) => Math.round(1_000_000 * partOf(name)));
  assert.equal(
    inputs.reduce((sum, count) => sum + count, 0),
    1_000_000,
  );
  assert.ok(inputs.every((count) => count >= 3000));
});

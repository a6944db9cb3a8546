import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { encode } from 'fast-png';
import { UserError } from '../../../src/base/user-error.ts';
import { inOrder } from '../../../src/data/batches.ts';
import type { Dataset } from '../../../src/data/dataset.ts';
import { openDataset } from '../../../src/data/open-dataset.ts';
import { datasetSchema } from '../../../src/experiment/schema/schema.ts';
import { idxBytes } from '../idx-files.ts';

const folder = mkdtempSync(join(tmpdir(), 'distillery-unlabelled-'));
after(() => rmSync(folder, { recursive: true }));
const write = (name: string, content: string | Uint8Array) => writeFileSync(join(folder, name), content);
const open = (config: object): Promise<Dataset> => openDataset(datasetSchema.parse(config), folder);
const fails = (config: object, message: RegExp, option?: string) =>
  assert.rejects(
    open(config),
    (error: unknown) =>
      error instanceof UserError &&
      message.test(error.message) &&
      (error.remedy ?? '') !== '' &&
      error.option === option,
  );
const words = ['sea', 'ship', 'whale', 'sail', 'wind', 'deck', 'mast', 'rope'];
const text = (at: number) => `${words[at % 8]} ${words[(at >> 3) % 8]} ${at}`;
const table = (name: string, rows: readonly string[]) => write(name, `text,label\n${rows.join('\n')}\n`);
const row = (at: number) => `${text(at)},${at % 2 ? 'yes' : 'no'}`;
const numbers = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index);
table('train.csv', numbers(0, 40).map(row));
table('test.csv', numbers(40, 50).map(row));
const texts = {
  kind: 'text-classification',
  train: 'train.csv',
  test: 'test.csv',
  tokenizer: { kind: 'bytes' },
  validation: 0.2,
};

/** Ids of all samples of a split. */
const idsOf = (split: Dataset['subset']): number[] =>
  split.size === 0 ? [] : [...split.batch(inOrder(split), split.size).sampleIds];

test('the rest is the training samples that are neither labelled nor held out', async () => {
  const { train, subset, unlabelled, validation, content, fingerprint } = await open({
    ...texts,
    labelledSubset: 6,
    unlabelled: {},
  });
  const rest = idsOf(unlabelled!.split);
  assert.deepEqual([...rest, ...idsOf(subset)].sort(), idsOf(train).sort());
  assert.ok(idsOf(validation).every((id) => !rest.includes(id)));
  // Neither is another without unlabelled samples: results stay comparable, teachers and signals are shared.
  const without = await open({ ...texts, labelledSubset: 6 });
  assert.deepEqual(
    [without.content, without.fingerprint, without.unlabelled],
    [content, fingerprint, undefined],
  );
  assert.equal(unlabelled!.fingerprint, fingerprint);
  await fails({ ...texts, unlabelled: {} }, /No training sample is left over/, 'unlabelled');
});

test('texts of every format are read, whatever else stands in it', async () => {
  const own = numbers(60, 65).map(text);
  write('raw.txt', `${own.join('\n\n')}\n   \n`);
  write('raw.jsonl', own.map((one) => JSON.stringify({ text: one, label: 7 })).join('\n'));
  write('raw.tsv', `n\ttext\n${own.map((one, at) => `${at}\t${one}`).join('\n')}\n`);
  mkdirSync(join(folder, 'raw'));
  for (const [at, one] of own.entries()) write(`raw/${at}.txt`, one);
  const contents = new Set<string>();
  for (const from of ['raw.txt', 'raw.jsonl', 'raw.tsv', 'raw']) {
    const { unlabelled, fingerprint } = await open({ ...texts, unlabelled: { from } });
    assert.deepEqual(idsOf(unlabelled!.split), [50, 51, 52, 53, 54], from);
    assert.notEqual(unlabelled!.fingerprint, fingerprint);
    contents.add(unlabelled!.content);
  }
  assert.equal(contents.size, 1);
});

test('what is tested or validated on is not learned from', async () => {
  const { validation } = await open(texts);
  const held = idsOf(validation)[0]!;
  const own = [...numbers(60, 70).map(text), text(41), text(41), text(45), text(held)];
  write('shared.txt', own.join('\n'));
  const { unlabelled, remarks } = await open({ ...texts, unlabelled: { from: 'shared.txt' } });
  assert.equal(unlabelled!.split.size, 10);
  assert.deepEqual(remarks, [
    {
      message:
        'Of 14 unlabelled samples 3 equal test samples and 1 equal validation samples, token by token: these are left out, so that 10 are learned from.',
    },
  ]);
  write('tested.txt', numbers(40, 44).map(text).join('\n'));
  await fails(
    { ...texts, unlabelled: { from: 'tested.txt' } },
    /4 equal test samples.*none is left/,
    'unlabelled',
  );
});

test('files that cannot be learned from are refused', async () => {
  const from = (name: string, changes = {}) => ({ ...texts, unlabelled: { from: name }, ...changes });
  await fails(from('nowhere.txt'), /does not exist/);
  write('empty.txt', '\n\n');
  await fails(from('empty.txt'), /holds no text/);
  write('other.csv', 'body,label\nsea,yes\n');
  await fails(from('other.csv'), /no column "text". Its columns are "body", "label"/);
  write('what.dat', 'sea');
  await fails(from('what.dat'), /does not say what format/);
  await fails(from('./test.csv'), /is the test data itself/, 'unlabelled');
  write(
    'pairs.csv',
    `a,b,label\n${numbers(0, 12)
      .map((at) => `${text(at)},${text(at + 9)},${at % 2}`)
      .join('\n')}\n`,
  );
  const pairs = {
    train: 'pairs.csv',
    test: undefined,
    textColumns: ['a', 'b'],
    tokenizer: { kind: 'words' },
  };
  await fails(from('raw.txt', pairs), /no table, and samples are pairs/);
  write('more.csv', 'a,b\nsea,ship\nwind,\nsail,deck\n');
  const { unlabelled } = await open(from('more.csv', pairs));
  assert.equal(unlabelled!.split.size, 2);
});

const images = (count: number, start: number, side = 2) =>
  idxBytes(
    [count, side, side],
    numbers(0, count).flatMap((at) => new Array<number>(side * side).fill(start + at)),
  );
const labels = (count: number) =>
  idxBytes(
    [count],
    numbers(0, count).map((at) => at % 2),
  );
write('train-images', images(20, 0));
write('train-labels', labels(20));
write('test-images', images(6, 30));
write('test-labels', labels(6));
const idx = {
  kind: 'idx',
  train: { images: 'train-images', labels: 'train-labels' },
  test: { images: 'test-images', labels: 'test-labels' },
};

test('images of an IDX file go without labels, of the size of the others', async () => {
  write('raw-images', images(8, 33));
  const { unlabelled, remarks } = await open({ ...idx, unlabelled: { from: 'raw-images' } });
  assert.deepEqual(idsOf(unlabelled!.split), [29, 30, 31, 32, 33]);
  assert.match(remarks![0]!.message, /^Of 8 unlabelled samples 3 equal test samples, pixel by pixel/);
  write('large-images', images(8, 33, 3));
  await fails(
    { ...idx, unlabelled: { from: 'large-images' } },
    /are 2 × 2 pixels, but those of .* are 3 × 3/,
  );
  await fails({ ...idx, unlabelled: { from: 'train-labels' } }, /1 dimension/);
  await fails({ ...idx, unlabelled: { from: 'test-images' } }, /is the test data itself/, 'unlabelled');
  const rest = await open({ ...idx, labelledSubset: 4, unlabelled: {} });
  assert.equal(rest.unlabelled!.split.size, rest.train.size - 4);
});

test('a folder of images needs no classes', async () => {
  const png = (value: number, side = 2) =>
    encode({
      width: side,
      height: side,
      channels: 1,
      depth: 8,
      data: new Uint8Array(side * side).fill(value),
    });
  const put = (name: string, content: Uint8Array) => {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    write(name, content);
  };
  for (const at of numbers(0, 12)) put(`pictures/${at % 2}/${at}.png`, png(at));
  for (const at of numbers(12, 16)) put(`tests/${at % 2}/${at}.png`, png(at));
  for (const at of numbers(14, 20)) put(`raw-pictures/${at % 3 ? 'strange/' : ''}${at}.png`, png(at));
  const config = { kind: 'image-folder', train: 'pictures', test: 'tests', colour: 'grey' };
  const { unlabelled } = await open({ ...config, unlabelled: { from: 'raw-pictures' } });
  assert.deepEqual(idsOf(unlabelled!.split).length, 4);
  await fails(
    {
      ...config,
      unlabelled: { from: 'raw-pictures' },
      train: 'pictures',
      height: undefined,
      test: 'raw-pictures/..',
    },
    /lie one in the other/,
    'unlabelled',
  );
  mkdirSync(join(folder, 'nothing'));
  await fails({ ...config, unlabelled: { from: 'nothing' } }, /has no .png or .jpg/);
  put('raw-pictures/large.png', png(3, 5));
  await fails({ ...config, unlabelled: { from: 'raw-pictures' } }, /large.png is 5 × 5 pixels/);
});

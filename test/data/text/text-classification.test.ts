import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { batches, inOrder } from '../../../src/data/batches.ts';
import type { Dataset, Split } from '../../../src/data/dataset.ts';
import { fails, open, write } from './dataset-folder.ts';

/** Every sample of a split as text and label, by id. */
function samplesOf(split: Split, { tokenizer, classNames }: Dataset, batchSize = 3) {
  const samples = new Map<number, { text: string; label: string | undefined }>();
  for (const batch of batches(split, inOrder(split), batchSize)) {
    const [, length] = batch.input.ids!.shape as [number, number];
    batch.sampleIds.forEach((id, row) => {
      const real = batch.input.mask!.data.subarray(row * length, (row + 1) * length) as Float32Array;
      const count = real.reduce((sum, one) => sum + one, 0);
      const ids = Array.from(batch.input.ids!.data.subarray(row * length, row * length + count));
      samples.set(id, { text: tokenizer!.decode(ids), label: classNames[batch.labels.data[row]!] });
    });
  }
  return samples;
}

const rows = Array.from({ length: 60 }, (_, index) => ({
  text: `${index % 3 === 0 ? 'good' : 'bad'} words ${'again '.repeat(index % 18)}number${index}`,
  label: index % 3 === 0 ? 'yes' : 'no',
}));
write('train.jsonl', rows.map((row) => JSON.stringify(row)).join('\n'));
write('test.csv', 'label,text\nyes,"good, good"\nno,bad only-in-test only-in-test\n');

describe('text classification', () => {
  const config = {
    kind: 'text-classification',
    train: 'train.jsonl',
    test: 'test.csv',
    tokenizer: { kind: 'bytes' },
  };

  test('samples are the texts with their labels, by the number of the row', async () => {
    const dataset = await open(config);
    assert.deepEqual(dataset.classNames, ['no', 'yes']);
    const all = new Map([
      ...samplesOf(dataset.train, dataset),
      ...samplesOf(dataset.validation, dataset),
      ...samplesOf(dataset.test, dataset),
    ]);
    assert.equal(all.size, 62);
    rows.forEach((row, index) => {
      assert.deepEqual(all.get(index), row);
    });
    assert.deepEqual(all.get(60), { text: 'good, good', label: 'yes' });
  });

  test('batches are as long as their bucket; padding is masked, and rows that fill up weigh nothing', async () => {
    const { train, task } = await open({ ...config, validation: 0 });
    const batch = train.batch(Int32Array.of(0, 1), 3);
    assert.deepEqual(batch.input.ids!.shape, [3, 32]);
    assert.deepEqual([...batch.weights.data], [1, 1, 0]);
    const real = rows[0]!.text.length + 2;
    assert.deepEqual(
      [...batch.input.mask!.data.subarray(0, 32)],
      [...new Array(real).fill(1), ...new Array(32 - real).fill(0)],
    );
    assert.ok(batch.input.ids!.data.subarray(real, 32).every((id) => id === task.text!.padId));
    const longest = train.batch(Int32Array.of(17), 1);
    assert.deepEqual(longest.input.ids!.shape, [1, 128]);
  });

  test('the vocabulary of words comes from training texts alone', async () => {
    const { tokenizer } = await open({ ...config, tokenizer: { kind: 'words', minCount: 1 } });
    assert.ok(!tokenizer!.encode('good').includes(1));
    assert.deepEqual(tokenizer!.encode('only'), [1]);
    const aside = await open({ ...config, test: undefined, tokenizer: { kind: 'words', minCount: 1 } });
    const unseen = [...samplesOf(aside.test, aside).keys()];
    assert.ok(unseen.length > 0);
    for (const id of unseen) assert.deepEqual(aside.tokenizer!.encode(`number${id}`), [1]);
  });

  test('without a test file, as large a part of each class is set aside, and nothing lies in two splits', async () => {
    const dataset = await open({ ...config, test: undefined, testFraction: 0.25, labelledSubset: 10 });
    const ids = (split: Split) => [...samplesOf(split, dataset).keys()];
    const parts = [ids(dataset.train), ids(dataset.validation), ids(dataset.test)];
    assert.equal(new Set(parts.flat()).size, 60);
    assert.equal(parts.flat().length, 60);
    const labels = [...samplesOf(dataset.test, dataset).values()].map(({ label }) => label);
    assert.equal(labels.filter((label) => label === 'yes').length, 5);
    assert.equal(labels.length, 15);
    const subset = [...samplesOf(dataset.subset, dataset).values()].map(({ label }) => label);
    assert.equal(subset.filter((label) => label === 'yes').length, 5);
    assert.ok(ids(dataset.subset).every((id) => parts[0]!.includes(id)));
  });

  test('the fingerprint tells texts, labels, tokenizers and lengths apart, and nothing else', async () => {
    const print = async (change: object) => (await open({ ...config, ...change })).fingerprint;
    const original = await print({});
    assert.equal(await print({}), original);
    assert.equal(await print({ labelledSubset: 10 }), original);
    write(
      'other.jsonl',
      rows.map((row, i) => JSON.stringify({ ...row, text: `${row.text}${i === 7 ? '!' : ''}` })).join('\n'),
    );
    write(
      'relabelled.jsonl',
      rows.map((row, i) => JSON.stringify({ ...row, label: i === 7 ? 'yes' : row.label })).join('\n'),
    );
    const all = await Promise.all(
      [
        {},
        { train: 'other.jsonl' },
        { train: 'relabelled.jsonl' },
        { tokenizer: { kind: 'words' } },
        { maxLength: 64 },
        { splitSeed: 1 },
      ].map(print),
    );
    assert.equal(new Set(all).size, all.length);
  });

  test('the content tells samples, labels and splits apart, but not what is made of them', async () => {
    const content = async (change: object) => (await open({ ...config, ...change })).content;
    const original = await content({});
    assert.equal(await content({}), original);
    for (const same of [{ tokenizer: { kind: 'words' } }, { maxLength: 256 }])
      assert.equal(await content(same), original, JSON.stringify(same));
    const all = await Promise.all(
      [
        {},
        { train: 'other.jsonl' },
        { train: 'relabelled.jsonl' },
        { test: 'other.jsonl' },
        { splitSeed: 1 },
        { labelledSubset: 10 },
      ].map(content),
    );
    assert.equal(new Set(all).size, all.length);
    const swapped = [...rows.slice(0, 5), rows[6]!, rows[5]!, ...rows.slice(7)];
    write('swapped.jsonl', swapped.map((row) => JSON.stringify(row)).join('\n'));
    assert.notEqual(await content({ train: 'swapped.jsonl' }), original);
  });

  test('labels that are numbers are ordered as numbers', async () => {
    const numbered = Array.from({ length: 24 }, (_, i) => `${(i % 12) + 1},text ${i}`).join('\n');
    write('numbers.csv', `label,text\n${numbered}`);
    const { classNames } = await open({ ...config, train: 'numbers.csv', test: undefined });
    assert.deepEqual(classNames, ['1', '2', '3', '4', '5', '6', '7', '8', '9', '10', '11', '12']);
  });

  const kept = { one: 'pos', ' padded ': 'neg', three: 'pos', NA: 'neg', 'nine ': 'pos', ten: 'neg' };
  for (const format of ['csv', 'tsv', 'jsonl', 'parquet'])
    test(`rows without a text or a label are left out and counted, from ${format} of pandas`, async () => {
      const train = join(import.meta.dirname, `../../fixtures/text/gaps.${format}`);
      const dataset = await open({ ...config, train, test: undefined, validation: 0 });
      assert.deepEqual(dataset.classNames, ['neg', 'pos']);
      const samples = [dataset.train, dataset.test].flatMap((split) => [
        ...samplesOf(split, dataset).values(),
      ]);
      assert.deepEqual(
        Object.fromEntries(samples.map(({ text, label }) => [text, label]).sort()),
        Object.fromEntries(Object.entries(kept).sort()),
      );
      assert.deepEqual(dataset.remarks, [
        {
          kind: 'data-left-out',
          message: `6 of 12 rows of gaps.${format} are left out: 4 without a text, 2 without a label.`,
        },
      ]);
    });

  test('texts that are learned and tested both are counted, and drawn into one split only', async () => {
    const line = (index: number) => `${index % 2 ? 'yes' : 'no'},words of text ${index}`;
    const indices = Array.from({ length: 300 }, (_, index) => index);
    const twice = [...indices, ...indices.filter((index) => index % 7 === 0)];
    write('twice.csv', `label,text\n${twice.map(line).join('\n')}\n`);
    write('leaking.csv', `label,text\n${[3, 4, 400, 401].map(line).join('\n')}\n`);
    const leaking = await open({ ...config, train: 'twice.csv', test: 'leaking.csv', validation: 0 });
    assert.deepEqual(
      leaking.remarks!.map(({ kind, message }) => [kind, message.slice(0, 68)]),
      [['duplicate-samples', '2 of 4 test samples (50.0 %) stand among the training samples too, t']],
    );
    for (const splitSeed of [0, 1, 2, 3]) {
      const drawn = await open({ ...config, train: 'twice.csv', test: undefined, splitSeed });
      const texts = (split: Split) => [...samplesOf(split, drawn).values()].map(({ text }) => text);
      const learned = new Set(texts(drawn.train));
      const held = [...texts(drawn.validation), ...texts(drawn.test)];
      assert.equal(drawn.train.size + held.length, twice.length);
      assert.deepEqual(
        held.filter((text) => learned.has(text)),
        [],
      );
      assert.deepEqual(
        drawn.remarks!.filter(({ kind }) => kind !== undefined),
        [],
      );
    }
  });

  test('a text column that is not there', () => fails({ ...config, textColumn: 'body' }, /no column "body"/));

  test('labels out of range', async () => {
    await fails(
      { ...config, classes: ['no', 'maybe'] },
      /"yes" in line 1 .*none of the classes "no", "maybe"/,
    );
    write('strange.csv', 'label,text\nyes,a\nperhaps,b\n');
    await fails({ ...config, test: 'strange.csv' }, /"perhaps" in line 3 .*none of the classes/);
  });

  test('the names of classes that stand in a Parquet file are read, in their order', async () => {
    const train = join(import.meta.dirname, '../../fixtures/text/class-labels.parquet');
    const dataset = await open({ ...config, train, test: undefined });
    assert.deepEqual(dataset.classNames, ['urgent', 'dull', 'odd']);
    for (const [id, { label }] of samplesOf(dataset.train, dataset))
      assert.equal(label, ['urgent', 'dull', 'odd'][id % 3]);
    const numbered = await open({ ...config, train, test: undefined, classes: ['3', '0', '1'] });
    assert.deepEqual(
      numbered.classNames,
      ['3', '0', '1'],
      'an experiment may go on calling them by their numbers',
    );
    write('test.jsonl', '{"text":"a","label":"dull"}\n{"text":"b","label":"odd"}\n');
    const other = await open({ ...config, train, test: 'test.jsonl' });
    assert.deepEqual(Array.from(other.test.batch(Int32Array.of(0, 1), 2).labels.data), [1, 2]);
  });

  test('an empty class', () => fails({ ...config, classes: ['no', 'yes', 'never'] }, /"never" has no text/));

  test('one class only, no texts at all, and a text that is none', async () => {
    write('one.csv', 'label,text\nyes,a\nyes,b\n');
    await fails({ ...config, train: 'one.csv' }, /Every text .*"yes"/);
    write('none.csv', 'label,text\n');
    await fails({ ...config, train: 'none.csv' }, /holds no row with a text and a label/);
    write('null.jsonl', '{"text":null,"label":1}\n');
    await fails({ ...config, train: 'null.jsonl' }, /holds no row with a text and a label/);
    write('number.jsonl', '{"text":5,"label":1}\n');
    await fails({ ...config, train: 'number.jsonl' }, /no text in column "text", line 1.*a number instead/);
    write('float.jsonl', '{"text":"a","label":0.5}\n');
    await fails({ ...config, train: 'float.jsonl' }, /no label in column "label", line 1.*0\.5/);
  });
});

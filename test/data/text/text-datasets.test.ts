import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { UserError } from '../../../src/base/user-error.ts';
import { batches, inOrder } from '../../../src/data/batches.ts';
import type { Dataset, Split } from '../../../src/data/dataset.ts';
import { subjectAndText } from '../../../src/data/datasets/spam-assassin.ts';
import { openDataset } from '../../../src/data/open-dataset.ts';
import { datasetSchema } from '../../../src/experiment/schema/schema.ts';

const folder = mkdtempSync(join(tmpdir(), 'distillery-texts-'));
after(() => rmSync(folder, { recursive: true }));

const write = (name: string, content: string) => writeFileSync(join(folder, name), content);
const open = (config: object): Promise<Dataset> => openDataset(datasetSchema.parse(config), folder);
const fails = (config: object, pattern: RegExp) =>
  assert.rejects(
    open(config),
    (error: unknown) =>
      error instanceof UserError && pattern.test(error.message) && (error.remedy ?? '') !== '',
  );

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

describe('language models', () => {
  const config = { kind: 'language-model', tokenizer: { kind: 'bytes' }, validation: 0 };

  /** Ids of all samples in order, real tokens only, with labels. */
  function sequence(split: Split) {
    return Array.from({ length: split.size }, (_, position) => {
      const batch = split.batch(Int32Array.of(position), 1);
      const count = (batch.input.mask!.data as Float32Array).reduce((sum, one) => sum + one, 0);
      return {
        ids: Array.from(batch.input.ids!.data.subarray(0, count)),
        labels: Array.from(batch.labels.data),
        length: batch.input.ids!.shape[1]!,
      };
    });
  }

  const letters = (text: string) => [...Buffer.from(text)];
  const end = 258;

  mkdirSync(join(folder, 'books'));
  write('books/1.txt', 'abcdefg');
  write('books/2.txt', 'hij');
  write('books/ignored.bin', '\0');
  write('held.txt', 'klmnopqrst');

  test('packed: documents one after the other, an end behind each, nothing lost', async () => {
    const {
      train,
      test: held,
      task,
    } = await open({ ...config, train: 'books', test: 'held.txt', length: 4 });
    assert.equal(task.classes, 259);
    assert.equal(task.text!.goal, 'language-model');
    assert.deepEqual(
      sequence(train).map(({ ids }) => ids),
      [letters('abcd'), [...letters('efg'), end], [...letters('hij'), end]],
    );
    assert.deepEqual(sequence(held).at(-1)!.ids, [...letters('st'), end]);
    const [first] = sequence(train);
    assert.deepEqual(first!.labels, first!.ids);
  });

  test('documents: samples lie within one, padding is no target', async () => {
    const { train } = await open({
      ...config,
      train: 'books',
      test: 'held.txt',
      length: 5,
      samples: 'documents',
    });
    const samples = sequence(train);
    assert.deepEqual(
      samples.map(({ ids }) => ids),
      [letters('abcde'), [...letters('fg'), end], [...letters('hij'), end]],
    );
    assert.deepEqual(samples[1]!.labels, [...letters('fg'), end, -100, -100]);
  });

  test('prompts are masked out of the loss, and texts whose prompts leave no room are left out and counted', async () => {
    write(
      'prompts.jsonl',
      [
        { prompt: 'Q:', text: 'yes' },
        { prompt: 'a prompt longer than one sample ', text: 'no' },
        { prompt: 'sixteen letters:', text: 'none of this fits' },
        { prompt: 'fifteen letters', text: 'one of these does' },
        { prompt: null, text: 'no prompt at all' },
        { prompt: 'No text:', text: '' },
      ]
        .map((row) => JSON.stringify(row))
        .join('\n'),
    );
    const prompted = { ...config, promptColumn: 'prompt', samples: 'documents', length: 16 };
    const { train, remarks } = await open({ ...prompted, train: 'prompts.jsonl', test: 'held.txt' });
    const samples = sequence(train);
    assert.deepEqual(
      samples.map(({ ids }) => ids),
      [[...letters('Q:yes'), end], letters('fifteen letterso'), letters('no prompt at all')],
    );
    assert.deepEqual(samples[0]!.labels.slice(0, 6), [-100, -100, ...letters('yes'), end]);
    // Never a target without the whole prompt before it.
    assert.deepEqual(samples[1]!.labels, [...new Array(15).fill(-100), ...letters('o')]);
    assert.deepEqual(
      remarks!.map(({ kind, message }) => [kind, message.slice(0, 60)]),
      [
        ['data-left-out', '1 of 6 rows of prompts.jsonl are left out: 1 without a text.'],
        ['prompts', '2 of 4 training texts with a prompt are left out: the prompt'],
        ['prompts', '1 of 4 training texts with a prompt are cut off where their '],
      ],
    );
    assert.throws(
      () => datasetSchema.parse({ ...config, train: 'prompts.jsonl', promptColumn: 'prompt' }),
      /packed/,
    );
    const long = { prompt: 'a prompt longer than one sample ', text: 'no' };
    write('long-prompts.jsonl', [long, long, long].map((row) => JSON.stringify(row)).join('\n'));
    const tooLong =
      /Every prompt of the (training|test) texts in long-prompts.jsonl fills a sample of 16 tokens/;
    await fails({ ...prompted, train: 'long-prompts.jsonl', test: 'held.txt' }, tooLong);
    await fails({ ...prompted, train: 'prompts.jsonl', test: 'long-prompts.jsonl' }, tooLong);
  });

  test('the end of the text is the test set, what stands before it is held out, the rest is learned', async () => {
    const lines = Array.from({ length: 4000 }, (_, i) => `line ${String(i).padStart(4, '0')}\n`).join('');
    write('long.txt', lines);
    const dataset = await open({
      ...config,
      train: 'long.txt',
      length: 100,
      testFraction: 0.25,
      validation: 0.1,
    });
    const text = (split: Split) =>
      sequence(split)
        .map(({ ids }) => dataset.tokenizer!.decode(ids))
        .join('');
    const whole = text(dataset.train) + text(dataset.validation) + text(dataset.test);
    assert.equal(whole, lines);
    const share = dataset.test.size / (dataset.train.size + dataset.validation.size + dataset.test.size);
    assert.ok(share > 0.24 && share < 0.26);
  });

  test('however short the text, the test set is as large a part of it as was asked for', async () => {
    for (const characters of [17_000, 9_000, 1_000, 200]) {
      const words = Array.from({ length: characters }, (_, i) => (i % 7 === 6 ? ' ' : 'w')).join('');
      write('small.txt', words);
      const { train, validation, test } = await open({
        ...config,
        train: 'small.txt',
        length: 10,
        testFraction: 0.1,
        validation: 0.1,
      });
      const tokens = (split: Split) => sequence(split).reduce((sum, { ids }) => sum + ids.length, 0);
      const wanted = [0.81 * characters, 0.09 * characters, 0.1 * characters];
      [train, validation, test].forEach((split, index) => {
        const off = Math.abs(tokens(split) - wanted[index]!);
        assert.ok(off <= 16, `${characters} ${split.name}: ${tokens(split)} of ${wanted[index]}`);
      });
    }
  });

  test('rows of a table that are documents stay whole, and each side has one', async () => {
    const table = async (lengths: number[], testFraction: number) => {
      write('rows.jsonl', lengths.map((length) => JSON.stringify({ text: 'x'.repeat(length) })).join('\n'));
      const { train, test } = await open({
        ...config,
        train: 'rows.jsonl',
        samples: 'documents',
        testFraction,
      });
      return [train, test].map((split) => sequence(split).map(({ ids }) => ids.length - 1));
    };
    assert.deepEqual(await table([10, 11, 12, 13, 14, 15, 16, 17, 18, 19], 0.1), [
      [10, 11, 12, 13, 14, 15, 16, 17, 18],
      [19],
    ]);
    assert.deepEqual(await table([100, 5], 0.5), [[100], [5]]);
    assert.deepEqual(await table([5, 100], 0.1), [[5], [100]]);
    await assert.rejects(table([5], 0.1), /no test text in rows\.jsonl/);
  });

  test('too little text, a folder without texts, a path that is not there', async () => {
    write('short.txt', '');
    await fails({ ...config, train: 'short.txt', test: 'held.txt' }, /no training text in short\.txt/);
    await fails({ ...config, train: 'held.txt', test: 'short.txt' }, /no test text in short\.txt/);
    const words = { ...config, tokenizer: { kind: 'words' } };
    await fails({ ...words, train: 'short.txt', test: 'held.txt' }, /There are no words/);
    await fails({ ...words, train: 'held.txt', test: 'held.txt' }, /No word occurs 2 times/);
    mkdirSync(join(folder, 'empty'));
    await fails({ ...config, train: 'empty' }, /no \.txt or \.md files/);
    await fails({ ...config, train: 'nowhere.txt' }, /does not exist/);
  });
});

describe('real texts', () => {
  test('of a mail only subject and text are seen', () => {
    const mail =
      'From a@b Thu Aug 22\nReceived: from x\n\tby y; subject: no\nSubject: Two\n\tlines\nX-Spam: yes\n\nBody\n\nSubject: z\n';
    assert.equal(subjectAndText(mail), 'Two lines\nBody\n\nSubject: z\n');
    assert.equal(subjectAndText('From a\n\nNo subject'), '\nNo subject');
  });

  test('SpamAssassin: 6,046 mails, 1,896 of them spam', async () => {
    const dataset = await open({ kind: 'spam-assassin', maxLength: 256, tokenizer: { kind: 'bytes' } });
    assert.deepEqual(dataset.classNames, ['ham', 'spam']);
    const splits = [dataset.train, dataset.validation, dataset.test];
    assert.equal(
      splits.reduce((sum, split) => sum + split.size, 0),
      6046,
    );
    let spam = 0;
    for (const split of splits)
      for (const { labels, weights } of batches(split, inOrder(split), 500))
        labels.data.forEach((label, row) => {
          spam += weights.data[row]! * label;
        });
    assert.equal(spam, 1896);
    // Mails that the corpus holds several times are all on one side, as a model sees them.
    const mails = (split: Split) =>
      Array.from({ length: split.size }, (_, at) => split.batch(Int32Array.of(at), 1).input.ids!.data.join());
    const learned = new Set(mails(dataset.train));
    assert.deepEqual(
      [...mails(dataset.validation), ...mails(dataset.test)].filter((mail) => learned.has(mail)),
      [],
    );
    assert.deepEqual(dataset.remarks, []);
  });

  test('Moby Dick begins with the etymology and ends with the epilogue', async () => {
    const dataset = await open({ kind: 'moby-dick', tokenizer: { kind: 'bytes' }, length: 256 });
    const text = (split: Split, position: number) =>
      dataset.tokenizer!.decode(Array.from(split.batch(Int32Array.of(position), 1).input.ids!.data));
    assert.match(text(dataset.train, 0), /^ETYMOLOGY/);
    assert.match(text(dataset.test, dataset.test.size - 1), /orphan/);
    const samples = dataset.train.size + dataset.validation.size + dataset.test.size;
    assert.ok(samples * 256 > 1_200_000);
  });
});

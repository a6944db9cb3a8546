import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { Split } from '../../../src/data/dataset.ts';
import { datasetSchema } from '../../../src/experiment/schema/schema.ts';
import { fails, folder, open, write } from './dataset-folder.ts';

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

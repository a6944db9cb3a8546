import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fails, open, write } from '../dataset-folder.ts';

const config = {
  kind: 'text-regression',
  train: 'numbers.csv',
  tokenizer: { kind: 'bytes' },
  testFraction: 0.25,
};
const rows = Array.from({ length: 24 }, (_, at) => `text ${at},${(at / 4).toFixed(2)}`);

test('texts have their numbers, in every split and by every format', async () => {
  write('numbers.csv', ['text,label', ...rows].join('\n'));
  write(
    'numbers.jsonl',
    Array.from({ length: 24 }, (_, at) => JSON.stringify({ text: `text ${at}`, label: at / 4 })).join('\n'),
  );
  const all = [];
  for (const train of ['numbers.csv', 'numbers.jsonl']) {
    const { task, classNames, train: split, test, validation, content } = await open({ ...config, train });
    assert.deepEqual([task.kind, task.classes, classNames], ['text-regression', 1, []]);
    assert.equal(split.size + test.size + validation.size, 24);
    assert.equal(test.size, 6);
    const { labels, sampleIds, weights } = split.batch(Int32Array.of(0, 3), 3);
    assert.deepEqual([labels.dtype, labels.shape], ['float32', [3]]);
    assert.deepEqual(
      [...labels.data.subarray(0, 2)],
      [...sampleIds].map((id) => id / 4),
    );
    assert.deepEqual([...weights.data], [1, 1, 0]);
    all.push(content);
  }
  assert.equal(new Set(all).size, 1);
  assert.equal((await open({ ...config, labelledSubset: 5 })).subset.size, 5);
});

test('what is no number is named with its line and what to write instead', async () => {
  const broken = async (label: string, pattern: RegExp, line = 'four') => {
    write('broken.csv', `text,label\none,1\ntwo,2\nthree,3\n${line},${label}\n`);
    await fails({ ...config, train: 'broken.csv' }, pattern);
  };
  await broken('good', /column "label", line 5 of .*broken\.csv, is no number: "good"/);
  await broken('NaN', /is no number: "NaN"/);
  await broken('"3,5"', /is no number: "3,5"/);
  await broken('1e300', /is no number/);
  await broken('0x10', /is no number/);
  write('same.csv', 'text,label\none,2\ntwo,2\n');
  await fails(
    { ...config, train: 'same.csv' },
    /Every text in .*same\.csv has the number 2: there is nothing to learn/,
  );
  write('none.csv', 'text,label\none,\ntwo,\n');
  await fails({ ...config, train: 'none.csv' }, /holds no row with a text and a number/);
  await fails({ ...config, labelColumn: 'score' }, /has no column "score"/);
});

test('rows without a number are left out and counted, and numbers far from 1 are spoken of', async () => {
  write(
    'far.csv',
    ['text,label', ...rows.map((row, at) => `${row.split(',')[0]},${at === 2 ? '' : 1000 + at}`)].join('\n'),
  );
  const { remarks, train, test, validation } = await open({ ...config, train: 'far.csv' });
  const messages = remarks!.map(({ message }) => message);
  assert.ok(
    messages.some((message) => /1 of 24 rows of far.csv are left out: 1 without a label/.test(message)),
  );
  assert.ok(
    messages.some((message) =>
      /mean of 1010 and a standard deviation of .*Dividing them by 1000/.test(message),
    ),
  );
  assert.equal(train.size + test.size + validation.size, 23);
});

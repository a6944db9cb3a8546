import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fails, open, write } from '../dataset-folder.ts';

const config = { kind: 'text-multi-label', train: 'sets.jsonl', tokenizer: { kind: 'bytes' }, validation: 0 };
const sets = Array.from({ length: 20 }, (_, at) => ['a', 'b', 'c'].filter((_, label) => (at >> label) & 1));

test('labels come from lists, from texts with something between them, and from columns of yes and no', async () => {
  write('sets.jsonl', sets.map((labels, at) => JSON.stringify({ text: `text ${at}`, labels })).join('\n'));
  write(
    'sets.csv',
    ['text,labels', ...sets.map((labels, at) => `text ${at},${labels.join('; ')}`)].join('\n'),
  );
  write(
    'columns.csv',
    [
      'text,a,b,c',
      ...sets.map(
        (labels, at) => `text ${at},${['a', 'b', 'c'].map((one) => (labels.includes(one) ? 1 : 'no'))}`,
      ),
    ].join('\n'),
  );
  const contents = new Set<string>();
  for (const change of [
    {},
    { train: 'sets.csv', separator: ';' },
    { train: 'columns.csv', labelColumns: ['a', 'b', 'c'] },
  ]) {
    const { task, classNames, train, test, content } = await open({ ...config, ...change });
    assert.deepEqual([task.kind, task.classes, classNames], ['text-multi-label', 3, ['a', 'b', 'c']]);
    assert.equal(train.size + test.size, 20);
    const { labels, sampleIds } = train.batch(Int32Array.of(0, 1), 2);
    assert.deepEqual(labels.shape, [2, 3]);
    assert.deepEqual(
      [...labels.data],
      [...sampleIds].flatMap((id) => [0, 1, 2].map((label) => (id >> label) & 1)),
    );
    contents.add(content);
  }
  assert.equal(contents.size, 1);
  const { classNames } = await open({ ...config, classes: ['c', 'b', 'a'] });
  assert.deepEqual(classNames, ['c', 'b', 'a']);
});

test('what is wrong with labels is told with its line and what to write instead', async () => {
  const jsonl = (rows: object[]) => write('broken.jsonl', rows.map((row) => JSON.stringify(row)).join('\n'));
  const broken = (change: object, pattern: RegExp) =>
    fails({ ...config, train: 'broken.jsonl', ...change }, pattern);
  const row = (labels: unknown) => ({ text: `text of ${JSON.stringify(labels)}`, labels });
  jsonl([row(['a']), row(['b', 'x'])]);
  await broken(
    { classes: ['a', 'b'] },
    /The label "x" in line 2 of .*broken\.jsonl is none of the labels "a", "b"/,
  );
  jsonl([row(['a', 'b', 'a'])]);
  await broken({}, /The label "a" stands twice in column "labels", line 1 of/);
  jsonl([row(['a']), row([null])]);
  await broken({}, /line 2 of .*hold null, which is no label/);
  jsonl([row([]), row([])]);
  await broken({}, /No row in .*broken\.jsonl has a label/);
  jsonl([row('a;b'), row('a;b')]);
  await broken({}, /The only label in .* is "a;b"/);
  jsonl([row(['a']), row(['b'])]);
  await broken({ classes: ['a', 'b', 'c'] }, /No text in .* has the label "c"/);
  jsonl([
    { text: 'one', a: 1, b: 0 },
    { text: 'two', a: 0, b: 'perhaps' },
  ]);
  await broken({ labelColumns: ['a', 'b'] }, /Column "b", line 2 of .*says neither yes nor no: "perhaps"/);
  jsonl([
    { text: 'one', a: 1, b: 0 },
    { text: 'two', a: 0 },
  ]);
  await broken({ labelColumns: ['a', 'b'] }, /it is empty/);
  write('test.jsonl', JSON.stringify(row(['z'])));
  await fails({ ...config, test: 'test.jsonl' }, /The label "z" in line 1 of .*test\.jsonl is none of/);
});

test('a row whose labels are not there says nothing; an empty list says that there are none', async () => {
  write(
    'gaps.jsonl',
    [...sets.map((labels, at) => ({ text: `text ${at}`, labels })), { text: 'lacks', labels: null }]
      .map((row) => JSON.stringify(row))
      .join('\n'),
  );
  const { train, test, remarks } = await open({ ...config, train: 'gaps.jsonl' });
  assert.equal(train.size + test.size, 20);
  assert.match(
    remarks!.map(({ message }) => message).join(),
    /1 of 21 rows of gaps.jsonl are left out: 1 without a label/,
  );
});

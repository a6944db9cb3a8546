import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answerPage, figuresOf, foundIn, inOrder, rowOf } from '../../src/answers/answer-page.ts';
import { meets } from '../../src/answers/conditions.ts';
import { parseFilter } from '../../src/answers/filter.ts';
import type { KeptAnswers } from '../../src/answers/kept-answers.ts';
import { pairOf } from '../../src/answers/pair.ts';
import { mails, modelAnswering, stories } from './some-answers.ts';

const pair = pairOf(mails, 'teacher', mails, 'student');
const found = (filter: string) => [...foundIn(pair, parseFilter(filter, pair), {})];

test('a filter finds what it says, by answers, labels, confidence and length', () => {
  for (const [filter, positions] of [
    ['', [0, 1, 2, 3, 4, 5, 6, 7]],
    ['teacher=right student=wrong', [1, 4]],
    ['a=right b=wrong', [1, 4]],
    ['student=wrong', [1, 4, 6, 7]],
    ['-student=wrong', [0, 2, 3, 5]],
    ['label=SPAM student=ham', [4, 7]],
    ['label:pam', [3, 4, 5, 7]],
    ['student=ham,right label=spam', [3, 4, 5, 7]],
    ['agree=no', [1, 4]],
    ['student.confidence>=90%', [2, 5, 7]],
    ['student.confidence < 0.65', [6]],
    ['student.loss>2', [7]],
    ['lost>0.1 length<60', [1, 3, 7]],
    ['divergence>0.2', [1]],
    ['length=5,7', [0, 5]],
    ['id≥16', [6, 7]],
    ['student!=right teacher!=wrong', [1, 4]],
  ] as const)
    assert.deepEqual(found(filter), positions, filter);
});

test('what a filter asks of the data is left to whoever can open them', () => {
  const { data, own, problems } = parseFilter(
    'offer "two words" -viagra column.sender:example text="a b" 12:30',
    pair,
  );
  assert.deepEqual([own.length, problems], [0, []]);
  assert.deepEqual(
    data.map(({ column, operator, values, not }) => [column, operator, values[0], not]),
    [
      [null, ':', 'offer', false],
      [null, ':', 'two words', false],
      [null, ':', 'viagra', true],
      ['sender', ':', 'example', false],
      [null, '=', 'a b', false],
      [null, ':', '12:30', false],
    ],
  );
  const asked = (operator: '>' | '=' | ':' | '!=', ...values: string[]) => ({
    column: 'x',
    operator,
    values,
    not: false,
  });
  assert.ok(meets('10', asked('>', '9')) && !meets('', asked('>', '-1')) && !meets('a', asked('>', '1')));
  assert.ok(meets(3, asked('=', '3.0')) && meets('Ab', asked('=', 'x', 'aB')) && meets(null, asked('=', '')));
  assert.ok(meets('What an OFFER', asked(':', 'offer')) && !meets('x', { ...asked('!=', 'y'), not: true }));
});

test('a filter that cannot be read says what to write, and the rest of it counts', () => {
  const problem = (filter: string) => parseFilter(filter, pair).problems.join('\n');
  assert.match(problem('techer=right'), /no field “techer”.*teacher.*column\.NAME/s);
  assert.match(
    problem('teacher=rigth'),
    /“rigth” is nothing that teacher can be: write right, wrong, none, or a class: ham, spam/,
  );
  assert.match(problem('teacher>ham'), /neither more nor less/);
  assert.match(problem('length>many'), /no number/);
  assert.match(problem('length:3'), /compare it with/);
  assert.match(problem('agree=perhaps'), /agree=yes/);
  assert.match(problem('label='), /compared with/);
  assert.match(problem('x'.repeat(1001)), /Shorten it/);
  assert.deepEqual(found('techer=right student=wrong'), [1, 4, 6, 7]);
});

test('figures of what a filter leaves, and no interval where it looked at the answers', () => {
  const figures = (filter: string) => {
    const read = parseFilter(filter, pair);
    return figuresOf(pair, foundIn(pair, read, {}), read.looksAtAnswers);
  };
  const all = figures('').classes!;
  assert.deepEqual(
    [all.count, all.both, all.onlyA, all.onlyB, all.neither, all.agreement, all.mcnemar],
    [8, 4, 2, 0, 2, 0.75, 0.5],
  );
  assert.deepEqual([all.a.accuracy, all.b.accuracy], [0.75, 0.5]);
  assert.ok(all.a.interval!.low < 0.5 && all.a.interval!.high > 0.9);
  assert.deepEqual(figures('').labels, [
    { label: 'ham', count: 4, both: 2, onlyA: 1, onlyB: 0, neither: 1 },
    { label: 'spam', count: 4, both: 2, onlyA: 1, onlyB: 0, neither: 1 },
  ]);
  const wrong = figures('student=wrong').classes!;
  assert.deepEqual([wrong.count, wrong.b.accuracy, wrong.b.interval, wrong.mcnemar], [4, 0, null, null]);
  assert.equal(figures('label=spam').classes!.mcnemar, 1);
  const none = figures('length>1000').classes!;
  assert.deepEqual([none.count, none.a.accuracy, none.agreement], [0, null, null]);
});

test('samples are sorted by what was lost, those without an answer last', () => {
  const order = (sort: Parameters<typeof inOrder>[2]['sort'], descending = true, of = pair) => [
    ...inOrder(
      of,
      Int32Array.from(of.ids, (_, sample) => sample),
      { sort, descending },
    ),
  ];
  assert.deepEqual(order('lost').slice(0, 2), [1, 4]);
  assert.deepEqual(order('lost', false).at(-1), 1);
  assert.deepEqual(order('length', false), [0, 5, 2, 6, 3, 7, 1, 4]);
  assert.deepEqual(order('position'), [7, 6, 5, 4, 3, 2, 1, 0]);
  const labels = [...mails.labels!];
  const unsure = modelAnswering('student', [Number.NaN, 0.8, 0.1, 0.7, 0.3, 0.9, 0.6, 0.1], labels);
  const broken: KeptAnswers = { ...mails, models: [mails.models[0]!, unsure] };
  const other = pairOf(broken, 'teacher', broken, 'student');
  for (const descending of [true, false]) assert.equal(order('lost', descending, other).at(-1), 0);
  const { b, lost, divergence } = rowOf(other, 0);
  assert.deepEqual(
    [b.answer, b.confidence, b.right, b.loss, b.best, lost, divergence],
    [null, null, false, null, [], null, null],
  );
  const { a, label } = rowOf(pair, 1);
  assert.deepEqual(
    [label, a.answer, a.right, a.best.map(({ name }) => name)],
    ['ham', 'ham', true, ['ham', 'spam']],
  );
});

test('texts to continue are compared by what they cost', () => {
  const texts = pairOf(stories, 'teacher', stories, 'student');
  assert.deepEqual([...texts.lost], [0.5, 2, 0]);
  const { losses, classes } = figuresOf(texts, Int32Array.of(0, 1, 2), false);
  assert.deepEqual([classes, losses!.count, losses!.a, losses!.lost!.toFixed(4)], [null, 3, 2, '0.8333']);
  assert.ok(losses!.interval!.low < 0 && losses!.interval!.high > 1.9);
  assert.match(parseFilter('student=wrong', texts).problems[0]!, /no field “student”/);
  assert.deepEqual([...foundIn(texts, parseFilter('lost>=0.5 student.loss>3', texts), {})], [1]);
});

test('pages of a question follow each other, and another question has its own', () => {
  const ask = (filter: string, offset: number, descending = true) => {
    const page = answerPage(pair, { filter, sort: 'length', descending, offset, count: 2 });
    assert.ok('matched' in page);
    return [page.matched, ...page.rows.map(({ length }) => length)];
  };
  assert.deepEqual(ask('', 0), [8, 100, 50]);
  assert.deepEqual(ask('', 2), [8, 30, 20]);
  assert.deepEqual(ask('', 0, false), [8, 5, 7]);
  assert.deepEqual(ask('label=spam', 0), [4, 100, 30]);
  assert.deepEqual(ask('label=spam', 4), [4]);
  assert.ok(
    'conditions' in
      answerPage(pair, { filter: 'offer', sort: 'lost', descending: true, offset: 0, count: 2 }),
  );
});

test('two runs are laid side by side only where they answered the same samples', () => {
  const other = { ...mails, samples: 'as other tokens', models: [mails.models[1]!] };
  assert.equal(pairOf(mails, 'student', other, 'student').lost[1], 0);
  const moved = { ...other, content: 'other' };
  assert.throws(() => pairOf(mails, 'student', moved, 'student'), {
    name: 'UserError',
    message: /same test samples/,
  });
  assert.throws(() => pairOf(mails, 'peer', mails, 'student'), /no answers of a model “peer”/);
  const missing = { ...mails, missing: [{ name: 'peer', why: 'it reads other tokens' }] };
  assert.throws(() => pairOf(missing, 'peer', mails, 'student'), /were not kept: it reads other tokens/);
});

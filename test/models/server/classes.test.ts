import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UserError } from '../../../src/base/user-error.ts';
import { serverSchema } from '../../../src/experiment/schema/server-schema.ts';
import {
  answerWords,
  begins,
  calibrated,
  classQuestion,
  probabilitiesOf,
  readChosen,
} from '../../../src/models/server/classes.ts';

const server = (changes: Record<string, unknown> = {}) =>
  serverSchema.parse({ url: 'http://localhost:8080/v1', model: 'm', ...changes });

const near = (one: readonly number[] | undefined, other: readonly number[]) => {
  assert.ok(one);
  assert.equal(one.length, other.length);
  for (const [at, value] of one.entries()) assert.ok(Math.abs(value - other[at]!) < 1e-9, `${one} ${other}`);
};

const log = Math.log;

test('names that begin otherwise are answered as they are, names that begin alike by letters', () => {
  assert.deepEqual(answerWords(['negative', ' positive']), ['negative', 'positive']);
  assert.deepEqual(answerWords(['pos', 'positive', 'Neutral']), ['A', 'B', 'C']);
  assert.deepEqual(answerWords(['spam', 'Ship']), ['A', 'B']);
  assert.deepEqual(answerWords(['', 'x']), ['A', 'B']);
  const many = Array.from({ length: 27 }, (_, n) => `class ${n}`);
  assert.throws(() => answerWords(many), /26 classes at most.*27/);
});

test('a question names the classes and the text, which may hold what stands for either', () => {
  const text = 'cheap {classes} of $& and {text}';
  const named = classQuestion(text, ['ham', 'spam'], server());
  const [message] = named.body.messages as { content: string }[];
  assert.match(message!.content, /"ham", "spam"/);
  assert.ok(message!.content.includes(text));
  assert.deepEqual([named.body.logprobs, named.body.top_logprobs], [true, 20]);
  const lettered = classQuestion('x', ['pos', 'positive'], server({ interface: 'completions' }));
  assert.match(String(lettered.body.prompt), /A: pos\nB: positive/);
  assert.equal(lettered.body.logprobs, 20);
  const plain = classQuestion('x', ['ham', 'spam'], server({ logProbabilities: 0 }));
  assert.ok(!('logprobs' in plain.body) && !('top_logprobs' in plain.body));
  assert.throws(
    () => classQuestion('x', ['pos', 'positive'], server({ instruction: 'What? {text}' })),
    (error) => error instanceof UserError && /no \{classes\}/.test(error.message),
  );
});

test('tokens count for the class whose beginning they are, however a model cuts and writes it', () => {
  for (const token of ['p', 'Pos', ' positive', ' POSITIVE', '"pos', 'positive.', 'positive\n'])
    assert.ok(begins(token, 'positive'), token);
  for (const token of ['', ' ', 'pizza', 'positively', 'n', '.'])
    assert.ok(!begins(token, 'positive'), token);
  for (const token of ['A', ' A', 'a', 'A)', 'A.']) assert.ok(begins(token, 'A'), token);
  for (const token of ['An', 'All', 'AB', 'B']) assert.ok(!begins(token, 'A'), token);
});

test('probabilities are those of the first tokens, over the classes', () => {
  const top: [string, number][] = [
    [' pos', log(0.5)],
    [' negative', log(0.2)],
    ['Positive', log(0.1)],
    [' the', log(0.2)],
  ];
  near(probabilitiesOf({ text: ' positive', top }, ['negative', 'positive']), [0.2 / 0.8, 0.6 / 0.8]);
});

test('a class that is not among the tokens told is no more probable than the least of them, or than what is left', () => {
  const words = ['x', 'y', 'z'];
  const few: [string, number][] = [['x', log(0.5)]];
  // 0.5 is left for two classes and all other tokens.
  const third = 0.5 / 3;
  near(
    probabilitiesOf({ text: 'x', top: few }, words),
    [0.5, third, third].map((value) => value / (0.5 + 2 * third)),
  );
  const sure: [string, number][] = [
    ['x', log(0.98)],
    ['y', log(0.01)],
  ];
  near(
    probabilitiesOf({ text: 'x', top: sure }, words),
    [0.98, 0.01, 0.005].map((value) => value / 0.995),
  );
});

test('without logarithms an answer is one class, and one to another question is none', () => {
  assert.deepEqual(probabilitiesOf({ text: 'Spam.', top: [] }, ['ham', 'spam']), [0, 1]);
  assert.equal(probabilitiesOf({ text: 'I think', top: [] }, ['ham', 'spam']), undefined);
  assert.equal(probabilitiesOf({ text: 'I', top: [['I', log(0.999)]] }, ['ham', 'spam']), undefined);
});

test('calibration divides by what texts without content get', () => {
  near(calibrated([0.6, 0.4], [0.9, 0.1]), [0.6 / 0.9 / (0.6 / 0.9 + 4), 4 / (0.6 / 0.9 + 4)]);
  near(calibrated([0.6, 0.4], [0.5, 0.5]), [0.6, 0.4]);
  // By no less than a thousandth.
  near(calibrated([0.5, 0.5], [1, 0]), [0.5 / 500.5, 500 / 500.5]);
});

test('answers of both interfaces are read, those with logarithms and those without', () => {
  const read = readChosen(['ham', 'spam']);
  const chat = {
    message: { content: '\nspam' },
    logprobs: {
      content: [
        { token: '\n', logprob: -0.1, top_logprobs: [] },
        {
          token: 'spam',
          logprob: -0.2,
          top_logprobs: [
            { token: 'spam', logprob: -0.2 },
            { token: 'ham', logprob: null },
          ],
        },
      ],
    },
  };
  assert.deepEqual(read(chat, true), {
    text: '\nspam',
    top: [
      ['spam', -0.2],
      ['ham', -1000],
    ],
  });
  const completions = {
    text: ' ham',
    logprobs: { tokens: [' ham'], token_logprobs: [-0.5], top_logprobs: [{ ' ham': -0.5, ' spam': -1 }] },
  };
  assert.deepEqual(read(completions, true), {
    text: ' ham',
    top: [
      [' ham', -0.5],
      [' spam', -1],
    ],
  });
  assert.deepEqual(read({ message: { content: 'ham' }, logprobs: null }, true), { text: 'ham', top: [] });
  assert.deepEqual(read({ message: { content: 'ham' }, logprobs: 'nonsense' }, true), {
    text: 'ham',
    top: [],
  });
  assert.throws(() => read({ message: { content: '<think>Well' } }, true), /none of the classes ham, spam/);
  assert.throws(() => read({ message: {} }, true), /without a text/);
  // Later ones are counted, and end nothing.
  assert.deepEqual(read({ message: { content: null } }, false), { text: '', top: [] });
});

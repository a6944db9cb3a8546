import { compares, type Operator } from './conditions.ts';
import type { ModelAnswers } from './kept-answers.ts';
import { answerOf, confidenceOf, isRight, type Pair } from './pair.ts';

/** Something of a sample that a filter asks for. */
export interface Field {
  /** Whether it is known only once models have answered. */
  readonly ofAnswers: boolean;
  /**
   * @param values any of them; one that is quoted names a class, whatever it is
   * @returns which samples meet it, or what is wrong with it
   */
  condition(
    operator: Operator,
    values: readonly string[],
    quoted: boolean,
  ): ((sample: number) => boolean) | string;
}

/** The fields of a pair by the names that filters have for them. */
export function fieldsOfPair(pair: Pair): ReadonlyMap<string, Field> {
  const { a, b, lengths, labels } = pair;
  const fields = new Map<string, Field>();
  const sides: [string, ModelAnswers][] = [
    ['a', a],
    ['b', b],
  ];
  // Two students side by side are told apart by the letters alone.
  if (a.name !== b.name) sides.push([a.name.toLowerCase(), a], [b.name.toLowerCase(), b]);
  for (const [name, model] of sides) {
    if (labels) {
      fields.set(name, answerField(name, model, pair));
      fields.set(
        `${name}.confidence`,
        number(true, `${name}.confidence`, (sample) => confidenceOf(model, sample), Math.fround),
      );
    }
    fields.set(
      `${name}.loss`,
      number(true, `${name}.loss`, (sample) => model.losses[sample]!, Math.fround),
    );
  }
  if (labels) {
    fields.set(
      'label',
      classField('label', pair, (sample) => labels[sample]!),
    );
    fields.set('agree', agreeField(pair));
  }
  fields.set(
    'lost',
    number(true, 'lost', (sample) => pair.lost[sample]!),
  );
  const { divergence } = pair;
  if (divergence)
    fields.set(
      'divergence',
      number(true, 'divergence', (sample) => divergence[sample]!),
    );
  if (lengths)
    fields.set(
      'length',
      number(false, 'length', (sample) => lengths[sample]!),
    );
  fields.set(
    'id',
    number(false, 'id', (sample) => pair.ids[sample]!),
  );
  return fields;
}

/** @param rounded what was written down of such a number: 0.9 is as near to it as 32 bits allow */
function number(
  ofAnswers: boolean,
  name: string,
  read: (sample: number) => number,
  rounded = (value: number) => value,
): Field {
  return {
    ofAnswers,
    condition(operator, values) {
      if (operator === ':') return `${name} is a number: compare it with =, <, >, <= or >=.`;
      const numbers = values.map((value) => rounded(numberOf(value)));
      const wrong = values[numbers.findIndex((value) => Number.isNaN(value))];
      if (wrong !== undefined) return `“${wrong}” is no number to compare ${name} with: write 0.9 or 90%.`;
      if (operator === '=') return (sample) => numbers.some((value) => compares(read(sample), '=', value));
      if (operator === '!=') return (sample) => numbers.every((value) => compares(read(sample), '!=', value));
      return (sample) => compares(read(sample), operator, numbers[0]!);
    },
  };
}

const numberOf = (text: string): number =>
  /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?%?$/i.test(text)
    ? text.endsWith('%')
      ? Number(text.slice(0, -1)) / 100
      : Number(text)
    : Number.NaN;

type Test = (sample: number) => boolean;

/** The answer of a model: a class, or whether it is right. */
function answerField(name: string, model: ModelAnswers, pair: Pair): Field {
  const words: Readonly<Record<string, Test>> = {
    right: (sample) => isRight(model, pair, sample),
    wrong: (sample) => !isRight(model, pair, sample),
    none: (sample) => answerOf(model, sample) < 0,
  };
  return classField(name, pair, (sample) => answerOf(model, sample), words);
}

function classField(
  name: string,
  { classNames }: Pair,
  read: (sample: number) => number,
  words?: Readonly<Record<string, Test>>,
): Field {
  const shown = classNames.slice(0, 20).join(', ');
  const choices = `${words ? `${Object.keys(words).join(', ')}, or ` : ''}a class: ${shown}${classNames.length > 20 ? ' …' : ''}`;
  const testOf = (value: string, quoted: boolean): Test | undefined => {
    const word = quoted ? undefined : words?.[value.toLowerCase()];
    if (word) return word;
    const index = classNames.findIndex((one) => one.toLowerCase() === value.toLowerCase());
    return index < 0 ? undefined : (sample) => read(sample) === index;
  };
  return {
    ofAnswers: words !== undefined,
    condition(operator, values, quoted) {
      if (operator === ':') {
        const found = classNames.map((one) => one.toLowerCase().includes(values[0]!.toLowerCase()));
        return (sample) => found[read(sample)] ?? false;
      }
      if (operator !== '=' && operator !== '!=')
        return `${name} is neither more nor less: write ${name}= and ${choices}.`;
      const tests: Test[] = [];
      for (const value of values) {
        const test = testOf(value, quoted);
        if (!test) return `“${value}” is nothing that ${name} can be: write ${choices}.`;
        tests.push(test);
      }
      return operator === '='
        ? (sample) => tests.some((test) => test(sample))
        : (sample) => !tests.some((test) => test(sample));
    },
  };
}

/** Whether both answer the same; no answer is like none. */
function agreeField({ a, b }: Pair): Field {
  const agree: Test = (sample) => answerOf(a, sample) >= 0 && answerOf(a, sample) === answerOf(b, sample);
  return {
    ofAnswers: true,
    condition(operator, [value]) {
      const yes = /^(yes|true)$/i.test(value!);
      if ((!yes && !/^(no|false)$/i.test(value!)) || (operator !== '=' && operator !== '!='))
        return 'Write agree=yes or agree=no.';
      return yes === (operator === '=') ? agree : (sample) => !agree(sample);
    },
  };
}

import type { DataCondition, Operator } from './conditions.ts';
import { fieldsOfPair } from './fields.ts';
import type { Pair } from './pair.ts';

/** What somebody typed to choose samples by, read. Each condition must be met. */
export interface Filter {
  /** What the answers and labels tell by themselves. */
  readonly own: readonly ((sample: number) => boolean)[];
  readonly data: readonly DataCondition[];
  /** Whether it looks at what was answered, not at what was asked alone. */
  readonly looksAtAnswers: boolean;
  /** What could not be read, for people; the rest counts nevertheless. */
  readonly problems: readonly string[];
}

/** Nobody types more. */
export const longestFilter = 1000;

const conditionPattern =
  /^(-?)([\p{L}_][\p{L}\p{N}_.-]*|"[^"]+")\s*(>=|<=|!=|≥|≤|≠|==|=|>|<|:)\s*(?:"([^"]*)"?|([^\s"]+))?/u;
const wordPattern = /^(-?)(?:"([^"]*)"?|(\S+))/u;
const same: Readonly<Record<string, Operator>> = { '≥': '>=', '≤': '<=', '≠': '!=', '==': '=' };

/**
 * Reads a filter: conditions of a field, an operator and a value, such as teacher=right student=wrong, label=spam,
 * student.confidence>90%, length<50 or column.sender:example; and words that must stand in the text. A minus before one
 * turns it round.
 */
export function parseFilter(text: string, pair: Pair): Filter {
  const own: ((sample: number) => boolean)[] = [];
  const data: DataCondition[] = [];
  const problems: string[] = [];
  let looksAtAnswers = false;
  if (text.length > longestFilter)
    return {
      ...{ own, data, looksAtAnswers },
      problems: [
        `This filter has ${text.length.toLocaleString('en-US')} characters, and at most ${longestFilter.toLocaleString('en-US')} are read: all samples are shown. Shorten it.`,
      ],
    };
  const fields = fieldsOfPair(pair);
  let rest = text.trimStart();
  while (rest !== '') {
    const match = conditionPattern.exec(rest);
    const written = (match?.[2] ?? '').replaceAll('"', '');
    const column = /^column\.(.+)$/i.exec(written)?.[1];
    const field = match && fields.get(written.toLowerCase());
    // A colon in a word means nothing unless a field stands before it.
    if (match && (field || column !== undefined || written.toLowerCase() === 'text' || match[3] !== ':')) {
      rest = rest.slice(match[0].length);
      const operator = same[match[3]!] ?? (match[3] as Operator);
      const quoted = match[4] !== undefined;
      const value = match[4] ?? match[5];
      const not = match[1] === '-';
      const values = value === undefined ? [] : quoted ? [value] : value.split(',').filter(Boolean);
      if (values.length === 0)
        problems.push(`What should ${written} be compared with? Write a value behind ${operator}.`);
      else if (column !== undefined) data.push({ column, operator, values, not });
      else if (written.toLowerCase() === 'text') data.push({ column: null, operator, values, not });
      else if (!field) problems.push(unknownField(written, [...fields.keys()]));
      else {
        const test = field.condition(operator, values, quoted);
        if (typeof test === 'string') problems.push(test);
        else {
          looksAtAnswers ||= field.ofAnswers;
          own.push(not ? (sample) => !test(sample) : test);
        }
      }
    } else {
      const word = wordPattern.exec(rest)!;
      rest = rest.slice(word[0].length);
      const said = word[2] ?? word[3] ?? '';
      if (said !== '') data.push({ column: null, operator: ':', values: [said], not: word[1] === '-' });
    }
    rest = rest.trimStart();
  }
  return { own, data, looksAtAnswers, problems };
}

const unknownField = (written: string, known: readonly string[]): string =>
  `There is no field “${written}”. There are ${known.join(', ')}, text, and column.NAME for a column of the data.`;

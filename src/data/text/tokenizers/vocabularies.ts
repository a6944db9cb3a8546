import type { Tokenizer } from './tokenizer.ts';

/** Two vocabularies that cannot both be meant by the same ids. */
export interface VocabularyDifference {
  /** The smallest id at which they differ. */
  readonly id: number;
  /** What stands there in the first, and in the second; undefined where none does. */
  readonly tokens: readonly [string | undefined, string | undefined];
}

export interface ComparedVocabularies {
  /** The first id that means one token in one and another in the other, or whose token has another id there. */
  readonly difference?: VocabularyDifference;
  /** Tokens of the first that the second does not have, whose ids it leaves free. */
  readonly unknown: readonly string[];
}

type Tokens = Tokenizer['tokens'];

/** Compares what ids mean, not how many there are. Tokens that only the second has are none of the first's business. */
export function compareVocabularies(first: Tokens, second: Tokens): ComparedVocabularies {
  const there = byId(second);
  const unknown: string[] = [];
  for (const [id, token] of [...byId(first)].sort(([one], [other]) => one - other)) {
    if (second.get(token) === id) continue;
    const other = there.get(id);
    if (other !== undefined || second.has(token))
      return { difference: { id, tokens: [token, other] }, unknown };
    unknown.push(token);
  }
  return { unknown };
}

/** Of tokens that share an id, the last. */
function byId(tokens: Tokens): Map<number, string> {
  const found = new Map<number, string>();
  for (const [token, id] of tokens) found.set(id, token);
  return found;
}

/** `id 7 is "cat" to the data and "dog" to the teacher` */
export function describeDifference(
  { id, tokens: [one, other] }: VocabularyDifference,
  first: string,
  second: string,
): string {
  const shown = (token: string | undefined) => (token === undefined ? 'no token' : JSON.stringify(token));
  return `id ${id} is ${shown(one)} to ${first} and ${shown(other)} to ${second}`;
}

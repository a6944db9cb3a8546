import type { Tokenizer } from '../tokenizers/tokenizer.ts';
import { type Spelling, spellingsOf } from './spellings.ts';

/** Tokens of two vocabularies that are the same text, ids of each pair by pair. */
export interface VocabularyPairs {
  readonly student: Int32Array;
  readonly teacher: Int32Array;
}

/**
 * Pairs tokens that stand for the same bytes of text, each at most once: what tokenizers that drop white space leave open
 * is paired as it mostly stands in texts, and only then as it may. What ends a text is a pair, whatever it is called.
 */
export function pairVocabularies(student: Tokenizer, teacher: Tokenizer): VocabularyPairs {
  const [own, other] = [spellingsOf(student), spellingsOf(teacher)];
  const pairs = new Map<number, number>();
  const taken = new Set<number>();
  const pair = (id: number | undefined, given: number | undefined) => {
    if (id === undefined || given === undefined || pairs.has(id) || taken.has(given)) return;
    pairs.set(id, given);
    taken.add(given);
  };
  pair(student.endId, teacher.endId);
  for (const [way, theirWay] of [
    [0, 0],
    [0, 1],
    [1, 0],
    [1, 1],
  ] as const) {
    const there = byText(other, theirWay);
    for (const { id, texts } of own) if (texts[way] !== undefined) pair(id, there.get(texts[way]));
  }
  const sorted = [...pairs].sort(([, one], [, two]) => one - two);
  return {
    student: Int32Array.from(sorted, ([id]) => id),
    teacher: Int32Array.from(sorted, ([, given]) => given),
  };
}

function byText(spellings: readonly Spelling[], way: 0 | 1): Map<string, number> {
  const found = new Map<string, number>();
  for (const { id, texts } of spellings) {
    const text = texts[way];
    if (text !== undefined && !found.has(text)) found.set(text, id);
  }
  return found;
}

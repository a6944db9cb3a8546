import type { AddedToken } from './definition.ts';
import { whiteSpace } from './unicode-tables.ts';

/** A part of a text: plain, or an added token. */
export interface Section {
  readonly text: string;
  /** UTF-16 units from the start of what was split. */
  readonly start: number;
  readonly id?: number;
}

const word = '[\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\u200c\\u200d]';
const beginsWithWord = new RegExp(`^${word}`, 'u');
const endsWithWord = new RegExp(`${word}$`, 'u');
const spacesAtStart = new RegExp(`^[${whiteSpace}]*`, 'u');
const oneSpace = new RegExp(`[${whiteSpace}]`, 'u');

/**
 * Finds added tokens in texts, the longest of those that begin first, and takes with them the white space that they
 * want: as `AddedVocabulary` of the Rust library does.
 * @param tokens by what is looked for, which differs from their content where texts are normalized
 */
export function addedTokenSplitter(
  tokens: ReadonlyMap<string, AddedToken>,
): (text: string) => readonly Section[] {
  const wanted = [...tokens.keys()].filter((content) => content !== '');
  if (wanted.length === 0) return (text) => (text === '' ? [] : [{ text, start: 0 }]);
  // The first alternative wins, so the longest stand first.
  const pattern = new RegExp(
    wanted
      .sort((one, other) => other.length - one.length)
      .map((content) => content.replaceAll(/[.*+?^${}()|[\]\\/]/g, '\\$&'))
      .join('|'),
    'gu',
  );
  return (text) => {
    const sections: Section[] = [];
    let from = 0;
    const plain = (end: number) => {
      if (end > from) sections.push({ text: text.slice(from, end), start: from });
    };
    for (const { index, 0: hit } of text.matchAll(pattern)) {
      const token = tokens.get(hit)!;
      let start = index;
      let end = index + hit.length;
      if (start < from) continue;
      if (
        token.single_word &&
        (endsWithWord.test(before(text, start)) || beginsWithWord.test(text.slice(end, end + 2)))
      )
        continue;
      if (token.lstrip) while (start > from && oneSpace.test(text[start - 1]!)) start--;
      if (token.rstrip) end += spacesAtStart.exec(text.slice(end))![0].length;
      plain(start);
      sections.push({ text: text.slice(start, end), start, id: token.id });
      from = end;
    }
    plain(text.length);
    return sections;
  };
}

/** The character before a place, with both its halves. */
const before = (text: string, place: number): string => text.slice(Math.max(0, place - 2), place);

import { z } from 'zod';
import type { Part } from './definition.ts';
import { requireGrowth } from './growth.ts';
import { patternOf, patternSchema } from './pattern.ts';
import { precompiled } from './precompiled.ts';
import { optionOf, partsOf } from './section.ts';
import { combiningMark, control, nonspacingMark, whiteSpace } from './unicode-tables.ts';

export type Normalize = (text: string) => string;

/** Letter by letter, as Rust does: JavaScript alone has a rule for Σ at the end of a word. */
export const lower = (text: string): string => text.replaceAll('Σ', 'σ').toLowerCase();

const controls = new RegExp(`\\0|\\ufffd|${control}`, 'gu');
const spaces = new RegExp(`[${whiteSpace}]`, 'gu');
const nonspacing = new RegExp(nonspacingMark, 'gu');
const combining = new RegExp(combiningMark, 'gu');
const ideographs =
  /[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u{20000}-\u{2a6df}\u{2a700}-\u{2b81f}\u{2b920}-\u{2ceaf}\u{2f800}-\u{2fa1f}]/gu;

const bertSchema = z.looseObject({
  clean_text: z.boolean().default(true),
  handle_chinese_chars: z.boolean().default(true),
  strip_accents: z.boolean().nullish(),
  lowercase: z.boolean().default(true),
});

function bertSteps(part: Part): Normalize[] {
  const options = bertSchema.parse(part);
  const steps: Normalize[] = [];
  if (options.clean_text) steps.push((text) => text.replace(controls, '').replace(spaces, ' '));
  if (options.handle_chinese_chars) steps.push((text) => text.replace(ideographs, ' $& '));
  if (options.strip_accents ?? options.lowercase)
    steps.push((text) => text.normalize('NFD').replace(nonspacing, ''));
  if (options.lowercase) steps.push(lower);
  return steps;
}

const inTurn =
  (steps: readonly Normalize[]): Normalize =>
  (text) =>
    steps.reduce((current, step) => {
      const next = step(current);
      // Against the text that came first: steps of little growth each grow together.
      requireGrowth(text.length, next.length);
      return next;
    }, text);

function strip(part: Part): Normalize {
  const { strip_left, strip_right } = z
    .looseObject({ strip_left: z.boolean(), strip_right: z.boolean() })
    .parse(part);
  const ends = [...(strip_left ? [`^[${whiteSpace}]+`] : []), ...(strip_right ? [`[${whiteSpace}]+$`] : [])];
  if (ends.length === 0) return (text) => text;
  const pattern = new RegExp(ends.join('|'), 'gu');
  return (text) => text.replace(pattern, '');
}

/** The rules of SentencePiece's nmt_nfkc that are no Unicode normalization. */
const nmt: Normalize = (text) =>
  text
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it takes away.
    .replace(/[\u0001-\u0008\u000b\u000e-\u001f\u007f\u008f\u009f]/g, '')
    // biome-ignore lint/suspicious/noMisleadingCharacterClass: each stands for itself.
    .replace(/[\t\n\f\r\u1680\u200b-\u200f\u2028\u2029\u2581\ufeff\ufffd]/g, ' ');

/** Letters that stand for bytes, as GPT-2 chose them (Radford et al. 2019). */
export const byteLetters: readonly string[] = ((): string[] => {
  let unprintable = 0;
  return Array.from({ length: 256 }, (_, byte) => {
    const printable =
      (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || (byte >= 0xae && byte <= 0xff);
    return String.fromCodePoint(printable ? byte : 256 + unprintable++);
  });
})();

const encoder = new TextEncoder();

/** A text as the letters of its bytes. */
export const asByteLetters: Normalize = (text) =>
  Array.from(encoder.encode(text), (byte) => byteLetters[byte]).join('');

/**
 * What a tokenizer does to a text before it cuts it.
 * @throws Error if it is of a kind that is not known here
 */
export function normalizer(part: Part | null | undefined): Normalize {
  if (!part) return (text) => text;
  switch (part.type) {
    case 'Sequence':
      return inTurn(partsOf(part, 'normalizers', normalizer));
    case 'BertNormalizer':
      return inTurn(bertSteps(part));
    case 'NFC':
    case 'NFD':
    case 'NFKC':
    case 'NFKD': {
      const form = part.type;
      return (text) => text.normalize(form);
    }
    case 'Lowercase':
      return lower;
    case 'Strip':
      return strip(part);
    case 'StripAccents':
      return (text) => text.replace(combining, '');
    case 'Replace': {
      const pattern = patternOf(optionOf(part, 'pattern', patternSchema));
      const content = optionOf(part, 'content', z.string());
      return (text) => {
        let length = text.length;
        return text.replace(pattern, () => {
          // While it is put together: a text of half a gigabyte is not made to be refused.
          length += content.length;
          requireGrowth(text.length, length);
          return content;
        });
      };
    }
    case 'Prepend': {
      const before = optionOf(part, 'prepend', z.string());
      return (text) => {
        requireGrowth(text.length, before.length);
        return text === '' ? text : before + text;
      };
    }
    case 'Nmt':
      return nmt;
    case 'ByteLevel':
      return asByteLetters;
    case 'Precompiled':
      return precompiled(optionOf(part, 'precompiled_charsmap', z.string().nullish()) ?? '');
    default:
      throw new Error(`Unknown normalizer type: ${part.type}`);
  }
}

/** The same one change after the other, so that each can be followed by itself. */
export function normalizerSteps(part: Part | null | undefined): readonly Normalize[] {
  if (!part) return [];
  switch (part.type) {
    case 'Sequence':
      return partsOf(part, 'normalizers', normalizerSteps).flat();
    case 'BertNormalizer':
      return bertSteps(part);
    default:
      return [normalizer(part)];
  }
}

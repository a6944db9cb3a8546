import { z } from 'zod';
import type { Part } from './definition.ts';
import { asByteLetters } from './normalizers.ts';
import { patternOf, patternSchema } from './pattern.ts';
import { type Piece, type SplitBehavior, splitAt } from './piece.ts';
import { type PlacedText, spelledOut, withBefore } from './places.ts';
import { optionOf, partsOf } from './section.ts';
import { punctuation, whiteSpace, wordLetter } from './unicode-tables.ts';

export type PreTokenize = (piece: Piece) => readonly Piece[];

const space = new RegExp(`[${whiteSpace}]`, 'gu');
const mark = new RegExp(punctuation, 'gu');
const number = /\p{N}/gu;
const words = new RegExp(`[${wordLetter}]+|[^${wordLetter}${whiteSpace}]+`, 'gu');
/** GPT-2's, with white space as Oniguruma has it: JavaScript counts U+FEFF in and U+0085 out. */
const gpt2 = new RegExp(
  `'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^${whiteSpace}\\p{L}\\p{N}]+|[${whiteSpace}]+(?![^${whiteSpace}])|[${whiteSpace}]+`,
  'gu',
);

const behaviors: readonly SplitBehavior[] = [
  'Removed',
  'Isolated',
  'MergedWithPrevious',
  'MergedWithNext',
  'Contiguous',
];

/** The library writes them in capitals, and accepts other ways. */
function behaviorOf(value: unknown, otherwise: SplitBehavior): SplitBehavior {
  if (value === undefined || value === null) return otherwise;
  const plain = z.string().parse(value).replaceAll('_', '').toLowerCase();
  const found = behaviors.find((name) => name.toLowerCase() === plain);
  if (found === undefined) throw new Error(`Unknown way to split: ${String(value)}`);
  return found;
}

/** A piece each of whose characters becomes others. */
function spelled(piece: Piece, spell: (text: string) => string): Piece {
  const { text, places } = piece;
  return places ? { ...piece, ...spelledOut({ text, places }, spell) } : { ...piece, text: spell(text) };
}

/** A piece with something before it that does not stand in the text. */
function before(added: string, piece: Piece): Piece {
  const { text, places } = piece;
  return places
    ? { ...piece, ...withBefore(added, { text, places } satisfies PlacedText) }
    : { ...piece, text: added + text };
}

const byteLevelSchema = z.looseObject({
  add_prefix_space: z.boolean().default(true),
  use_regex: z.boolean().default(true),
});

function byteLevel(part: Part): PreTokenize {
  const { add_prefix_space, use_regex } = byteLevelSchema.parse(part);
  return (given) => {
    const whole = add_prefix_space && !given.text.startsWith(' ') ? before(' ', given) : given;
    const pieces = use_regex ? splitAt(whole, gpt2, 'Isolated') : [whole];
    return pieces.map((piece) => spelled(piece, asByteLetters));
  };
}

const metaspaceSchema = z.looseObject({
  replacement: z.string().min(1).default('▁'),
  prepend_scheme: z.enum(['always', 'first', 'never']).nullish(),
  add_prefix_space: z.boolean().nullish(),
  split: z.boolean().nullish(),
});

function metaspace(part: Part): PreTokenize {
  const { replacement, prepend_scheme, add_prefix_space, split } = metaspaceSchema.parse(part);
  const scheme = prepend_scheme ?? (add_prefix_space === false ? 'never' : 'always');
  const pattern = patternOf({ String: replacement });
  const letter = (character: string) => (character === ' ' ? replacement : character);
  return (given) => {
    const replaced = given.places
      ? spelled(given, letter)
      : { ...given, text: given.text.replaceAll(' ', replacement) };
    const lacks = !replaced.text.startsWith(replacement);
    const whole =
      lacks && (scheme === 'always' || (scheme === 'first' && given.first))
        ? before(replacement, replaced)
        : replaced;
    return split === false ? [whole] : splitAt(whole, pattern, 'MergedWithNext');
  };
}

function fixedLength(part: Part): PreTokenize {
  const length = optionOf(part, 'length', z.int().min(1).default(5));
  return ({ text, first, places }) => {
    const characters = Array.from(text);
    let end = 0;
    return Array.from({ length: Math.ceil(characters.length / length) }, (_, index) => {
      const own = characters.slice(index * length, (index + 1) * length).join('');
      const start = end;
      end += own.length;
      return {
        text: own,
        first: first && index === 0,
        ...(places && { places: places.subarray(start, end + 1) }),
      };
    });
  };
}

/**
 * How a tokenizer cuts a text into what its model sees one by one.
 * @throws Error if it is of a kind that is not known here
 */
export function preTokenizer(part: Part | null | undefined): PreTokenize {
  if (!part) return (piece) => [piece];
  switch (part.type) {
    case 'Sequence': {
      const steps = partsOf(part, 'pretokenizers', preTokenizer);
      return (piece) => steps.reduce<readonly Piece[]>((pieces, step) => pieces.flatMap(step), [piece]);
    }
    case 'BertPreTokenizer':
      return (piece) => splitAt(piece, space, 'Removed').flatMap((word) => splitAt(word, mark, 'Isolated'));
    case 'ByteLevel':
      return byteLevel(part);
    case 'Metaspace':
      return metaspace(part);
    case 'Whitespace':
      return (piece) => splitAt(piece, words, 'Removed', true);
    case 'WhitespaceSplit':
      return (piece) => splitAt(piece, space, 'Removed');
    case 'Punctuation': {
      const behavior = behaviorOf(part.behavior, 'Isolated');
      return (piece) => splitAt(piece, mark, behavior);
    }
    case 'Digits': {
      const each = optionOf(part, 'individual_digits', z.boolean().default(false));
      return (piece) => splitAt(piece, number, each ? 'Isolated' : 'Contiguous');
    }
    case 'Split': {
      const pattern = patternOf(optionOf(part, 'pattern', patternSchema));
      const behavior = behaviorOf(part.behavior, 'Isolated');
      const invert = optionOf(part, 'invert', z.boolean().default(false));
      return (piece) => splitAt(piece, pattern, behavior, invert);
    }
    case 'CharDelimiterSplit': {
      const pattern = patternOf({ String: optionOf(part, 'delimiter', z.string().min(1)) });
      return (piece) => splitAt(piece, pattern, 'Removed');
    }
    case 'FixedLength':
      return fixedLength(part);
    default:
      throw new Error(`Unknown pre-tokenizer type: ${part.type}`);
  }
}

import { z } from 'zod';
import { readDefinition } from '../tokenizer-json/definition.ts';
import { modelType } from '../tokenizer-json/models.ts';
import { byteLetters } from '../tokenizer-json/normalizers.ts';
import type { Tokenizer } from '../tokenizers/tokenizer.ts';

/** The text that a token stands for. */
export interface Spelling {
  readonly id: number;
  /** Its bytes in UTF-8, a letter each; the likeliest text first, where the tokenizer says nothing of white space. */
  readonly texts: readonly string[];
}

interface AnyPart {
  readonly [name: string]: unknown;
}

/** The steps that a part consists of, those of its parts included. */
function stepsOf(part: unknown): AnyPart[] {
  if (typeof part !== 'object' || part === null) return [];
  const own = part as AnyPart;
  const inner = ['normalizers', 'pretokenizers', 'decoders', 'processors'].flatMap((name) => own[name] ?? []);
  return [own, ...(inner as unknown[]).flatMap(stepsOf)];
}

const optionsSchema = z.looseObject({
  continuing_subword_prefix: z.string().nullish(),
  end_of_word_suffix: z.string().nullish(),
});

const latin = (text: string): string => Buffer.from(text).toString('latin1');

/**
 * What each token of a vocabulary stands for in texts, whatever sign the tokenizer has for white space, bytes and parts of
 * words. Special tokens, and what stands for the unknown, are no text.
 */
export function spellingsOf(tokenizer: Tokenizer): Spelling[] {
  const definition = readDefinition(tokenizer.files()['tokenizer.json']!, 'tokenizer.json');
  const steps = [definition.normalizer, definition.pre_tokenizer, definition.decoder].flatMap(stepsOf);
  const byteLevel = steps.some(({ type }) => type === 'ByteLevel');
  const space = signForSpace(steps);
  const { continuing_subword_prefix, end_of_word_suffix } = optionsSchema.parse(definition.model);
  const goesOn = continuing_subword_prefix ?? (modelType(definition.model) === 'WordPiece' ? '##' : '');
  const byteOf = new Map(byteLetters.map((letter, byte) => [letter, String.fromCharCode(byte)]));
  const added = new Map(definition.added_tokens.map((token) => [token.id, token]));
  const dropsSpaces = !byteLevel && space === undefined && isWithoutSpaces(tokenizer);

  const textsOf = (token: string): string[] => {
    if (byteLevel) return [Array.from(token, (letter) => byteOf.get(letter) ?? latin(letter)).join('')];
    const byte = singleByte.exec(token)?.[1];
    if (byte !== undefined) return [String.fromCharCode(Number.parseInt(byte, 16))];
    if (goesOn !== '' && token.startsWith(goesOn) && token !== goesOn)
      return [latin(token.slice(goesOn.length))];
    const plain =
      end_of_word_suffix && token.endsWith(end_of_word_suffix)
        ? token.slice(0, -end_of_word_suffix.length)
        : token;
    const text = latin(space === undefined ? plain : plain.replaceAll(space, ' '));
    if (!dropsSpaces) return [text];
    // Words mostly stand behind a space, marks mostly do not.
    return /^[\p{L}\p{N}]/u.test(plain) ? [` ${text}`, text] : [text, ` ${text}`];
  };
  const found: Spelling[] = [];
  // Bytes stand for what has no other token, and so behind all others.
  const bytes: Spelling[] = [];
  for (const [token, id] of tokenizer.tokens) {
    const extra = added.get(id);
    if (id === tokenizer.unknownId || extra?.special) continue;
    (singleByte.test(token) ? bytes : found).push({ id, texts: extra ? [latin(token)] : textsOf(token) });
  }
  return [...found, ...bytes];
}

const singleByte = /^<0x([0-9A-F]{2})>$/;

/** What stands for a space in tokens, where something does. */
function signForSpace(steps: readonly AnyPart[]): string | undefined {
  for (const { type, replacement, pattern, content } of steps) {
    if (type === 'Metaspace') return typeof replacement === 'string' ? replacement : '▁';
    const replaced = (pattern as { String?: unknown } | undefined)?.String;
    if (type === 'Replace' && replaced === ' ' && typeof content === 'string' && content !== '')
      return content;
  }
  return undefined;
}

/** Whether white space between words leaves no trace. */
function isWithoutSpaces(tokenizer: Tokenizer): boolean {
  const one = tokenizer.encode('a');
  return tokenizer.encode('a a').join() === [...one, ...one].join();
}

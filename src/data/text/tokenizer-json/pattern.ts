import { SplitPreTokenizer } from '@huggingface/tokenizers';
import { z } from 'zod';

/** Where a text is cut or changed. */
export const patternSchema = z.union([z.object({ String: z.string() }), z.object({ Regex: z.string() })]);

/**
 * A pattern of a tokenizer.json as a regular expression of JavaScript; the library translates those of Oniguruma.
 * @throws Error if it cannot be translated
 */
export function patternOf(pattern: z.output<typeof patternSchema>): RegExp {
  if ('String' in pattern) return new RegExp(pattern.String.replaceAll(/[.*+?^${}()|[\]\\/]/g, '\\$&'), 'gu');
  const { pattern: translated } = new SplitPreTokenizer({
    type: 'Split',
    pattern,
    behavior: 'Isolated',
    invert: false,
  } as ConstructorParameters<typeof SplitPreTokenizer>[0]) as unknown as { pattern: RegExp };
  return translated;
}

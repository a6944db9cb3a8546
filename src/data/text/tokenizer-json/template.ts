import { z } from 'zod';
import type { Part } from './definition.ts';
import { optionOf, partsOf } from './section.ts';

/** Special tokens that a tokenizer puts before and behind a single text. */
export interface Template {
  readonly prefix: readonly number[];
  readonly suffix: readonly number[];
}

const plain: Template = { prefix: [], suffix: [] };

const templateSchema = z.looseObject({
  single: z.array(
    z.union([
      z.object({ SpecialToken: z.looseObject({ id: z.string() }) }),
      z.object({ Sequence: z.looseObject({ id: z.string() }) }),
    ]),
  ),
  special_tokens: z.record(z.string(), z.looseObject({ ids: z.array(z.int().min(0)) })),
});

const pairSchema = z.tuple([z.string(), z.int().min(0)]);

/**
 * Reads the post_processor of a tokenizer.json.
 * @throws Error if it is of a kind that is not known here
 */
export function templateOf(part: Part | null | undefined): Template {
  if (!part) return plain;
  switch (part.type) {
    case 'ByteLevel':
      return plain;
    case 'BertProcessing':
    case 'RobertaProcessing':
      return {
        prefix: [optionOf(part, 'cls', pairSchema)[1]],
        suffix: [optionOf(part, 'sep', pairSchema)[1]],
      };
    case 'TemplateProcessing': {
      const { single, special_tokens } = templateSchema.parse(part);
      const ids = (items: typeof single) =>
        items.flatMap((item) =>
          'SpecialToken' in item ? (special_tokens[item.SpecialToken.id]?.ids ?? []) : [],
        );
      const texts = single.filter((item) => 'Sequence' in item).length;
      const text = single.findIndex((item) => 'Sequence' in item);
      if (texts !== 1) throw new Error(`Its template has the text ${texts} times`);
      return { prefix: ids(single.slice(0, text)), suffix: ids(single.slice(text + 1)) };
    }
    case 'Sequence':
      // Each stands around what the one before it made.
      return partsOf(part, 'processors', templateOf).reduce(
        (whole, { prefix, suffix }) => ({
          prefix: [...prefix, ...whole.prefix],
          suffix: [...whole.suffix, ...suffix],
        }),
        plain,
      );
    default:
      throw new Error(`Unknown post-processor type: ${part.type}`);
  }
}

import { z } from 'zod';
import type { Part } from './definition.ts';
import { optionOf, partsOf } from './section.ts';

/** Special tokens that a tokenizer puts around texts. */
export interface Template {
  /** Before and behind a single text. */
  readonly prefix: readonly number[];
  readonly suffix: readonly number[];
  /** Around two texts that go together; undefined where they are put together in a way that is not known here. */
  readonly pair?: PairTemplate;
}

/** How two texts become one sample: `before` first `between` second `behind`. */
export interface PairTemplate {
  readonly before: readonly number[];
  readonly between: readonly number[];
  readonly behind: readonly number[];
  /**
   * The token types: 0 for all, or from a place on 1, which is so many tokens before the second text; 0 where it begins
   * with that. Undefined where all are 0.
   */
  readonly ofSecond: number | undefined;
}

/** Without a template tokens of the first text are of type 0, those of the second of type 1. */
const plain: Template = {
  prefix: [],
  suffix: [],
  pair: { before: [], between: [], behind: [], ofSecond: 0 },
};

const itemSchema = z.union([
  z.object({ SpecialToken: z.looseObject({ id: z.string(), type_id: z.int().optional() }) }),
  z.object({ Sequence: z.looseObject({ id: z.string(), type_id: z.int().optional() }) }),
]);
type Item = z.output<typeof itemSchema>;

const templateSchema = z.looseObject({
  single: z.array(itemSchema),
  pair: z.array(itemSchema).optional(),
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
    case 'RobertaProcessing': {
      const [start, end] = [optionOf(part, 'cls', pairSchema)[1], optionOf(part, 'sep', pairSchema)[1]];
      const pair =
        part.type === 'BertProcessing'
          ? { before: [start], between: [end], behind: [end], ofSecond: 0 }
          : { before: [start], between: [end, end], behind: [end], ofSecond: undefined };
      return { prefix: [start], suffix: [end], pair };
    }
    case 'TemplateProcessing': {
      const { single, pair, special_tokens } = templateSchema.parse(part);
      const ids = (items: readonly Item[]) =>
        items.flatMap((item) =>
          'SpecialToken' in item ? (special_tokens[item.SpecialToken.id]?.ids ?? []) : [],
        );
      const texts = single.filter((item) => 'Sequence' in item).length;
      const text = single.findIndex((item) => 'Sequence' in item);
      if (texts !== 1) throw new Error(`Its template has the text ${texts} times`);
      return {
        prefix: ids(single.slice(0, text)),
        suffix: ids(single.slice(text + 1)),
        pair: pair && pairOf(pair, ids),
      };
    }
    case 'Sequence':
      // Each stands around what the one before it made; a pair is put together once.
      return partsOf(part, 'processors', templateOf).reduce(
        (whole, { prefix, suffix, pair }) => ({
          prefix: [...prefix, ...whole.prefix],
          suffix: [...whole.suffix, ...suffix],
          pair: whole.pair === plain.pair ? pair : pair === plain.pair ? whole.pair : undefined,
        }),
        plain,
      );
    default:
      throw new Error(`Unknown post-processor type: ${part.type}`);
  }
}

/** A template of two texts, the first one first, whose types are 0 and from some place on 1; undefined for any other. */
function pairOf(
  items: readonly Item[],
  ids: (items: readonly Item[]) => readonly number[],
): PairTemplate | undefined {
  const places = ['A', 'B'].map((id) =>
    items.findIndex((item) => 'Sequence' in item && item.Sequence.id === id),
  );
  const [first, second] = places as [number, number];
  if (first < 0 || second < first || items.filter((item) => 'Sequence' in item).length !== 2)
    return undefined;
  const types = items.map((item) => ('Sequence' in item ? item.Sequence : item.SpecialToken).type_id ?? 0);
  const switches = types.indexOf(1);
  const rising = types.every((type, at) => type === (switches >= 0 && at >= switches ? 1 : 0));
  if (!rising || (switches >= 0 && (switches <= first || switches > second))) return undefined;
  return {
    before: ids(items.slice(0, first)),
    between: ids(items.slice(first + 1, second)),
    behind: ids(items.slice(second + 1)),
    ofSecond: switches < 0 ? undefined : ids(items.slice(switches, second)).length,
  };
}

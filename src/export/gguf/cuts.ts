import { z } from 'zod';
import type { Part } from '../../data/text/tokenizer-json/definition.ts';

/** A way to cut texts before byte pairs are joined, which llama.cpp has by a name. */
export interface KnownCut {
  /** `tokenizer.ggml.pre` */
  readonly name: string;
  /** Whether a piece that is a token becomes that token, whatever the merges would make of it. */
  readonly ignoresMerges: boolean;
}

const letters = "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+";
const marks = ' ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*';
const spaces = '\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+';

/**
 * By their steps, as {@link stepsOf} writes them: those whose patterns llama.cpp has just as they are, which it has not of
 * those that tell capitals from small letters.
 */
const known: Readonly<Record<string, readonly KnownCut[]>> = {
  'GPT-2': [{ name: 'gpt-2', ignoresMerges: false }],
  'digits, GPT-2': [{ name: 'smollm', ignoresMerges: false }],
  [`${letters}|\\p{N}|${marks}|${spaces}, bytes`]: [{ name: 'qwen2', ignoresMerges: false }],
  [`${letters}|\\p{N}{1,3}|${marks}|${spaces}, bytes`]: [
    { name: 'llama-bpe', ignoresMerges: true },
    { name: 'smaug-bpe', ignoresMerges: false },
  ],
};

/** Where nothing is joined, each byte is a token, wherever texts are cut. */
const anyCut: KnownCut = { name: 'gpt-2', ignoresMerges: false };

/**
 * The ways in which llama.cpp cuts texts as a tokenizer does; none where it has no such.
 * @param merges how many there are
 */
export function knownCuts(part: Part | null | undefined, merges: number): readonly KnownCut[] {
  const steps = part && stepsOf(part);
  if (!steps) return [];
  if (merges === 0 && steps.every((step) => step === 'bytes' || step === 'GPT-2')) return [anyCut];
  return known[steps.join(', ')] ?? [];
}

const stepSchema = z.union([
  z.object({
    type: z.literal('Sequence'),
    pretokenizers: z.array(z.looseObject({ type: z.string() })),
  }),
  z.object({
    type: z.literal('ByteLevel'),
    add_prefix_space: z.literal(false),
    use_regex: z.boolean().default(true),
  }),
  z.object({ type: z.literal('Digits'), individual_digits: z.literal(true) }),
  z.object({
    type: z.literal('Split'),
    pattern: z.object({ Regex: z.string() }),
    behavior: z.enum(['Isolated', 'isolated']),
    invert: z.literal(false).default(false),
  }),
]);

/** undefined where one of the steps is of no kind that llama.cpp has. */
function stepsOf(part: Part): string[] | undefined {
  const { data: step } = stepSchema.safeParse(part);
  switch (step?.type) {
    case 'Sequence': {
      const all = step.pretokenizers.map(stepsOf);
      return all.includes(undefined) ? undefined : (all as string[][]).flat();
    }
    case 'ByteLevel':
      return [step.use_regex ? 'GPT-2' : 'bytes'];
    case 'Digits':
      return ['digits'];
    case 'Split':
      return [step.pattern.Regex];
    case undefined:
      return undefined;
  }
}

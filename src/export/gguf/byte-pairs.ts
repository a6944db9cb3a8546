import { z } from 'zod';
import { mergeOf } from '../../data/text/tokenizer-json/byte-pairs.ts';
import type { Definition, ModelPart, Part } from '../../data/text/tokenizer-json/definition.ts';
import { modelType, tokenizerModel } from '../../data/text/tokenizer-json/models.ts';
import { byteLetters } from '../../data/text/tokenizer-json/normalizers.ts';
import { type GgufValue, string, strings } from '../../models/gguf/values.ts';
import { type KnownCut, knownCuts } from './cuts.ts';
import { Inexpressible } from './inexpressible.ts';

const optionsSchema = z.looseObject({
  continuing_subword_prefix: z.string().nullish(),
  end_of_word_suffix: z.string().nullish(),
  ignore_merges: z.boolean().default(false),
  merges: z.array(z.union([z.string(), z.tuple([z.string(), z.string()])])),
});

/** What is told of normalizers whose effect llama.cpp leaves out, and that most texts do without. */
const composing =
  'llama.cpp does not compose letters (Unicode NFC): of a text whose accents are characters of their own it makes other tokens.';

/**
 * How llama.cpp cuts texts into byte pairs as a tokenizer does.
 * @param model the tokens of the definition's model
 * @throws Inexpressible where it cannot
 */
export function bytePairsOf(
  { model: part, normalizer, pre_tokenizer: cut, added_tokens }: Definition,
  model: ReadonlyMap<string, number>,
): { readonly metadata: Readonly<Record<string, GgufValue>>; readonly remark: string | undefined } {
  const kind = modelType(part);
  if (kind !== 'BPE') throw new Inexpressible(`its tokenizer is of the kind ${kind}, not byte pairs`);
  const { success, data: options } = optionsSchema.safeParse(part);
  if (!success) throw new Inexpressible('its merges are no pairs');
  if (options.continuing_subword_prefix || options.end_of_word_suffix)
    throw new Inexpressible('its tokens are marked where words begin or end');
  if (byteLetters.some((letter) => !model.has(letter)))
    throw new Inexpressible('not every byte is one of its tokens');
  const remark = normalizerRemark(normalizer);
  const merges = options.merges.map(mergeOf);
  const cuts = knownCuts(cut, merges.length);
  if (cuts.length === 0) throw new Inexpressible('it cuts texts in a way that llama.cpp has no name for');
  const added = new Set(added_tokens.map(({ content }) => content));
  const joined = [...model].filter(([token]) => !added.has(token) && isOfBytes(token));
  const { name } = cutFor(cuts, options.ignore_merges, part, joined);
  return {
    metadata: {
      'tokenizer.ggml.pre': string(name),
      'tokenizer.ggml.merges': strings(mergeTexts(merges)),
    },
    remark,
  };
}

function normalizerRemark(part: Part | null | undefined): string | undefined {
  if (!part) return undefined;
  if (part.type === 'NFC') return composing;
  const steps = part.type === 'Sequence' && Array.isArray(part.normalizers) ? part.normalizers : undefined;
  if (steps?.length === 0) return undefined;
  if (steps?.length === 1) return normalizerRemark(steps[0] as Part);
  throw new Inexpressible(`it changes texts first, by ${part.type}`);
}

const letters = new Set(byteLetters);
/** Whether a token can come of a text, of which nothing but bytes is left when pairs are joined. */
const isOfBytes = (token: string) => Array.from(token).every((letter) => letters.has(letter));

/** Where the ways differ only in whether merges can be ignored, and no token needs that, both make the same. */
function cutFor(
  cuts: readonly KnownCut[],
  ignoresMerges: boolean,
  part: ModelPart,
  joined: readonly (readonly [string, number])[],
): KnownCut {
  const same = cuts.find((cut) => cut.ignoresMerges === ignoresMerges);
  if (same) return same;
  const { tokenize } = tokenizerModel({ ...part, ignore_merges: false });
  for (const [token, id] of joined) {
    const { ids } = tokenize(token);
    if (ids.length !== 1 || ids[0] !== id)
      throw new Inexpressible(
        `its merges do not lead to the token ${JSON.stringify(token)}, of which llama.cpp ${ignoresMerges ? 'would know nothing' : 'would make use'}`,
      );
  }
  return cuts[0]!;
}

/** Two tokens with a space between. Of a pair that is listed twice, the last counts here, and the first in llama.cpp. */
function mergeTexts(merges: readonly (readonly [string, string])[]): string[] {
  const last = new Map(merges.map((merge, rank) => [merge.join(' '), rank]));
  return merges.flatMap((merge, rank) => {
    const text = merge.join(' ');
    if (merge.some((token) => token.includes(' ')))
      throw new Inexpressible(`its merge ${JSON.stringify(merge)} holds a space`);
    return last.get(text) === rank ? [text] : [];
  });
}

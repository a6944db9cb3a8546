import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Tokenizer as HuggingFaceTokenizer } from '@huggingface/tokenizers';
import { z } from 'zod';
import { UserError } from '../../experiment/user-error.ts';
import { fileProblem } from '../file-problem.ts';
import type { Tokenizer } from './tokenizer.ts';

const named = z.union([z.string(), z.object({ content: z.string() })]).nullish();
/** The parts of tokenizer_config.json that matter here. */
const settingsSchema = z.looseObject({ pad_token: named, eos_token: named, sep_token: named });
const tokenizerSchema = z.looseObject({ model: z.looseObject({ type: z.string().optional() }) });

const usualPads = ['[PAD]', '<pad>', '<|padding|>', '<|pad|>'];
const usualEnds = ['<|endoftext|>', '</s>', '<|end_of_text|>', '[SEP]'];

/**
 * A tokenizer.json as Hugging Face's tokenizers write it; tokenizer_config.json is read where it lies beside it.
 * @throws UserError if a file cannot be read or the tokenizer is of a kind that is not supported.
 */
export async function fileTokenizer(file: string): Promise<Tokenizer> {
  const settingsFile = join(dirname(file), 'tokenizer_config.json');
  const text = await readText(file);
  const settingsText = await readText(settingsFile).catch(() => '{}');
  const definition = parse(text, tokenizerSchema, file);
  const settings = parse(settingsText, settingsSchema, settingsFile);
  const inner = load(definition, settings, file);
  const idOf = (token: z.output<typeof named>, usual: readonly string[]) => {
    const content = typeof token === 'string' ? token : token?.content;
    const candidates = content === undefined ? usual : [content];
    return candidates.map((candidate) => inner.token_to_id(candidate)).find((id) => id !== undefined);
  };
  const endId = idOf(settings.eos_token ?? settings.sep_token, usualEnds);
  const [prefix, suffix] = specialsAround(inner);
  return {
    vocabulary: Math.max(...inner.get_vocab(true).values()) + 1,
    padId: idOf(settings.pad_token, usualPads) ?? endId ?? 0,
    endId,
    prefix,
    suffix,
    encode: (sample) => inner.encode(sample, { add_special_tokens: false }).ids,
    decode: (ids) => (ids.length === 0 ? '' : inner.decode([...ids], { skip_special_tokens: true })),
    files: () => ({ 'tokenizer.json': text, 'tokenizer_config.json': settingsText }),
  };
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw fileProblem(error, file);
  }
}

function parse<S extends z.ZodType>(text: string, schema: S, file: string): z.output<S> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new UserError(`${file} is not valid JSON: ${(error as Error).message}.`, {
      remedy: 'Download or save it again.',
      place: file,
      cause: error,
    });
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new UserError(`${file} is not a tokenizer of Hugging Face’s tokenizers library.`, {
    remedy: 'Name the tokenizer.json that lies beside a model.',
    place: file,
  });
}

function load(definition: object, settings: object, file: string): HuggingFaceTokenizer {
  try {
    return new HuggingFaceTokenizer(definition, settings);
  } catch (error) {
    throw new UserError(`${file} holds a tokenizer that cannot be used here: ${(error as Error).message}.`, {
      remedy: 'Take another tokenizer.json, or "bytes" or "words".',
      place: file,
      cause: error,
    });
  }
}

/** What a tokenizer puts before and behind a single text, seen from one that it does to. */
function specialsAround(inner: HuggingFaceTokenizer): [number[], number[]] {
  const text = 'a';
  const plain = inner.encode(text, { add_special_tokens: false }).ids;
  const whole = inner.encode(text, { add_special_tokens: true }).ids;
  for (let start = 0; start + plain.length <= whole.length; start++)
    if (plain.every((id, index) => whole[start + index] === id))
      return [whole.slice(0, start), whole.slice(start + plain.length)];
  return [[], []];
}

import { z } from 'zod';
import { nestingOfJson } from '../../../base/nesting.ts';
import { UserError } from '../../../base/user-error.ts';

/** Brackets within brackets; sequences of steps in others have a dozen. */
const mostDepth = 100;

/** Ids beyond this belong to no vocabulary; reading one would take memory for all below it. */
const largestId = 9_999_999;

const id = z.int().min(0).max(largestId);

const addedTokenSchema = z.looseObject({
  id,
  content: z.string(),
  single_word: z.boolean().default(false),
  lstrip: z.boolean().default(false),
  rstrip: z.boolean().default(false),
  special: z.boolean().default(false),
  normalized: z.boolean().optional(),
});

/** A part of the pipeline: what kind it is, and its options. */
const partSchema = z.looseObject({ type: z.string() });
export type Part = z.output<typeof partSchema>;

type Ids = Readonly<Record<string, number>>;
/** Pieces and their scores. */
type Scores = readonly (readonly [string, number])[];

const isIds = (value: object): value is Ids =>
  Object.values(value).every((one) => Number.isInteger(one) && one >= 0 && one <= largestId);

const isScores = (value: readonly unknown[]): boolean =>
  value.every((pair) => Array.isArray(pair) && typeof pair[0] === 'string' && typeof pair[1] === 'number');

/** Kept as it is: a vocabulary is large, and a token may be called `__proto__`. */
const vocabularySchema = z.custom<Ids | Scores>(
  (value) =>
    typeof value === 'object' && value !== null && (Array.isArray(value) ? isScores(value) : isIds(value)),
  `not every token has an id between 0 and ${largestId}, or every piece a score`,
);

const modelSchema = z.looseObject({
  type: z.string().optional(),
  vocab: vocabularySchema,
});

const definitionSchema = z.looseObject({
  added_tokens: z.array(addedTokenSchema).default([]),
  normalizer: partSchema.nullish(),
  pre_tokenizer: partSchema.nullish(),
  post_processor: partSchema.nullish(),
  decoder: partSchema.nullish(),
  model: modelSchema,
});

/** A tokenizer.json. */
export type Definition = z.output<typeof definitionSchema>;
export type ModelPart = Definition['model'];

const namedToken = z.union([z.string(), z.looseObject({ content: z.string() })]).nullish();

/** Names that tokenizer_config.json gives to special tokens. */
export const specialNames = [
  'pad_token',
  'unk_token',
  'bos_token',
  'eos_token',
  'sep_token',
  'cls_token',
  'mask_token',
] as const;

const settingsSchema = z.looseObject({
  tokenizer_class: z.string().nullish(),
  added_tokens_decoder: z
    .record(z.string().regex(/^\d{1,7}$/), addedTokenSchema.omit({ id: true }))
    .nullish(),
  ...(Object.fromEntries(specialNames.map((name) => [name, namedToken])) as Record<
    (typeof specialNames)[number],
    typeof namedToken
  >),
});

/** The parts of a tokenizer_config.json that matter here. */
export type Settings = z.output<typeof settingsSchema>;

/** A token that is looked for in texts before anything else is done to them. */
export interface AddedToken {
  readonly id: number;
  readonly content: string;
  readonly single_word: boolean;
  readonly lstrip: boolean;
  readonly rstrip: boolean;
  readonly special: boolean;
  readonly normalized: boolean;
}

/** @throws UserError if it is not what Hugging Face's tokenizers write */
export const readDefinition = (text: string, file: string): Definition => parse(text, definitionSchema, file);

/** @throws UserError if it is not a tokenizer_config.json */
export const readSettings = (text: string, file: string): Settings => parse(text, settingsSchema, file);

function parse<S extends z.ZodType>(text: string, schema: S, file: string): z.output<S> {
  if (nestingOfJson(text) > mostDepth)
    throw new UserError(`${file} nests more than ${mostDepth} deep, which no tokenizer does.`, {
      remedy: 'Name the tokenizer.json that lies beside a model.',
      place: file,
    });
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
  const { path, message } = result.error.issues[0]!;
  throw new UserError(
    `${file} is not a tokenizer of Hugging Face’s tokenizers library: ${path.join('.') || 'the file'}: ${message}.`,
    { remedy: 'Name the tokenizer.json that lies beside a model.', place: file },
  );
}

export const contentOf = (token: z.output<typeof namedToken>): string | undefined =>
  typeof token === 'string' ? token : token?.content;

export const isScored = (vocab: ModelPart['vocab']): vocab is Scores => Array.isArray(vocab);

/** The tokens of the model, without those that are added to them. */
export function modelTokens({ vocab }: ModelPart): Map<string, number> {
  return isScored(vocab)
    ? new Map(vocab.map(([token], index) => [token, index]))
    : new Map(Object.entries(vocab));
}

/**
 * Every token that is added to those of the model, as `AutoTokenizer` has them: those of tokenizer.json, those that
 * stand in `added_tokens_decoder` of tokenizer_config.json alone, and the special tokens it names.
 */
export function addedTokens(
  { added_tokens }: Definition,
  settings: Settings,
  model: ReadonlyMap<string, number>,
): AddedToken[] {
  const tokens = new Map<string, AddedToken>();
  const add = (token: Omit<AddedToken, 'normalized'> & { readonly normalized?: boolean | undefined }) => {
    if (token.content !== '')
      tokens.set(token.content, { ...token, normalized: token.normalized ?? !token.special });
  };
  for (const token of added_tokens) add(token);
  for (const [key, token] of Object.entries(settings.added_tokens_decoder ?? {}))
    if (!tokens.has(token.content)) add({ ...token, id: Number(key) });
  for (const name of specialNames) {
    const content = contentOf(settings[name]);
    const id = content === undefined ? undefined : model.get(content);
    if (content !== undefined && id !== undefined && !tokens.has(content))
      add({ id, content, single_word: false, lstrip: false, rstrip: false, special: true });
  }
  return [...tokens.values()].sort((one, other) => one.id - other.id);
}

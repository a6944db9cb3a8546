import type { Tokenizer } from '../tokenizers/tokenizer.ts';
import { mergeOf } from './byte-pairs.ts';
import { type Definition, isScored, type ModelPart, readDefinition } from './definition.ts';
import { modelType } from './models.ts';

/** A way in which two tokenizers with the same tokens make other ids of a text. */
export interface RecipeDifference {
  /** `merge 3 is "t h" to the teacher and "h e" to the student` */
  readonly told: string;
  /** Whether texts are cut by another rule, and not only prepared in another way. */
  readonly cuts: boolean;
}

type Files = Tokenizer['files'];

/** What is said of one place that differs: where, and what stands there in each. */
type Difference = readonly [place: string, one: unknown, other: unknown];

/**
 * What decides, beside the vocabulary, which ids are made of a text: the kind of model with its merges or scores, its
 * options, the normalizer, the pre-tokenizer and the added tokens. Of each the first difference is told.
 * @param names of whose tokenizers they are, for what is told
 */
export function recipeDifferences(
  first: Files,
  second: Files,
  names: readonly [string, string],
): RecipeDifference[] {
  const [text, otherText] = [first, second].map((files) => files()['tokenizer.json']);
  // Most were copied from one another, and the large ones take a while to read.
  if (text === undefined || otherText === undefined || text === otherText) return [];
  const one = readDefinition(text, 'tokenizer.json');
  const other = readDefinition(otherText, 'tokenizer.json');
  const tell = (cuts: boolean, found: Difference | undefined) =>
    found ? [{ cuts, told: toldOf(found, names) }] : [];
  const kinds = [modelType(one.model), modelType(other.model)] as const;
  const model: RecipeDifference[] =
    kinds[0] === kinds[1]
      ? [
          ...tell(true, mergesDifference(one.model, other.model) ?? scoresDifference(one.model, other.model)),
          ...tell(false, firstDifference(optionsOf(one.model), optionsOf(other.model), 'model')),
        ]
      : tell(true, ['the model', { type: kinds[0] }, { type: kinds[1] }]);
  return [
    ...model,
    ...tell(false, firstDifference(one.normalizer, other.normalizer, 'normalizer')),
    ...tell(false, firstDifference(one.pre_tokenizer, other.pre_tokenizer, 'pre_tokenizer')),
    ...tell(false, addedDifference(one, other)),
  ];
}

const toldOf = ([place, one, other]: Difference, [first, second]: readonly [string, string]) =>
  `${place} is ${shown(one)} for ${first}, but ${shown(other)} for ${second}`;

function shown(value: unknown): string {
  if (value === undefined || value === null) return 'missing';
  if (isObject(value) && typeof value.type === 'string') return value.type;
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

/** Some files write a merge as one text, others as two. */
function mergesOf({ merges }: ModelPart): string[] {
  return Array.isArray(merges) ? merges.map((merge) => mergeOf(merge).join(' ')) : [];
}

function mergesDifference(first: ModelPart, second: ModelPart): Difference | undefined {
  const [one, other] = [mergesOf(first), mergesOf(second)];
  for (let at = 0; at < Math.max(one.length, other.length); at++)
    if (one[at] !== other[at]) return [`merge ${at + 1}`, one[at], other[at]];
  return undefined;
}

/** Scores are written with more digits by some than by others. */
const nearly = (one: number, other: number) =>
  Math.abs(one - other) <= 1e-5 * Math.max(1, Math.abs(one), Math.abs(other));

function scoresDifference({ vocab }: ModelPart, { vocab: second }: ModelPart): Difference | undefined {
  if (!isScored(vocab) || !isScored(second)) return undefined;
  const scores = new Map(second);
  for (const [piece, score] of vocab) {
    const other = scores.get(piece);
    if (other !== undefined && !nearly(score, other))
      return [`the score of ${JSON.stringify(piece)}`, score, other];
  }
  return undefined;
}

function optionsOf({ type, vocab, merges, ...options }: ModelPart): Readonly<Record<string, unknown>> {
  return options;
}

/** Of places in a text, not of what is made of it; or how a model is trained. */
const withoutEffect = new Set(['trim_offsets', 'dropout']);
/** Older files leave out what is usual. */
const usualTrue = new Set(['use_regex']);

const isUsual = (key: string, value: unknown) =>
  value === undefined ||
  value === null ||
  value === '' ||
  (usualTrue.has(key) ? value === true : value === false);

function firstDifference(first: unknown, second: unknown, place: string): Difference | undefined {
  const [one, other] = [withoutWrap(first), withoutWrap(second)];
  const key = place.slice(place.lastIndexOf('.') + 1);
  if (isUsual(key, one) && isUsual(key, other)) return undefined;
  if (!isObject(one) || !isObject(other)) return one === other ? undefined : [place, one, other];
  if (one.type !== other.type) return [place, one, other];
  for (const name of new Set([...Object.keys(one), ...Object.keys(other)])) {
    if (withoutEffect.has(name)) continue;
    const found = firstDifference(one[name], other[name], `${place}.${name}`);
    if (found) return found;
  }
  return undefined;
}

/** A sequence of one step is that step. */
function withoutWrap(value: unknown): unknown {
  if (!isObject(value) || value.type !== 'Sequence') return value;
  const steps = value.normalizers ?? value.pretokenizers;
  return Array.isArray(steps) && steps.length <= 1 ? withoutWrap(steps[0]) : value;
}

/** How tokens that both add are looked for in a text. */
function addedDifference(first: Definition, second: Definition): Difference | undefined {
  const others = new Map(second.added_tokens.map((token) => [token.content, token]));
  for (const token of first.added_tokens) {
    const other = others.get(token.content);
    if (!other) continue;
    const [one, two] = [token, other].map(({ single_word, lstrip, rstrip, normalized, special }) => ({
      single_word,
      lstrip,
      rstrip,
      normalized: normalized ?? !special,
    }));
    const found = firstDifference(one, two, `the added token ${JSON.stringify(token.content)}`);
    if (found) return found;
  }
  return undefined;
}

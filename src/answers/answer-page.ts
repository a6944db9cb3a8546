import type { DataCondition } from './conditions.ts';
import { type Filter, parseFilter } from './filter.ts';
import type { AnswerKind, ModelAnswers } from './kept-answers.ts';
import { answerOf, confidenceOf, type Pair } from './pair.ts';
import {
  type ClassSlice,
  classSlice,
  type LabelSlice,
  type LossSlice,
  labelSlices,
  lossSlice,
} from './slices.ts';

/** A model of a run. */
export interface Side {
  /** Of the run. */
  readonly directory: string;
  readonly model: string;
  /** What the run is called, for messages. */
  readonly run: string;
}

export const sortKeys = [
  'position',
  'lost',
  'divergence',
  'length',
  'a.confidence',
  'b.confidence',
  'a.loss',
  'b.loss',
] as const;
export type SortKey = (typeof sortKeys)[number];

/** What is asked of two models that answered the same samples. */
export interface Question {
  readonly a: Side;
  readonly b: Side;
  readonly filter: string;
  readonly sort: SortKey;
  readonly descending: boolean;
  /** Which of the samples that are found are wanted. */
  readonly offset: number;
  readonly count: number;
  /** Positions at which the conditions on the data hold; left out at first. */
  readonly among?: readonly number[];
}

/** What a model answered to a sample. NaN is null, as JSON has none. */
export interface OneAnswer {
  /** Class answered; null where it has no answer, or answers are no classes. */
  readonly answer: string | null;
  readonly confidence: number | null;
  readonly right: boolean | null;
  readonly loss: number | null;
  /** The most probable classes with their probabilities. */
  readonly best: readonly { readonly name: string; readonly probability: number }[];
}

export interface AnswerRow {
  /** In the test split. */
  readonly position: number;
  readonly id: number;
  readonly label: string | null;
  /** In tokens. */
  readonly length: number | null;
  readonly lost: number | null;
  readonly divergence: number | null;
  readonly a: OneAnswer;
  readonly b: OneAnswer;
}

export interface AnswerPage {
  /** Test samples, and those that the filter leaves. */
  readonly total: number;
  readonly matched: number;
  readonly rows: readonly AnswerRow[];
  /** Of all that the filter leaves. */
  readonly classes: ClassSlice | null;
  readonly losses: LossSlice | null;
  readonly labels: readonly LabelSlice[];
  readonly unit: string;
  /** Whether the divergence is that of whole distributions. */
  readonly exact: boolean;
  /** Whether the filter looks at what was answered. */
  readonly chosen: boolean;
  readonly problems: readonly string[];
}

/** More than any page shows at once, and quick to send. */
export const mostRows = 200;

/** A filter asks this of the data, which whoever can open them finds out first; see {@link Question.among}. */
export interface AskedOfData {
  readonly conditions: readonly DataCondition[];
}

/** What two models answered to the samples that are asked for. */
export function answerPage(pair: Pair, question: Omit<Question, 'a' | 'b'>): AnswerPage | AskedOfData {
  const filter = parseFilter(question.filter, pair);
  if (filter.data.length > 0 && !question.among) return { conditions: filter.data };
  const { positions, figures } = foundFor(pair, filter, question);
  const offset = Math.max(0, Math.floor(question.offset));
  const count = Math.min(mostRows, Math.max(0, Math.floor(question.count)));
  return {
    total: pair.ids.length,
    matched: positions.length,
    rows: Array.from(positions.subarray(offset, offset + count), (sample) => rowOf(pair, sample)),
    ...figures,
    unit: pair.unit,
    exact: pair.exact,
    chosen: filter.looksAtAnswers,
    problems: filter.problems,
  };
}

interface Found {
  readonly positions: Int32Array;
  readonly figures: ReturnType<typeof figuresOf>;
}

/** What was found last: the further pages of a list are asked for one after the other. */
const latest = new WeakMap<Pair, { readonly key: string; readonly found: Found }>();

function foundFor(pair: Pair, filter: Filter, question: Omit<Question, 'a' | 'b'>): Found {
  const { sort, descending, among } = question;
  const key = JSON.stringify([question.filter, sort, descending, among]);
  const known = latest.get(pair);
  if (known?.key === key) return known.found;
  const positions = foundIn(pair, filter, question);
  const figures = figuresOf(pair, positions, filter.looksAtAnswers);
  const found = { positions: inOrder(pair, positions, question), figures };
  latest.set(pair, { key, found });
  return found;
}

/** What is said of the samples that a filter leaves. */
export const figuresOf = (
  pair: Pair,
  found: Int32Array,
  chosen: boolean,
): Pick<AnswerPage, 'classes' | 'losses' | 'labels'> =>
  pair.kind === 'classes'
    ? { classes: classSlice(pair, found, chosen), losses: null, labels: labelSlices(pair, found) }
    : { classes: null, losses: lossSlice(pair, found, chosen), labels: [] };

/** Positions that a filter leaves, ascending. */
export function foundIn(pair: Pair, { own }: Filter, { among }: Pick<Question, 'among'>): Int32Array {
  const size = pair.ids.length;
  const candidates = among ?? Array.from({ length: size }, (_, sample) => sample);
  return Int32Array.from(
    candidates.filter((sample) => sample >= 0 && sample < size && own.every((holds) => holds(sample))),
  );
}

/** The same positions, sorted; samples without the figure come last, whichever way it is sorted. */
export function inOrder(
  pair: Pair,
  found: Int32Array,
  { sort, descending }: Pick<Question, 'sort' | 'descending'>,
): Int32Array {
  if (sort === 'position') return descending ? found.toReversed() : found;
  const read = readerOf(pair, sort);
  return found.toSorted((one, other) => {
    const [first, second] = [read(one), read(other)];
    if (Number.isNaN(first) || Number.isNaN(second))
      return Number(Number.isNaN(first)) - Number(Number.isNaN(second)) || one - other;
    return (descending ? second - first : first - second) || one - other;
  });
}

function readerOf(pair: Pair, sort: Exclude<SortKey, 'position'>): (sample: number) => number {
  const { a, b, lost, divergence, lengths } = pair;
  const none = () => Number.NaN;
  switch (sort) {
    case 'lost':
      return (sample) => lost[sample]!;
    case 'divergence':
      return divergence ? (sample) => divergence[sample]! : none;
    case 'length':
      return lengths ? (sample) => lengths[sample]! : none;
    case 'a.confidence':
      return (sample) => confidenceOf(a, sample);
    case 'b.confidence':
      return (sample) => confidenceOf(b, sample);
    case 'a.loss':
      return (sample) => a.losses[sample]!;
    case 'b.loss':
      return (sample) => b.losses[sample]!;
  }
}

const known = (value: number | undefined): number | null =>
  value === undefined || !Number.isFinite(value) ? null : value;

export function rowOf(pair: Pair, sample: number): AnswerRow {
  const { ids, labels, lengths, lost, divergence, classNames } = pair;
  const label = labels?.[sample];
  const one = (model: ModelAnswers): OneAnswer => {
    const answer = answerOf(model, sample);
    return {
      answer: classNames[answer] ?? null,
      confidence: known(confidenceOf(model, sample)),
      right: label === undefined ? null : answer === label,
      loss: known(model.losses[sample]),
      best:
        answer < 0
          ? []
          : Array.from({ length: model.kept }, (_, rank) => ({
              name: classNames[model.classes[sample * model.kept + rank]!]!,
              probability: model.probabilities[sample * model.kept + rank]!,
            })),
    };
  };
  return {
    position: sample,
    id: ids[sample]!,
    label: label === undefined ? null : classNames[label]!,
    length: known(lengths?.[sample]),
    lost: known(lost[sample]),
    divergence: known(divergence?.[sample]),
    a: one(pair.a),
    b: one(pair.b),
  };
}

/** Which models of a run answered, as the page and the command line list them. */
export interface AnswerSource {
  readonly models: readonly string[];
  readonly missing: readonly { readonly name: string; readonly why: string }[];
  readonly classNames: readonly string[];
  readonly kind: AnswerKind;
  readonly unit: string;
  readonly total: number;
  readonly texts: boolean;
  readonly compressed: boolean;
}

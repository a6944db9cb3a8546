import { UserError } from '../base/user-error.ts';
import { divergence } from './divergence.ts';
import type { AnswerKind, KeptAnswers, ModelAnswers } from './kept-answers.ts';

/** Two models that answered the same test samples, and what follows of each sample. */
export interface Pair {
  readonly kind: AnswerKind;
  readonly unit: string;
  readonly classNames: readonly string[];
  readonly ids: Int32Array;
  readonly labels: Int32Array | undefined;
  readonly lengths: Int32Array | undefined;
  readonly a: ModelAnswers;
  readonly b: ModelAnswers;
  /**
   * What the second one lost: by how much less probable it finds the label, −1…1; of texts to continue, by how much more the
   * label costs it. NaN where one has no answer.
   */
  readonly lost: Float64Array;
  /** How far the answers are apart, bits, 0…1; none where they are no classes. */
  readonly divergence: Float64Array | undefined;
  /** Whether the divergence comes of all probabilities, or what is not kept was taken to be spread evenly. */
  readonly exact: boolean;
}

const made = new WeakMap<ModelAnswers, WeakMap<ModelAnswers, Pair>>();

/**
 * Lays two models side by side.
 * @throws UserError where they did not answer the same samples, or one of them is not there
 */
export function pairOf(one: KeptAnswers, a: string, other: KeptAnswers, b: string): Pair {
  if (one !== other) requireSameSamples(one, other);
  const [first, second] = [modelOf(one, a), modelOf(other, b)];
  const known = made.get(first)?.get(second);
  if (known) return known;
  const pair = build(one, first, second);
  const ofFirst = made.get(first) ?? new WeakMap<ModelAnswers, Pair>();
  made.set(first, ofFirst);
  ofFirst.set(second, pair);
  return pair;
}

function modelOf({ models, missing }: KeptAnswers, name: string): ModelAnswers {
  const model = models.find((one) => one.name === name);
  if (model) return model;
  const why = missing.find((one) => one.name === name)?.why;
  throw new UserError(
    why ? `The answers of “${name}” were not kept: ${why}.` : `The run kept no answers of a model “${name}”.`,
    { remedy: `There are those of ${models.map((one) => one.name).join(', ')}.` },
  );
}

function requireSameSamples(one: KeptAnswers, other: KeptAnswers): void {
  const same = (key: 'ids' | 'labels') => {
    const [first, second] = [one[key], other[key]];
    return first?.length === second?.length && (first?.every((value, at) => value === second![at]) ?? true);
  };
  if (
    one.kind === other.kind &&
    one.unit === other.unit &&
    one.classNames.join('\n') === other.classNames.join('\n') &&
    (one.samples === other.samples || (one.kind === 'classes' && one.content === other.content)) &&
    same('ids') &&
    same('labels')
  )
    return;
  throw new UserError('The two runs did not answer the same test samples in the same way.', {
    remedy:
      'Choose runs of the same data, test limit and split seed; where these differ, run one of them again with those of the other.',
  });
}

function build(kept: KeptAnswers, a: ModelAnswers, b: ModelAnswers): Pair {
  const { kind, unit, classNames, ids, labels, lengths } = kept;
  const classes = classNames.length;
  const lost = new Float64Array(ids.length);
  for (let sample = 0; sample < lost.length; sample++)
    lost[sample] =
      kind === 'classes'
        ? Math.exp(-a.losses[sample]!) - Math.exp(-b.losses[sample]!)
        : b.losses[sample]! - a.losses[sample]!;
  const apart =
    kind === 'classes' ? Float64Array.from(ids, (_, sample) => divergence(a, b, sample, classes)) : undefined;
  return {
    ...{ kind, unit, classNames, ids, labels, lengths, a, b, lost },
    divergence: apart,
    exact: a.kept >= classes && b.kept >= classes,
  };
}

/** The class that a model answers; −1 where it has no answer. */
export const answerOf = ({ kept, classes }: ModelAnswers, sample: number): number =>
  classes[sample * kept] ?? -1;

/** The probability of its answer, 0…1; NaN where it has none. */
export const confidenceOf = ({ kept, probabilities }: ModelAnswers, sample: number): number =>
  probabilities[sample * kept] ?? Number.NaN;

/** Whether it answers the label. */
export const isRight = (model: ModelAnswers, { labels }: Pair, sample: number): boolean =>
  labels !== undefined && answerOf(model, sample) === labels[sample];

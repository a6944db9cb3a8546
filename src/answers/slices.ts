import { isRight, type Pair } from './pair.ts';
import { type Interval, mcnemar, meanInterval, wilson } from './statistics.ts';

/** How often a model is right among some samples. */
export interface Share {
  readonly right: number;
  /** 0…1; null without samples. */
  readonly accuracy: number | null;
  /** 95 %, by Wilson; null where samples were chosen by what was answered: an interval would say nothing of others. */
  readonly interval: Interval | null;
}

/** What classifiers answer to some samples. */
export interface ClassSlice {
  readonly count: number;
  readonly a: Share;
  readonly b: Share;
  readonly both: number;
  readonly onlyA: number;
  readonly onlyB: number;
  readonly neither: number;
  /** Share of samples to which both answer the same, 0…1; null without samples. */
  readonly agreement: number | null;
  /** p of McNemar's exact test; null where samples were chosen by what was answered, or none is. */
  readonly mcnemar: number | null;
}

/** What some texts cost language models, each text counted once. */
export interface LossSlice {
  readonly count: number;
  /** Mean losses; null without samples, or where one has no answer. */
  readonly a: number | null;
  readonly b: number | null;
  /** Mean of what the second one loses, and its 95 % interval, texts taken as independent. */
  readonly lost: number | null;
  readonly interval: Interval | null;
}

/** A slice of the samples with one label. */
export interface LabelSlice extends Pick<ClassSlice, 'count' | 'both' | 'onlyA' | 'onlyB' | 'neither'> {
  readonly label: string;
}

/** @param chosen whether samples were chosen by what was answered, not by what was asked */
export function classSlice(pair: Pair, positions: Int32Array, chosen: boolean): ClassSlice {
  const { both, onlyA, onlyB, neither, same } = countsOf(pair, positions);
  const count = positions.length;
  const share = (right: number): Share => ({
    right,
    accuracy: count === 0 ? null : right / count,
    interval: chosen ? null : (wilson(right, count) ?? null),
  });
  return {
    ...{ count, both, onlyA, onlyB, neither },
    a: share(both + onlyA),
    b: share(both + onlyB),
    agreement: count === 0 ? null : same / count,
    mcnemar: chosen || count === 0 ? null : mcnemar(onlyA, onlyB),
  };
}

function countsOf(pair: Pair, positions: Int32Array) {
  const { a, b } = pair;
  const counts = { both: 0, onlyA: 0, onlyB: 0, neither: 0, same: 0 };
  for (const sample of positions) {
    const [first, second] = [isRight(a, pair, sample), isRight(b, pair, sample)];
    if (first && second) counts.both++;
    else if (first) counts.onlyA++;
    else if (second) counts.onlyB++;
    else counts.neither++;
    const answer = a.classes[sample * a.kept]!;
    if (answer >= 0 && answer === b.classes[sample * b.kept]) counts.same++;
  }
  return counts;
}

export function lossSlice({ a, b, lost }: Pair, positions: Int32Array, chosen: boolean): LossSlice {
  const mean = (values: Float32Array | Float64Array) => {
    const sum = positions.reduce((total, sample) => total + values[sample]!, 0);
    return Number.isFinite(sum) && positions.length > 0 ? sum / positions.length : null;
  };
  const own = mean(lost);
  const interval =
    chosen || own === null ? undefined : meanInterval(Array.from(positions, (sample) => lost[sample]!));
  return {
    count: positions.length,
    a: mean(a.losses),
    b: mean(b.losses),
    lost: own,
    interval: interval ?? null,
  };
}

/** So many labels are listed. */
const mostLabels = 200;

/** The same by label, where the second model lost most first. */
export function labelSlices(pair: Pair, positions: Int32Array): LabelSlice[] {
  const { labels, classNames } = pair;
  if (!labels) return [];
  const groups = new Map<number, number[]>();
  for (const sample of positions) {
    const label = labels[sample]!;
    const group = groups.get(label);
    if (group) group.push(sample);
    else groups.set(label, [sample]);
  }
  return [...groups]
    .map(([label, own]) => {
      const { both, onlyA, onlyB, neither } = countsOf(pair, Int32Array.from(own));
      return { label: classNames[label]!, count: own.length, both, onlyA, onlyB, neither };
    })
    .sort((one, other) => other.onlyA - other.onlyB - (one.onlyA - one.onlyB) || other.count - one.count)
    .slice(0, mostLabels);
}

import { inOrder, type LayerReference } from '../../experiment/strategies/layer-reference.ts';

/** What a pair of layers lost at the beginning and at the end of training, in the unit of its term. */
export interface LayerLoss {
  /** By number, or by name. */
  readonly student: LayerReference;
  readonly teacher: LayerReference;
  readonly first: number;
  readonly last: number;
}

/** One term of a loss, pair by pair. */
export interface LayerTerm {
  /** feature, cosine; feature-2 for the second of its kind. */
  readonly term: string;
  readonly pairs: readonly LayerLoss[];
}

/** A recorded metric with its known values in the order of their steps. */
interface RecordedMetric {
  readonly metric: string;
  readonly values: readonly (number | null)[];
}

/** Names are quoted as in JSON. */
const pattern = /^layer\.([^.]+)\.(\d+|"(?:[^"\\]|\\.)*")-(\d+|"(?:[^"\\]|\\.)*")$/;

/** Whether a metric is the loss of one pair of layers, which has a picture of its own. */
export const isLayerMetric = (metric: string): boolean => pattern.test(metric);

/** Terms that compare layers, with the mean over seeds for each pair; pairs of which no value is known are left out. */
export function layerTerms(metrics: readonly RecordedMetric[]): LayerTerm[] {
  const terms = new Map<string, Map<string, { first: number; last: number }[]>>();
  for (const { metric, values } of metrics) {
    const [, term, student, teacher] = pattern.exec(metric) ?? [];
    if (term === undefined) continue;
    const known = values.filter((value): value is number => value !== null && Number.isFinite(value));
    const [first, last] = [known[0], known.at(-1)];
    if (first === undefined || last === undefined) continue;
    const pairs = terms.get(term) ?? new Map<string, { first: number; last: number }[]>();
    terms.set(term, pairs);
    const key = `[${student},${teacher}]`;
    pairs.set(key, [...(pairs.get(key) ?? []), { first, last }]);
  }
  return [...terms].map(([term, pairs]) => ({
    term,
    pairs: [...pairs]
      .map(([key, seeds]) => {
        const [student, teacher] = JSON.parse(key) as [LayerReference, LayerReference];
        const mean = (of: 'first' | 'last') => seeds.reduce((sum, one) => sum + one[of], 0) / seeds.length;
        return { student, teacher, first: mean('first'), last: mean('last') };
      })
      .sort((a, b) => before(a.student, b.student) || before(a.teacher, b.teacher)),
  }));
}

const before = (one: LayerReference, other: LayerReference): number =>
  one === other ? 0 : inOrder([one, other])[0] === one ? -1 : 1;

import { noAnswer, type Quality } from './quality.ts';

/** What yes or no to each of several labels says about a model, gathered sample by sample. A logit above 0 is a yes. */
export class MultiLabelMetrics implements Quality {
  /** The set that each sample got, as a number that tells sets apart. */
  readonly predictions: number[] = [];
  unanswered = 0;
  readonly calibrationError = Number.NaN;
  readonly reliability = [];
  readonly #labels: number;
  /** Logits and labels, sample by sample. */
  readonly #logits: number[] = [];
  readonly #wanted: number[] = [];
  #right = 0;
  #lossSum = 0;

  constructor(labels: number) {
    this.#labels = labels;
  }

  /** @param logits one row. @param wanted 1 for the labels that the sample has. */
  add(logits: ArrayLike<number>, wanted: ArrayLike<number>): void {
    let same = true;
    let set = 0;
    for (let label = 0; label < this.#labels; label++) {
      const [z, y] = [logits[label]!, wanted[label]!];
      if (Number.isNaN(z)) set = Number.NaN;
      // Exact up to 53 labels; more are mixed, so that other sets have other numbers but for a chance of nothing.
      else if (z > 0) set = (set + weightOf(label)) % 2 ** 53;
      if (z > 0 !== y > 0.5) same = false;
      this.#lossSum += Math.max(z, 0) - y * z + Math.log1p(Math.exp(-Math.abs(z)));
      this.#logits.push(z);
      this.#wanted.push(y);
    }
    if (Number.isNaN(set)) this.unanswered++;
    else if (same) this.#right++;
    this.predictions.push(Number.isNaN(set) ? noAnswer : set);
  }

  /** Fraction of samples all of whose labels are right, 0…1. */
  get accuracy(): number {
    return this.#known(this.#right / this.predictions.length);
  }

  /** Mean binary cross-entropy over samples and labels, nats. */
  get loss(): number {
    return this.#known(this.#lossSum / this.#logits.length);
  }

  /** F1 of each label, averaged over all labels; one that is neither there nor named counts as 0, as in scikit-learn. */
  get macroF1(): number {
    const all = this.#counts().map(f1Of);
    return this.#known(all.reduce((sum, one) => sum + one, 0) / this.#labels);
  }

  get scores(): Quality['scores'] {
    const counts = this.#counts();
    const total = (key: keyof Counts) => counts.reduce((sum, one) => sum + one[key], 0);
    const sums = { hits: total('hits'), named: total('named'), there: total('there') };
    const wrong = sums.named + sums.there - 2 * sums.hits;
    const precisions = counts.map((_, label) => this.#averagePrecision(label));
    return {
      microF1: this.#known(f1Of(sums)),
      averagePrecision: this.#known(precisions.reduce((sum, one) => sum + one, 0) / this.#labels),
      hammingLoss: this.#known(wrong / this.#logits.length),
    };
  }

  /** Loss of a model that knows only how frequent each label is, nats. */
  get chanceLoss(): number {
    const samples = this.predictions.length;
    const entropies = this.#counts().map(({ there }) => {
      const share = there / samples;
      return share === 0 || share === 1 ? 0 : -share * Math.log(share) - (1 - share) * Math.log(1 - share);
    });
    return entropies.reduce((sum, one) => sum + one, 0) / this.#labels;
  }

  #known(value: number): number {
    return this.unanswered > 0 ? Number.NaN : value;
  }

  #counts(): Counts[] {
    const counts = Array.from({ length: this.#labels }, () => ({ hits: 0, named: 0, there: 0 }));
    for (const [at, z] of this.#logits.entries()) {
      const count = counts[at % this.#labels]!;
      const there = this.#wanted[at]! > 0.5;
      if (there) count.there++;
      if (z > 0) count.named++;
      if (z > 0 && there) count.hits++;
    }
    return counts;
  }

  /**
   * Σ (recall_k − recall_{k−1}) · precision_k over the thresholds of one label, equal logits at one threshold; 0 for a label
   * that no sample has, as in scikit-learn.
   */
  #averagePrecision(label: number): number {
    const samples = this.predictions.length;
    const logit = (sample: number) => this.#logits[sample * this.#labels + label]!;
    const order = Array.from({ length: samples }, (_, sample) => sample).sort((a, b) => logit(b) - logit(a));
    const has = (sample: number) => (this.#wanted[sample * this.#labels + label]! > 0.5 ? 1 : 0);
    const there = order.reduce<number>((sum, sample) => sum + has(sample), 0);
    if (there === 0) return 0;
    let [hits, area] = [0, 0];
    for (let at = 0; at < samples; ) {
      const before = hits;
      const threshold = logit(order[at]!);
      for (; at < samples && logit(order[at]!) === threshold; at++) hits += has(order[at]!);
      area += ((hits - before) / there) * (hits / at);
    }
    return area;
  }
}

interface Counts {
  /** Named where they are there. */
  hits: number;
  named: number;
  there: number;
}

const f1Of = ({ hits, named, there }: Counts): number =>
  named + there === 0 ? 0 : (2 * hits) / (named + there);

const weightOf = (label: number): number =>
  label < 53 ? 2 ** label : (Math.imul(label, 0x9e3779b1) >>> 0) * 2 ** 20 + label;

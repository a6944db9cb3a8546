import type { SampleAnswers } from './kept-answers.ts';

/** −x log₂ x, 0 where x is. */
const surprise = (share: number): number => (share > 0 ? -share * Math.log2(share) : 0);

/**
 * How far two answers to a sample are apart: the Jensen–Shannon divergence of their probabilities (Lin 1991), bits, 0…1.
 * Of more classes than are kept, those that are not are taken to share evenly what is left.
 * @param classes how many there are
 * @returns NaN where one of them has no answer
 */
export function divergence(
  one: SampleAnswers,
  other: SampleAnswers,
  sample: number,
  classes: number,
): number {
  const [p, q] = [spread(one, sample, classes), spread(other, sample, classes)];
  if (!p || !q) return Number.NaN;
  const both = (first: number, second: number) =>
    surprise((first + second) / 2) - (surprise(first) + surprise(second)) / 2;
  const named = new Set([...p.shares.keys(), ...q.shares.keys()]);
  let sum = (classes - named.size) * both(p.others, q.others);
  for (const index of named) sum += both(p.shares.get(index) ?? p.others, q.shares.get(index) ?? q.others);
  return Math.min(1, Math.max(0, sum));
}

interface Spread {
  readonly shares: ReadonlyMap<number, number>;
  /** Of each class that is not among those kept. */
  readonly others: number;
}

function spread(answers: SampleAnswers, sample: number, classes: number): Spread | undefined {
  const { kept } = answers;
  const shares = new Map<number, number>();
  let left = 1;
  for (let at = sample * kept; at < (sample + 1) * kept; at++) {
    const index = answers.classes[at]!;
    if (index < 0) return undefined;
    shares.set(index, answers.probabilities[at]!);
    left -= answers.probabilities[at]!;
  }
  return { shares, others: classes > kept ? Math.max(0, left) / (classes - kept) : 0 };
}

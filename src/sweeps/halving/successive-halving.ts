/**
 * Asynchronous successive halving (ASHA; Li et al. 2020, "A System for Massively Parallel Hyperparameter Tuning"), in the
 * variant that ends what falls behind and pauses nothing: whoever reaches a rung goes on where it is among the best of
 * those that have come there so far.
 */

/** Epochs after which points are compared: minEpochs, and again and again `factor` times as many, short of the end. */
export function rungsOf(
  { minEpochs, factor }: { readonly minEpochs: number; readonly factor: number },
  epochs: number,
): number[] {
  const rungs: number[] = [];
  for (let rung = minEpochs; rung < epochs; rung *= factor) rungs.push(rung);
  return rungs;
}

/** What a point had come to at a rung, by the seeds that have reached it; less is better. */
export type AtRung = ReadonlyMap<number, number>;

/** How a point stands at a rung among others. */
export interface Place {
  readonly goesOn: boolean;
  /** How many others are ahead of it, of how many that can be compared with it. */
  readonly ahead: number;
  readonly compared: number;
  /** How many may be ahead of one that goes on. */
  readonly room: number;
  /** Which of the others is ahead the farthest, by how much, and over how many seeds. */
  readonly first?: { readonly index: number; readonly by: number; readonly seeds: number };
}

/**
 * Where a point stands at a rung. Two points are compared by the mean difference over the seeds that both have there: the
 * same seed has the same order of samples and the same first weights, so that less of the difference is chance.
 * Of n points the best ⌊n / factor⌋ go on, and always the best one.
 */
export function placeAt(own: AtRung, others: ReadonlyMap<number, AtRung>, factor: number): Place {
  let [ahead, compared] = [0, 0];
  let first: Place['first'];
  for (const [index, other] of others) {
    const shared = [...own.keys()].filter((seed) => other.has(seed));
    if (shared.length === 0) continue;
    compared++;
    const by = shared.reduce((sum, seed) => sum + own.get(seed)! - other.get(seed)!, 0) / shared.length;
    if (by <= 0) continue;
    ahead++;
    if (!first || by > first.by) first = { index, by, seeds: shared.length };
  }
  const room = Math.max(1, Math.floor((compared + 1) / factor));
  return { goesOn: ahead < room, ahead, compared, room, ...(first && { first }) };
}

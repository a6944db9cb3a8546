/** YaRN (Peng et al. 2023): long waves are stretched, short ones kept, and attention is sharpened. */
export interface YarnScaling {
  readonly kind: 'yarn';
  readonly factor: number;
  readonly originalPositions: number;
  /** Waves with more turns in the original positions are kept. */
  readonly fastTurns: number;
  /** Waves with fewer turns in the original positions are stretched. */
  readonly slowTurns: number;
  /** Whether the range of waves between the two is widened to whole ones. */
  readonly truncate: boolean;
  readonly attentionFactor?: number | undefined;
}

/** What rotated queries and keys are multiplied by, each. */
export const yarnFactor = ({ factor, attentionFactor }: YarnScaling): number =>
  attentionFactor ?? 0.1 * Math.log(factor) + 1;

/**
 * Radians a position, of each pair of coordinates.
 * @param plain what they are without scaling
 * @param size of a head
 */
export function yarnFrequencies(
  plain: readonly number[],
  size: number,
  theta: number,
  { factor, originalPositions, fastTurns, slowTurns, truncate }: YarnScaling,
): number[] {
  // The pair, counted in fractions, whose wave has so many turns in the original positions.
  const pairWith = (turns: number) =>
    (size * Math.log(originalPositions / (turns * 2 * Math.PI))) / (2 * Math.log(theta));
  const [fast, slow] = [pairWith(fastTurns), pairWith(slowTurns)];
  const first = Math.max(truncate ? Math.floor(fast) : fast, 0);
  const last = Math.min(truncate ? Math.ceil(slow) : slow, size - 1);
  // As in transformers, where both bounds are one pair.
  const range = first === last ? 1e-3 : last - first;
  return plain.map((frequency, pair) => {
    const stretched = Math.min(Math.max((pair - first) / range, 0), 1);
    return frequency * (1 - stretched + stretched / factor);
  });
}

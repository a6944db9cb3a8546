import type { RandomGenerator } from '../../device/random-generator.ts';

/** How the next token is chosen among the likely ones. */
export interface Sampling {
  /** Divides the logits; 0 takes the most probable token, whatever else is set. */
  readonly temperature: number;
  /** Only so many of the most probable tokens; left out: all (Fan et al. 2018). */
  readonly topK?: number;
  /** Only the fewest tokens that have this much of the probability together, 0…1 (Holtzman et al. 2020). */
  readonly topP?: number;
}

/**
 * Draws a token from the softmax of the logits, or takes the most probable one. top-k is applied first, then top-p to
 * what is left of it. Of equally probable tokens the one of the smaller id comes first.
 * @param logits (vocabulary)
 */
export function chooseToken(logits: Float32Array, sampling: Sampling, generator: RandomGenerator): number {
  const { temperature, topK = logits.length, topP = 1 } = sampling;
  const best = indexOfLargest(logits);
  if (temperature === 0) return best;
  const largest = logits[best]!;
  const weights = Float64Array.from(logits, (logit) => Math.exp((logit - largest) / temperature));
  const draw = generator.uniform();
  if (topK >= logits.length && topP >= 1) return drawn(weights, undefined, draw);
  return drawn(weights, likely(weights, topK, topP), draw);
}

/** The tokens that top-k and top-p leave, most probable first. */
function likely(weights: Float64Array, topK: number, topP: number): Int32Array {
  const sum = weights.reduce((total, weight) => total + weight, 0);
  // Tokens below this share have less than 1 − p together, so none of them belongs to the nucleus: few are left to sort.
  const floor = (topK >= weights.length ? (sum * (1 - topP)) / weights.length : 0) * (1 - 1e-9);
  const candidates: number[] = [];
  for (let token = 0; token < weights.length; token++) if (weights[token]! >= floor) candidates.push(token);
  candidates.sort((one, other) => weights[other]! - weights[one]! || one - other);
  const kept = candidates.slice(0, topK);
  const within = topK >= weights.length ? sum : kept.reduce((total, token) => total + weights[token]!, 0);
  let reached = 0;
  const end = kept.findIndex((token) => {
    reached += weights[token]!;
    return reached >= topP * within;
  });
  return Int32Array.from(end < 0 ? kept : kept.slice(0, end + 1));
}

/** @param draw 0…1, how far along the weights laid end to end. */
function drawn(weights: Float64Array, tokens: Int32Array | undefined, draw: number): number {
  const count = tokens?.length ?? weights.length;
  const at = (place: number) => tokens?.[place] ?? place;
  let sum = 0;
  for (let place = 0; place < count; place++) sum += weights[at(place)]!;
  let left = draw * sum;
  let last = at(0);
  for (let place = 0; place < count; place++) {
    const token = at(place);
    const weight = weights[token]!;
    if (weight === 0) continue;
    last = token;
    left -= weight;
    if (left < 0) return token;
  }
  return last;
}

function indexOfLargest(values: Float32Array): number {
  let best = 0;
  for (let index = 1; index < values.length; index++) if (values[index]! > values[best]!) best = index;
  return best;
}

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
  const weights = new Float64Array(logits.length);
  for (let token = 0; token < weights.length; token++)
    weights[token] = Math.exp((logits[token]! - largest) / temperature);
  const draw = generator.uniform();
  if (topK >= logits.length && topP >= 1) return placeOf(draw, weights);
  const kept = likely(weights, topK, topP);
  // Of logits that are no numbers nothing is left.
  if (kept.length === 0) return best;
  return tokenOf(placeOf(draw, kept), kept, weights);
}

/** The weights of the tokens that top-k and top-p leave, largest first. */
function likely(weights: Float64Array, topK: number, topP: number): Float64Array {
  const sum = total(weights);
  // Tokens below this share have less than 1 − p together, so none of them belongs to the nucleus: few are left to sort.
  const floor = (topK >= weights.length ? (sum * (1 - topP)) / weights.length : 0) * (1 - 1e-9);
  // Numbers alone are sorted several times as fast as tokens by their numbers.
  const sorted = weights
    .filter((weight) => weight >= floor)
    .sort()
    .reverse()
    .subarray(0, topK);
  const within = topK >= weights.length ? sum : total(sorted);
  let reached = 0;
  const end = sorted.findIndex((weight) => {
    reached += weight;
    return reached >= topP * within;
  });
  return end < 0 ? sorted : sorted.subarray(0, end + 1);
}

function total(weights: Float64Array): number {
  let sum = 0;
  for (const weight of weights) sum += weight;
  return sum;
}

/** @param draw 0…1, how far along the weights laid end to end. */
function placeOf(draw: number, weights: Float64Array): number {
  let left = draw * total(weights);
  let last = 0;
  for (let place = 0; place < weights.length; place++) {
    const weight = weights[place]!;
    if (weight === 0) continue;
    last = place;
    left -= weight;
    if (left < 0) return place;
  }
  return last;
}

/** The token at a place of the sorted weights; equal ones follow each other by id. */
function tokenOf(place: number, sorted: Float64Array, weights: Float64Array): number {
  const weight = sorted[place]!;
  let token = weights.indexOf(weight);
  for (let equals = place - sorted.indexOf(weight); equals > 0; equals--)
    token = weights.indexOf(weight, token + 1);
  return token;
}

function indexOfLargest(values: Float32Array): number {
  let best = 0;
  for (let index = 1; index < values.length; index++) if (values[index]! > values[best]!) best = index;
  return best;
}

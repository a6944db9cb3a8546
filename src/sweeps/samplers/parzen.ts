import erfc from '@stdlib/math-base-special-erfc';
import type { RandomGenerator } from '../../device/random-generator.ts';
import type { Dimension, PointValues } from '../../experiment/sweep/space.ts';
import { type Axis, axisOf } from './axis.ts';
import { drawn } from './random.ts';

/** One option under a Parzen estimator: a kernel around each observation, in the places of the option's own axis. */
interface Marginal {
  readonly key: string;
  /** A value drawn from the kernel of an observation; of the last, the prior, where there is none. */
  draw(kernel: number, generator: RandomGenerator): unknown;
  /** The logarithm of the kernel's density, or of its probability where values are counted. */
  logDensity(kernel: number, value: unknown): number;
}

/** Kernels are no narrower than a hundredth of the range, however many there are. */
const mostKernels = 100;

/**
 * A density over points: the mean of kernels around observations and of a prior over the whole space, each kernel a
 * product over the options (Bergstra et al. 2011; joint over the options as in Falkner et al. 2018).
 * @param weights of the observations, relative to 1 of the prior
 */
export class ParzenEstimator {
  readonly #marginals: readonly Marginal[];
  /** Of the kernels, the prior last; they sum to 1. */
  readonly #weights: readonly number[];
  readonly #space: readonly Dimension[];

  constructor(space: readonly Dimension[], observations: readonly PointValues[], weights: readonly number[]) {
    this.#space = space;
    const sum = weights.reduce((total, weight) => total + weight, 1);
    this.#weights = [...weights, 1].map((weight) => weight / sum);
    this.#marginals = space.map((dimension) => {
      const values = observations.map((point) => point[dimension.key]);
      return dimension.kind === 'values'
        ? listMarginal(dimension.key, dimension.values, values)
        : rangeMarginal(dimension.key, axisOf(dimension), values as number[]);
    });
  }

  draw(generator: RandomGenerator): PointValues {
    const kernel = this.#kernelAt(generator.uniform());
    if (kernel === this.#weights.length - 1)
      return Object.fromEntries(this.#space.map((dimension) => [dimension.key, drawn(dimension, generator)]));
    return Object.fromEntries(this.#marginals.map((one) => [one.key, one.draw(kernel, generator)]));
  }

  logDensity(point: PointValues): number {
    const logs = this.#weights.map((weight, kernel) =>
      this.#marginals.reduce((sum, one) => sum + one.logDensity(kernel, point[one.key]), Math.log(weight)),
    );
    const highest = Math.max(...logs);
    return highest + Math.log(logs.reduce((sum, log) => sum + Math.exp(log - highest), 0));
  }

  #kernelAt(part: number): number {
    let rest = part;
    for (const [kernel, weight] of this.#weights.entries()) {
      rest -= weight;
      if (rest < 0) return kernel;
    }
    return this.#weights.length - 1;
  }
}

/** Each kernel has most of its weight on the value observed, and a little on every other. */
function listMarginal(key: string, choices: readonly unknown[], observed: readonly unknown[]): Marginal {
  const texts = choices.map((choice) => JSON.stringify(choice));
  const places = observed.map((value) => texts.indexOf(JSON.stringify(value)));
  const little = 1 / (observed.length + 1);
  const whole = 1 + little * choices.length;
  return {
    key,
    draw(kernel, generator) {
      const other = generator.uniform() * whole >= 1;
      return choices[other ? generator.below(choices.length) : places[kernel]!];
    },
    logDensity(kernel, value) {
      if (kernel === observed.length) return -Math.log(choices.length);
      const hit = texts[places[kernel]!] === JSON.stringify(value) ? 1 : 0;
      return Math.log((hit + little) / whole);
    },
  };
}

/** Normal kernels cut off at the ends of the range; of whole numbers, what of the normal lies in each number's cell. */
function rangeMarginal(key: string, axis: Axis, observed: readonly number[]): Marginal {
  const { low, high, cellOf } = axis;
  const range = high - low;
  const places = observed.map((value) => axis.placeOf(value));
  // The prior is as wide as the range, around its middle.
  const means = [...places, low + range / 2];
  const sigmas = [...widthsOf(places, low, high), range];
  const inside = means.map((mean, kernel) => mass(low, high, mean, sigmas[kernel]!));
  return {
    key,
    draw(kernel, generator) {
      for (;;) {
        const place = means[kernel]! + sigmas[kernel]! * generator.normal();
        if (place >= low && place <= high) return axis.valueAt(place);
      }
    },
    logDensity(kernel, value) {
      const [mean, spread] = [means[kernel]!, sigmas[kernel]!];
      if (cellOf) {
        const [begin, end] = cellOf(value as number);
        return Math.log(Math.max(mass(begin, end, mean, spread), Number.MIN_VALUE) / inside[kernel]!);
      }
      const away = (axis.placeOf(value as number) - mean) / spread;
      return -0.5 * away ** 2 - Math.log(spread * Math.sqrt(2 * Math.PI) * inside[kernel]!);
    },
  };
}

/**
 * How wide each kernel is: as far as the farther of its two neighbors, but no wider than the range and not too narrow for so
 * few of them (Bergstra et al. 2011). The outermost ones reach to the neighbor that they have; a single one to the farther end.
 */
function widthsOf(places: readonly number[], low: number, high: number): number[] {
  const order = [...places.keys()].sort((a, b) => places[a]! - places[b]!);
  const narrowest = (high - low) / Math.min(mostKernels, places.length + 2);
  const widths = Array<number>(places.length).fill(0);
  for (const [at, index] of order.entries()) {
    const place = places[index]!;
    const neighbors = [order[at - 1], order[at + 1]].flatMap((other) =>
      other === undefined ? [] : [places[other]!],
    );
    const reached = neighbors.length > 0 ? neighbors : [low, high];
    const farthest = Math.max(...reached.map((other) => Math.abs(other - place)));
    widths[index] = Math.min(high - low, Math.max(narrowest, farthest));
  }
  return widths;
}

/** The probability that a normal variable lies between two places. */
function mass(begin: number, end: number, mean: number, sigma: number): number {
  const tail = (place: number) => erfc((place - mean) / (sigma * Math.SQRT2)) / 2;
  return tail(begin) - tail(end);
}

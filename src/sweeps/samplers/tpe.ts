import { RandomGenerator } from '../../device/random-generator.ts';
import type { PointValues } from '../../experiment/sweep/space.ts';
import { freshPoint } from './fresh.ts';
import { ParzenEstimator } from './parzen.ts';
import { drawn } from './random.ts';
import { ranked } from './ranking.ts';
import type { Sampler, TriedPoint } from './sampler.ts';

/** So many points are drawn at random before there is anything to learn from. */
const startupPoints = 10;
/** Of so many candidates the one is taken that is likeliest to be good. */
const candidates = 24;
/** A tenth of the points are the good ones, and never more than these. */
const goodPart = 0.1;
const mostGood = 25;
/** The newest points count in full; older ones of more than these the less, the older they are. */
const fullWeight = 25;

/**
 * The Tree-structured Parzen Estimator (Bergstra et al. 2011, "Algorithms for Hyper-Parameter Optimization"): densities of
 * the good points, l, and of all others, g; of candidates drawn from l the one with the largest l/g has the largest
 * expected improvement. Options are modeled jointly, as in BOHB (Falkner et al. 2018). Points that still run count among
 * the others, so that processes side by side do not all try the same; so do those that failed. With two figures the
 * good ones are those of the first fronts (Ozaki et al. 2020).
 */
export const tpePointAt: Sampler = ({ space, index, seed, tried }) => {
  const generator = RandomGenerator.forUse(seed, `point ${index} of a sweep by TPE`);
  const judged = tried.filter(({ costs }) => costs !== undefined);
  if (judged.length < startupPoints)
    return freshPoint({ space, tried }, () =>
      Object.fromEntries(space.map((dimension) => [dimension.key, drawn(dimension, generator)])),
    );
  const good = new Set(ranked(judged).slice(0, Math.min(mostGood, Math.ceil(goodPart * judged.length))));
  const [well, poorly] = [tried.filter((one) => good.has(one)), tried.filter((one) => !good.has(one))];
  const likely = new ParzenEstimator(space, valuesOf(well), weightsByAge(well.length));
  const unlikely = new ParzenEstimator(space, valuesOf(poorly), weightsByAge(poorly.length));
  return freshPoint({ space, tried }, () => {
    const drawnPoints = Array.from({ length: candidates }, () => likely.draw(generator));
    const gains = drawnPoints.map((point) => likely.logDensity(point) - unlikely.logDensity(point));
    return drawnPoints[gains.indexOf(Math.max(...gains))]!;
  });
};

const valuesOf = (points: readonly TriedPoint[]): PointValues[] => points.map(({ values }) => values);

/** By age, the oldest first: from 1/n, rising evenly to 1 where the newest begin. */
function weightsByAge(count: number): number[] {
  const old = count - fullWeight;
  return Array.from({ length: count }, (_, at) => {
    if (at >= old) return 1;
    return old === 1 ? 1 / count : 1 / count + (1 - 1 / count) * (at / (old - 1));
  });
}

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Dimension } from '../../src/experiment/sweep/space.ts';
import type { Sampler, TriedPoint } from '../../src/sweeps/samplers/sampler.ts';

interface Golden {
  /** Points that each sampler had. */
  readonly budget: number;
  /** Best values by function and sampler, one for each seed. */
  readonly best: Record<string, Record<'tpe' | 'random', number[]>>;
  readonly halving: readonly {
    readonly factor: number;
    readonly curves: readonly (readonly number[])[];
    readonly ends: readonly (number | null)[];
  }[];
}

/** What Optuna came to, made by test/reference/sweeps.py. */
export const golden = JSON.parse(
  readFileSync(join(import.meta.dirname, '../reference/sweeps.golden.json'), 'utf8'),
) as Golden;

const a = [
  [10, 3, 17, 3.5, 1.7, 8],
  [0.05, 10, 17, 0.1, 8, 14],
  [3, 3.5, 1.7, 10, 17, 8],
  [17, 8, 0.05, 10, 0.1, 14],
];
const p = [
  [0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886],
  [0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991],
  [0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.665],
  [0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381],
];

interface TestFunction {
  readonly bounds: readonly (readonly [number, number])[];
  value(x: readonly number[]): number;
}

/** Functions with known minima, as samplers are usually compared on (Dixon & Szegő 1978); the same as in sweeps.py. */
export const functions: Readonly<Record<string, TestFunction>> = {
  sphere: {
    bounds: [
      [-5, 5],
      [-5, 5],
      [-5, 5],
    ],
    value: (x) => x.reduce((sum, one) => sum + one ** 2, 0),
  },
  branin: {
    bounds: [
      [-5, 10],
      [0, 15],
    ],
    value: ([x, y]) =>
      (y! - (5.1 / (4 * Math.PI ** 2)) * x! ** 2 + (5 / Math.PI) * x! - 6) ** 2 +
      10 * (1 - 1 / (8 * Math.PI)) * Math.cos(x!) +
      10,
  },
  hartmann6: {
    bounds: Array.from({ length: 6 }, () => [0, 1] as const),
    value: (x) =>
      -[1, 1.2, 3, 3.2].reduce(
        (sum, weight, row) =>
          sum +
          weight *
            Math.exp(-x.reduce((inner, one, at) => inner + a[row]![at]! * (one - p[row]![at]!) ** 2, 0)),
        0,
      ),
  },
};

export const spaceOfFunction = ({ bounds }: TestFunction): Dimension[] =>
  bounds.map(([min, max], at) => ({
    ...{ kind: 'range', key: `x${at}`, path: [`x${at}`], min, max, log: false, whole: false },
  }));

/** The best value that a sampler finds with so many points, one after the other. */
export function bestOf(sampler: Sampler, name: string, seed: number, budget: number): number {
  const one = functions[name]!;
  const space = spaceOfFunction(one);
  const tried: TriedPoint[] = [];
  for (let index = 0; index < budget; index++) {
    const values = sampler({ space, index, seed, tried })!;
    tried.push({ values, costs: [one.value(space.map(({ key }) => values[key] as number))] });
  }
  return Math.min(...tried.map(({ costs }) => costs![0]!));
}

/**
 * How much lower the first sample is than the second, by the rank sum of Mann and Whitney (1947) in standard deviations of
 * what chance makes of it: beyond 3.1, chance alone does so once in a thousand times.
 */
export function lower(first: readonly number[], second: readonly number[]): number {
  let wins = 0;
  for (const one of first) for (const other of second) wins += one < other ? 1 : one === other ? 0.5 : 0;
  const [n, m] = [first.length, second.length];
  return (wins - (n * m) / 2) / Math.sqrt((n * m * (n + m + 1)) / 12);
}

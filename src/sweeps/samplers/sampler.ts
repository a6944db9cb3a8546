import type { SweepConfig } from '../../experiment/schema/sweep-schema.ts';
import type { Dimension, PointValues } from '../../experiment/sweep/space.ts';
import { gridPointAt } from './grid.ts';
import { randomPointAt } from './random.ts';
import { tpePointAt } from './tpe.ts';

/** A point that has been tried, or is being tried. */
export interface TriedPoint {
  readonly values: PointValues;
  /** What it came to, each figure so that less is better; undefined while it runs, and where it failed. */
  readonly costs?: readonly number[] | undefined;
}

export interface Asked {
  readonly space: readonly Dimension[];
  /** The number of the point, from 0. */
  readonly index: number;
  /** What the points are drawn from. */
  readonly seed: number;
  /** All other points, in the order in which they were begun. */
  readonly tried: readonly TriedPoint[];
}

/** Chooses the values of a point; undefined where there are no more. The same for the same question. */
export type Sampler = (asked: Asked) => PointValues | undefined;

export const samplers: Readonly<Record<SweepConfig['sampler'], Sampler>> = {
  grid: gridPointAt,
  random: randomPointAt,
  tpe: tpePointAt,
};

import type { RangeDimension } from '../../experiment/sweep/space.ts';

/**
 * A range as samplers see it: from `low` to `high`, logarithms where the scale says so. Of whole numbers each has as much
 * room as it would be rounded from, so that both ends are as likely as others.
 */
export interface Axis {
  readonly low: number;
  readonly high: number;
  /** The value of the option at a place of the axis. */
  valueAt(place: number): number;
  placeOf(value: number): number;
  /** Where the place of a whole number begins and ends; absent of other numbers. */
  cellOf?(value: number): readonly [number, number];
}

export function axisOf({ min, max, log, whole }: RangeDimension): Axis {
  const placeOf = log ? Math.log : (value: number) => value;
  const numberAt = log ? Math.exp : (place: number) => place;
  const clamped = (value: number) => Math.min(max, Math.max(min, value));
  if (!whole)
    return {
      ...{ low: placeOf(min), high: placeOf(max), placeOf },
      // As many digits as anybody reads; more would only look exact.
      valueAt: (place) => clamped(Number(numberAt(place).toPrecision(6))),
    };
  return {
    ...{ low: placeOf(min - 0.5), high: placeOf(max + 0.5), placeOf },
    valueAt: (place) => clamped(Math.round(numberAt(place))),
    cellOf: (value) => [placeOf(value - 0.5), placeOf(value + 0.5)],
  };
}

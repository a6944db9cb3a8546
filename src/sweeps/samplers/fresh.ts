import { gridPoint, gridSize, type PointValues, wholeGrid } from '../../experiment/sweep/space.ts';
import type { Asked } from './sampler.ts';

/** So often it is drawn again before the points that are left are looked for one by one. */
const mostDraws = 100;
/** A space with more points is not looked through. */
const mostListed = 100_000;

/** A point that has not been tried: the same values with the same seeds would only repeat a run. Undefined where all have. */
export function freshPoint(
  { space, tried }: Pick<Asked, 'space' | 'tried'>,
  draw: () => PointValues,
): PointValues | undefined {
  const text = (values: PointValues) => JSON.stringify(space.map(({ key }) => values[key]));
  const known = new Set(tried.map(({ values }) => text(values)));
  for (let draws = 0; draws < mostDraws; draws++) {
    const point = draw();
    if (!known.has(text(point))) return point;
  }
  const whole = wholeGrid(space);
  if (!whole) return draw();
  for (let index = 0; index < Math.min(mostListed, gridSize(whole)!); index++) {
    const point = gridPoint(whole, index);
    if (!known.has(text(point))) return point;
  }
  return undefined;
}

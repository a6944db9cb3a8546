import { UserError } from '../base/user-error.ts';
import { edited, setValue } from '../experiment/editing/edit.ts';
import { parseOptionPath } from '../experiment/sweep/option-path.ts';
import type { Point } from './points.ts';
import type { Standing } from './standing.ts';
import type { Sweep } from './sweep.ts';

/**
 * The point whose values are to become those of the experiment: the one asked for, or the best where there is one.
 * @throws UserError where there is none yet, or several are on a front and none is named
 */
export function pointToWrite({ points, front }: Standing, { figures }: Sweep, index?: number): Point {
  if (index !== undefined) {
    const asked = points.find((point) => point.index === index);
    if (asked) return asked;
    throw new UserError(`The sweep has no point ${index}.`, {
      remedy: 'Look at `distillery sweep FILE --status`.',
    });
  }
  const [best, another] = front;
  if (!best)
    throw new UserError('No point of the sweep is done yet, so none is the best.', {
      remedy: 'Start the sweep, or let it go on.',
    });
  if (another && figures.length > 1)
    throw new UserError(
      `${front.length} points are on the front, and none of them is the best: ${front.map((point) => point.index).join(', ')}.`,
      { remedy: 'Name one with --point.' },
    );
  return best;
}

/**
 * The text of an experiment with the values of a point in it, by the smallest changes; the sweep stays, and is still the same.
 * @throws UserError where the text has no place for them
 */
export function withPoint(text: string, { space }: Sweep, { values }: Pick<Point, 'values'>): string {
  return space.reduce(
    (changed, { key }) => edited(changed, setValue(changed, parseOptionPath(key)!, values[key])),
    text,
  );
}

import { spreadOf } from '../../compare/figures/spread.ts';
import { formatPercentSpread, missing } from '../../compare/formatting.ts';
import type { Point } from '../../sweeps/points.ts';
import type { Standing } from '../../sweeps/standing.ts';
import type { Sweep } from '../../sweeps/sweep.ts';
import { plainTable } from '../table.ts';
import type { Colors } from '../terminal.ts';
import {
  figureNames,
  figuresText,
  figureText,
  pointState,
  pointText,
  shortName,
  valuesOf,
  valueText,
} from './wording.ts';

/** Points that a terminal shows; all of them are in --json. */
const mostShown = 40;

/** How a sweep stands, for people: its points, the best first, and what the answer is so far. */
export function standingText(sweep: Sweep, standing: Standing, colors: Colors): string {
  const { points, front } = standing;
  if (points.length === 0) return `${headText(sweep, standing)}\nNo point has begun.\n`;
  const ranked = rankedPoints(points, front);
  const left = ranked.length - mostShown;
  return [
    `${headText(sweep, standing)}\n\n`,
    pointTable(sweep, ranked.slice(0, mostShown), new Set(front), colors),
    left > 0 ? `${left} more; --json has them all.\n` : '',
    `\n${answerText(sweep, standing)}\n`,
  ].join('');
}

/** `3 of 20 points, 9 runs, 0.4 hours; random` */
function headText({ loaded, config, mostPoints }: Sweep, { points, hours }: Standing): string {
  const done = points.filter(({ figures }) => figures).length;
  const runs = points.reduce((sum, point) => sum + point.runs.length, 0);
  const of = mostPoints === undefined ? '' : ` of ${mostPoints}`;
  const spent = `${hours.toFixed(2)}${config.hours === undefined ? '' : ` of ${config.hours}`} h`;
  return `${loaded.experiment.name}: ${done}${of} points done, ${runs} ${runs === 1 ? 'run' : 'runs'}, ${spent} (${config.sampler})`;
}

/** The front first, then by the first figure, then those without. */
function rankedPoints(points: readonly Point[], front: readonly Point[]): Point[] {
  const cost = (point: Point) => point.costs?.[0] ?? Number.POSITIVE_INFINITY;
  return points.toSorted(
    (a, b) =>
      Number(front.includes(b)) - Number(front.includes(a)) ||
      // Two without figures are in the order in which they began.
      (cost(a) === cost(b) ? a.index - b.index : cost(a) - cost(b)),
  );
}

function pointTable(
  { space, figures }: Sweep,
  points: readonly Point[],
  front: ReadonlySet<Point>,
  colors: Colors,
): string {
  return plainTable(
    [
      'point',
      ...space.map(({ key }) => shortName(space, key)),
      'seeds',
      'state',
      ...figures.map((figure) => figureNames[figure]),
      'test accuracy',
    ],
    points.map((point) => [
      `${front.has(point) ? '*' : ' '} ${point.index}`,
      ...space.map(({ key }) => valueText(point.values[key])),
      `${point.runs.filter(({ record }) => record.state === 'completed').length}/${point.runs.length + point.missing.length}`,
      pointState(point),
      ...figures.map((figure, at) => figureText(figure, valuesOf(point, at))),
      testText(point),
    ]),
    colors,
  );
}

const testText = ({ runs }: Point): string => {
  const spread = spreadOf(runs.map(({ record }) => record.result?.student.accuracy));
  return spread ? formatPercentSpread(spread) : missing;
};

function answerText(sweep: Sweep, { front, over, points }: Standing): string {
  if (front.length === 0) return 'No point is done yet, so none is the best.';
  const soFar = over === undefined || points.some(({ active }) => active) ? ' so far' : '';
  if (sweep.figures.length > 1)
    return `Front${soFar}: ${front.length} ${front.length === 1 ? 'point' : 'points'} (marked *) that no other beats in both figures.`;
  const [best] = front;
  return `Best${soFar}: point ${best!.index} (${pointText(sweep, best!.values)}), ${figuresText(sweep, best!)}. Chosen by held-out samples; the best of many looks a little better than it is.`;
}

/** The same for programs. */
export function standingJson(sweep: Sweep, standing: Standing, stopRequested: boolean): object {
  const { id, loaded, config, figures } = sweep;
  const named = (values: readonly (number | null | undefined)[]) =>
    Object.fromEntries(figures.map((figure, at) => [figure, values[at] ?? null]));
  return {
    sweep: id,
    name: loaded.experiment.name,
    file: loaded.file,
    sampler: config.sampler,
    seeds: loaded.experiment.seeds,
    objectives: figures,
    budget: { runs: config.runs ?? null, hours: config.hours ?? null, points: sweep.mostPoints ?? null },
    spent: {
      runs: standing.points.reduce((sum, { runs }) => sum + runs.length, 0),
      hours: standing.hours,
    },
    over: standing.over ?? null,
    stopRequested,
    points: standing.points.map((point) => ({
      point: point.index,
      values: point.values,
      state: pointState(point),
      figures: point.figures ? named(point.figures) : null,
      runs: point.runs.map(({ record, figures: own }) => ({
        run: record.id,
        seed: record.seed,
        state: record.state,
        figures: own ? named(own) : null,
        testAccuracy: record.result?.student.accuracy ?? null,
      })),
    })),
    front: standing.front.map(({ index }) => index),
  };
}

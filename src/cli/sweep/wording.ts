import { spreadOf } from '../../compare/figures/spread.ts';
import {
  formatBytes,
  formatCount,
  formatMilliseconds,
  formatNumberSpread,
  formatPercentSpread,
  missing,
  oneLine,
} from '../../compare/formatting.ts';
import { stateWord } from '../../compare/state-word.ts';
import { eachScore, scoreRecords } from '../../experiment/tasks/scores.ts';
import type { JudgedFigure } from '../../sweeps/objectives.ts';
import type { Point } from '../../sweeps/points.ts';
import type { Sweep } from '../../sweeps/sweep.ts';

/** What a figure is called where it is shown: those of held-out samples are not those of the test. */
export const figureNames: Readonly<Record<JudgedFigure, string>> = {
  accuracy: 'validation accuracy',
  loss: 'validation loss',
  bytes: 'size',
  parameters: 'parameters',
  latency: 'latency',
  ...eachScore((name) => `validation ${scoreRecords[name].label}`),
};

/** A figure of a point, over its seeds. */
export function figureText(figure: JudgedFigure, values: readonly (number | null | undefined)[]): string {
  const spread = spreadOf(values);
  switch (figure) {
    case 'accuracy':
      return formatPercentSpread(spread);
    case 'loss':
      return formatNumberSpread(spread);
    case 'bytes':
      return formatBytes(spread?.mean);
    case 'parameters':
      return formatCount(spread?.mean);
    case 'latency':
      return formatMilliseconds(spread?.mean);
    default:
      return (scoreRecords[figure].written === 'share' ? formatPercentSpread : formatNumberSpread)(spread);
  }
}

/** The figures of a point, each with its name. */
export const figuresText = ({ figures }: Pick<Sweep, 'figures'>, point: Point): string =>
  figures
    .map((figure, at) => `${figureNames[figure]} ${figureText(figure, valuesOf(point, at))}`)
    .join(' · ');

export const valuesOf = ({ runs }: Point, at: number): (number | null | undefined)[] =>
  runs.map(({ figures }) => figures?.[at]);

/** `temperature 4, learningRate 0.012`: options by their last name, or by the whole path where two end alike. */
export function pointText(
  { space }: Pick<Sweep, 'space'>,
  values: Readonly<Record<string, unknown>>,
): string {
  return space.map(({ key }) => `${shortName(space, key)} ${valueText(values[key])}`).join(', ');
}

export function shortName(space: Sweep['space'], key: string): string {
  const last = (one: string) => one.slice(one.lastIndexOf('.') + 1);
  return space.filter((other) => last(other.key) === last(key)).length > 1 ? key : last(key);
}

export function valueText(value: unknown): string {
  if (value === undefined) return missing;
  return oneLine(typeof value === 'string' ? value : JSON.stringify(value), 40);
}

/** In one word, how a point stands. */
export function pointState({ runs, figures, active, missing: seeds }: Point): string {
  const states = runs.map(({ record }) => record.state);
  if (active) return states.includes('running') ? 'running' : 'queued';
  const other = states.find((state) => state !== 'completed');
  if (other !== undefined) return stateWord(other);
  if (seeds.length > 0) return 'incomplete';
  return figures ? 'completed' : 'without figures';
}

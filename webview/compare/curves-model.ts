import type { CurvePoint, CurvesInput } from '../../src/compare/charts/curves-chart.ts';
import type { Coloured } from '../../src/compare/charts/drawing/chart-theme.ts';
import type { LayerMapInput } from '../../src/compare/charts/layer-map-chart.ts';
import { titleOfMetric } from '../../src/compare/charts/learning-curves.ts';
import type { LossTermsInput } from '../../src/compare/charts/loss-terms-chart.ts';
import { isShare } from '../../src/compare/figures/curve-facts.ts';
import { layerTerms } from '../../src/compare/figures/layer-losses.ts';
import type { CurveData } from '../protocol/detail.ts';
import type { CurvesState, HorizontalAxis } from '../state/view-state.ts';

/** A group of seeds, as curves know it. */
export interface CurveGroup extends Coloured {
  readonly label: string;
  readonly runs: readonly string[];
}

const axisLabels: Readonly<Record<HorizontalAxis, string>> = {
  epoch: 'epoch',
  step: 'step',
  time: 'minutes of training',
};

/**
 * Exponential moving average with the bias of its start taken out, as TensorBoard and Adam do it: each value is the
 * weighted mean of all before it. Unknown values are passed over.
 */
export function smoothed(values: readonly (number | null)[], factor: number): (number | null)[] {
  if (factor <= 0) return values.map((value) => (value !== null && Number.isFinite(value) ? value : null));
  let average = 0;
  let weight = 0;
  return values.map((value) => {
    if (value === null || !Number.isFinite(value)) return null;
    average = factor * average + (1 - factor) * value;
    weight = factor * weight + (1 - factor);
    return average / weight;
  });
}

/** Positions of a curve's points on the axis; time is in minutes from its first point. */
export function positions(curve: CurveData, axis: HorizontalAxis): readonly number[] {
  if (axis === 'epoch') return curve.epochs;
  if (axis === 'step') return curve.steps;
  const start = curve.times[0] ?? 0;
  return curve.times.map((time) => (time - start) / 60_000);
}

/** One metric of several groups, smoothed, the seeds of each as a band or each on its own; null where nothing is recorded. */
export function curvesOf(
  metric: string,
  groups: readonly CurveGroup[],
  curves: readonly CurveData[],
  state: CurvesState,
  seedOf: (run: string) => number | undefined = () => undefined,
): CurvesInput | null {
  const lines = groups.flatMap((group) => {
    const members = new Set(group.runs);
    const mine = curves.filter(
      (curve) => curve.metric === metric && curve.model === 'student' && members.has(curve.run),
    );
    const seeds = mine.map((curve) => pointsOf(curve, state));
    const names = namesOf(
      mine.map(({ run }) => run),
      seedOf,
    );
    if (!state.band)
      return seeds.map((points, index) => ({
        ...group,
        label: seeds.length > 1 ? `${group.label}, ${names[index]}` : group.label,
        ...(seeds.length > 1 && { line: { index, of: seeds.length } }),
        points,
      }));
    const points = banded(seeds);
    return points.length === 0 ? [] : [{ ...group, points }];
  });
  if (lines.every((line) => line.points.length === 0)) return null;
  return {
    metric: titleOfMetric(metric),
    percent: isShare(metric),
    xLabel: axisLabels[state.axis],
    logarithmic: state.logarithmic,
    curves: lines,
  };
}

/** Of each run 'seed 3', of another one of that seed 'seed 3 (2)', and where the seed is not known which of the runs it is. */
function namesOf(runs: readonly string[], seedOf: (run: string) => number | undefined): string[] {
  const times = new Map<number, number>();
  return runs.map((run, index) => {
    const seed = seedOf(run);
    if (seed === undefined) return String(index + 1);
    const time = (times.get(seed) ?? 0) + 1;
    times.set(seed, time);
    return time === 1 ? `seed ${seed}` : `seed ${seed} (${time})`;
  });
}

function pointsOf(curve: CurveData, state: CurvesState): CurvePoint[] {
  const x = positions(curve, state.axis);
  return smoothed(curve.values, state.smoothing).flatMap((value, index) =>
    value === null || !Number.isFinite(x[index]!) ? [] : [{ x: x[index]!, mean: value }],
  );
}

/**
 * Seeds as one line: at each position of the first seed the mean, lowest and highest of all that reach it, between their
 * points in a straight line. On the time axis no two seeds have a position in common, so exact matches would not do.
 */
export function banded(seeds: readonly (readonly CurvePoint[])[]): CurvePoint[] {
  const longest = seeds.reduce<readonly CurvePoint[]>(
    (best, points) => (points.length > best.length ? points : best),
    [],
  );
  if (seeds.length <= 1) return [...longest];
  const cursors = seeds.map(() => 0);
  return longest.map(({ x }) => {
    const values = seeds.flatMap((points, seed) => {
      while (cursors[seed]! < points.length - 1 && points[cursors[seed]! + 1]!.x <= x) cursors[seed]! += 1;
      const value = between(points, cursors[seed]!, x);
      return value === undefined ? [] : [value];
    });
    return {
      x,
      mean: values.reduce((sum, value) => sum + value, 0) / values.length,
      low: Math.min(...values),
      high: Math.max(...values),
    };
  });
}

function between(points: readonly CurvePoint[], index: number, x: number): number | undefined {
  const left = points[index];
  const right = points[index + 1];
  if (left === undefined || x < left.x) return undefined;
  if (x === left.x) return left.mean;
  if (right === undefined) return undefined;
  return left.mean + ((right.mean - left.mean) * (x - left.x)) / (right.x - left.x);
}

/** Terms of the loss of one group, or null where it has none beside the total. */
export function lossTermsOf(
  group: CurveGroup,
  curves: readonly CurveData[],
  state: CurvesState,
): LossTermsInput | null {
  const members = new Set(group.runs);
  const mine = curves.filter(
    (curve) => curve.model === 'student' && members.has(curve.run) && /^loss\./.test(curve.metric),
  );
  const names = [...new Set(mine.map((curve) => curve.metric))];
  if (names.length < 2) return null;
  const terms = names.map((name) => ({
    name: name.slice('loss.'.length),
    points: banded(mine.filter((curve) => curve.metric === name).map((curve) => pointsOf(curve, state))),
  }));
  const x = terms[0]!.points.map((point) => point.x);
  return {
    label: group.label,
    xLabel: axisLabels[state.axis],
    x,
    terms: terms.map(({ name, points }) => {
      const at = new Map(points.map((point) => [point.x, point.mean]));
      return { name, values: x.map((position) => at.get(position) ?? null) };
    }),
  };
}

/** Which layer of one group learns from which, a picture for each term that compares layers. */
export function layerMapsOf(group: CurveGroup, curves: readonly CurveData[]): LayerMapInput[] {
  const members = new Set(group.runs);
  const mine = curves.filter((curve) => curve.model === 'student' && members.has(curve.run));
  return layerTerms(mine).map((term) => ({
    ...term,
    label: group.label,
    strategy: group.strategy,
    variant: group.variant,
  }));
}

/** Curves with the points that came since; a point of a step that is known already replaces what came from it on. */
export function appended(curves: readonly CurveData[], news: readonly CurveData[]): CurveData[] {
  const key = (curve: CurveData) => JSON.stringify([curve.run, curve.model, curve.metric]);
  const byKey = new Map(curves.map((curve) => [key(curve), curve]));
  for (const one of news) {
    const before = byKey.get(key(one));
    const start = one.steps[0];
    if (before === undefined || start === undefined) {
      if (before === undefined) byKey.set(key(one), one);
      continue;
    }
    const known = before.steps.findIndex((step) => step >= start);
    const keep = known < 0 ? before.steps.length : known;
    byKey.set(key(one), {
      ...before,
      steps: [...before.steps.slice(0, keep), ...one.steps],
      epochs: [...before.epochs.slice(0, keep), ...one.epochs],
      times: [...before.times.slice(0, keep), ...one.times],
      values: [...before.values.slice(0, keep), ...one.values],
    });
  }
  return [...byKey.values()];
}

import { modified } from '../editing/modified.ts';
import type { JsonPath } from '../parsing/problem.ts';
import { type Experiment, experimentSchema } from '../schema/schema.ts';
import { resolveVariant, schemaAt, valueAt } from '../schema/schema-walk.ts';
import type { SweepConfig } from '../schema/sweep-schema.ts';
import { parseOptionPath } from './option-path.ts';

interface Named {
  /** The option as the sweep writes it. */
  readonly key: string;
  readonly path: JsonPath;
}

export interface ValuesDimension extends Named {
  readonly kind: 'values';
  readonly values: readonly unknown[];
}

export interface RangeDimension extends Named {
  readonly kind: 'range';
  readonly min: number;
  readonly max: number;
  readonly log: boolean;
  /** The option takes whole numbers only. */
  readonly whole: boolean;
  readonly steps?: number;
}

/** One option with the values that a sweep tries. */
export type Dimension = ValuesDimension | RangeDimension;

/** The values of a point, by the options as the sweep writes them. */
export type PointValues = Readonly<Record<string, unknown>>;

/** What a sweep tries, in the order of the file. Options that are none are left out; the checks say so. */
export function spaceOf(experiment: Experiment, { options }: Pick<SweepConfig, 'options'>): Dimension[] {
  return Object.entries(options).flatMap(([key, option]): Dimension[] => {
    const path = parseOptionPath(key);
    if (path === undefined) return [];
    if (Array.isArray(option)) return [{ kind: 'values', key, path, values: option }];
    const { min, max, scale, steps } = option;
    const log = scale === 'log';
    return [
      {
        ...{ kind: 'range', key, path, min, max, log, whole: takesWhole(experiment, path) },
        ...(steps !== undefined && { steps }),
      },
    ];
  });
}

function takesWhole(experiment: Experiment, path: JsonPath): boolean {
  const node = schemaAt(experiment, path);
  return node !== undefined && resolveVariant(node, valueAt(experiment, path)).type === 'integer';
}

/**
 * The values a grid tries of one option, both ends of a range included, whole numbers each once; undefined where a range
 * does not say how many.
 */
export function gridValues(dimension: Dimension): readonly unknown[] | undefined {
  if (dimension.kind === 'values') return dimension.values;
  const { min, max, log, whole } = dimension;
  const steps = dimension.steps ?? (whole && !log ? max - min + 1 : undefined);
  if (steps === undefined) return undefined;
  const values = Array.from({ length: Math.min(steps, mostValues) }, (_, index) => {
    const part = steps === 1 ? 0 : index / (steps - 1);
    // The ends are the very numbers that stand in the file.
    if (part === 0) return min;
    if (part === 1) return max;
    const value = log ? min * (max / min) ** part : min + (max - min) * part;
    return whole ? Math.round(value) : Number(value.toPrecision(12));
  });
  return [...new Set(values)];
}

/** Of a range of whole numbers; a grid with more is never tried. */
const mostValues = 100_000;

/** How many points the whole grid has; undefined where a range does not say into how many values it is cut. */
export function gridSize(space: readonly Dimension[]): number | undefined {
  const sizes = space.map((dimension) => {
    const { length } = gridValues(dimension) ?? {};
    return length === mostValues && dimension.kind === 'range' ? dimension.max - dimension.min + 1 : length;
  });
  return sizes.some((size) => size === undefined)
    ? undefined
    : sizes.reduce<number>((product, size) => product * size!, 1);
}

/** The space as a grid of all its points, whatever steps a range may have; undefined where a range has numbers without end. */
export function wholeGrid(space: readonly Dimension[]): Dimension[] | undefined {
  if (space.some((dimension) => dimension.kind === 'range' && !dimension.whole)) return undefined;
  return space.map((dimension) => {
    if (dimension.kind === 'values') return dimension;
    const { steps: _, ...range } = dimension;
    return { ...range, log: false };
  });
}

/** The grid's point of a number from 0, the last option changing fastest. */
export function gridPoint(space: readonly Dimension[], index: number): PointValues {
  let rest = index;
  const chosen = space.toReversed().map((dimension): [string, unknown] => {
    const values = gridValues(dimension)!;
    const value = values[rest % values.length];
    rest = Math.floor(rest / values.length);
    return [dimension.key, value];
  });
  return Object.fromEntries(chosen.toReversed());
}

/**
 * The experiment with the values of a point in it, and without the sweep; undefined where together they make none.
 * Options are set in the order of the sweep.
 */
export function experimentAt(experiment: Experiment, values: PointValues): Experiment | undefined {
  const { sweep: _, ...base } = experiment;
  let changed: unknown = base;
  for (const [key, value] of Object.entries(values)) {
    const path = parseOptionPath(key);
    if (path === undefined) return undefined;
    changed = modified(changed, path, value);
  }
  return experimentSchema.safeParse(changed).data;
}

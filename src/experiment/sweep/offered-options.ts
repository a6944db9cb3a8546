import { type Hyperparameter, hyperparametersOf } from '../editing/hyperparameters.ts';
import { modified } from '../editing/modified.ts';
import { describePath, type JsonPath } from '../parsing/problem.ts';
import { experimentSchema } from '../schema/schema.ts';
import { isRecord } from '../schema/schema-walk.ts';
import { tidyNumber } from '../tidy-number.ts';

/** An option that a sweep of this experiment can try, with values to begin with. */
export interface OfferedOption {
  readonly key: string;
  readonly description: string;
  /** What it may be, in words. */
  readonly expected: string;
  /** A range or a list, as it stands behind the key. */
  readonly values: unknown;
}

const fixed = new Set(['seeds', 'device', 'cacheTeacherSignals']);

/**
 * What a sweep can try of an experiment, in the order of the schema.
 * @param experiment as it is written; it need not be valid
 */
export function offeredOptions(experiment: unknown): OfferedOption[] {
  const base = isRecord(experiment) ? { ...experiment, sweep: undefined } : {};
  // Some options contradict others that are written; while nothing fits, any may be meant.
  const sound = experimentSchema.safeParse(base).success;
  const named = hyperparametersOf(experiment).filter(
    ({ path, selectsVariant, type, value }) =>
      !(fixed.has(String(path[0])) || selectsVariant) &&
      // Of a text or a list that is left out nobody can tell what it could be.
      (value !== undefined || (type !== 'text' && type !== 'list')),
  );
  return named.flatMap((parameter) => {
    const { path, description, expected } = parameter;
    const values = valuesToTry(parameter);
    if (sound && !endsOf(values).every((value) => fits(base, path, value))) return [];
    return [{ key: describePath(path), description, expected, values }];
  });
}

const fits = (base: unknown, path: JsonPath, value: unknown): boolean =>
  experimentSchema.safeParse(modified(base, path, value)).success;

const endsOf = (values: unknown): unknown[] =>
  Array.isArray(values) ? values : Object.values(values as { min: number; max: number }).slice(0, 2);

/** Around what stands there now: the ends are for the user to put right. */
function valuesToTry(parameter: Hyperparameter): unknown {
  const { type, value, choices } = parameter;
  if (choices) return choices.map((choice) => choice.value);
  if (type === 'boolean') return [false, true];
  if (type !== 'integer' && type !== 'number') return [value];
  return rangeAround(parameter);
}

function rangeAround({
  type,
  value,
  minimum,
  maximum,
  exclusiveMinimum,
  exclusiveMaximum,
}: Hyperparameter): object {
  const present = typeof value === 'number' ? value : (minimum ?? exclusiveMinimum ?? 0);
  if (type === 'integer') {
    const min = Math.max(minimum ?? 0, Math.floor(present / 2));
    return { min, max: Math.max(min + 1, Math.min(maximum ?? Number.POSITIVE_INFINITY, 2 * present)) };
  }
  // Just below an end that does not belong to the range.
  const highest =
    maximum ?? (exclusiveMaximum === undefined ? undefined : tidyNumber(exclusiveMaximum * 0.99));
  if (minimum !== undefined && highest !== undefined) return { min: minimum, max: highest };
  const most = highest ?? Number.POSITIVE_INFINITY;
  if (present <= 0) return { min: minimum ?? 0.001, max: Math.min(most, 1) };
  const [min, max] = [tidyNumber(present / 10), Math.min(most, tidyNumber(present * 10))];
  return { min: Math.max(minimum ?? 0, min), max, scale: 'log' };
}

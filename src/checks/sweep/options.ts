import { modified } from '../../experiment/editing/modified.ts';
import { findingsOf } from '../../experiment/parsing/messages.ts';
import { describePath, type Finding, type JsonPath } from '../../experiment/parsing/problem.ts';
import { expectation } from '../../experiment/schema/expectation.ts';
import { experimentSchema } from '../../experiment/schema/schema.ts';
import { isRecord, resolveVariant, schemaAt, valueAt } from '../../experiment/schema/schema-walk.ts';
import type { SweepConfig } from '../../experiment/schema/sweep-schema.ts';
import { nearestOptions, overlap, parseOptionPath } from '../../experiment/sweep/option-path.ts';
import { gridValues, spaceOf } from '../../experiment/sweep/space.ts';
import type { CheckContext } from '../context.ts';
import { unusedOption } from '../unused-option.ts';

/** What a sweep cannot try: names, and what decides how many runs there are. */
const fixedOptions: Readonly<Record<string, string>> = {
  $schema: 'it changes nothing',
  name: 'it changes nothing',
  description: 'it changes nothing',
  cacheTeacherSignals: 'the results are the same',
  seeds: 'each point is run with all seeds of the experiment, so that points are compared seed by seed',
  sweep: 'it is the sweep itself',
};

/** A value of a sweep that is to be looked at as if it stood in the file. */
export interface Candidate {
  /** Where it stands in the sweep. */
  readonly place: JsonPath;
  /** The option it is for. */
  readonly path: JsonPath;
  readonly value: unknown;
}

const placeOf = (key: string, ...rest: readonly (string | number)[]): JsonPath => [
  ...['sweep', 'options', key],
  ...rest,
];

/** Every value that the file lists, and both ends of every range. */
export function candidatesOf({ options }: SweepConfig): Candidate[] {
  return Object.entries(options).flatMap(([key, option]) => {
    const path = parseOptionPath(key);
    if (path === undefined) return [];
    return Array.isArray(option)
      ? option.map((value, index) => ({ place: placeOf(key, index), path, value }))
      : (['min', 'max'] as const).map((end) => ({ place: placeOf(key, end), path, value: option[end] }));
  });
}

/** The experiment as it would be written with a value in it, and without the sweep. */
export function writtenWith(written: unknown, { path, value }: Pick<Candidate, 'path' | 'value'>): unknown {
  const base = isRecord(written) ? { ...written } : {};
  delete base.sweep;
  return modified(base, path, value);
}

/** What is wrong with the options of a sweep, each for itself and beside each other. */
export function optionFindings(context: CheckContext, sweep: SweepConfig): Finding[] {
  const keys = Object.keys(sweep.options);
  if (keys.length === 0)
    return [
      {
        message: 'The sweep names no option to try.',
        remedy:
          'Write one, for example "training.learningRate": { "min": 0.0001, "max": 0.1, "scale": "log" }.',
        path: ['sweep', 'options'],
        severity: 'error',
        code: 'sweep-option',
      },
    ];
  const findings = keys.flatMap((key) => nameFindings(key, context));
  if (findings.length > 0) return findings;
  const ranges = keys.flatMap((key) => rangeFindings(key, context, sweep));
  const wrong = new Set(ranges.filter(({ severity }) => severity === 'error').map(({ path }) => path[2]));
  return [
    ...overlapFindings(keys),
    ...ranges,
    ...candidatesOf(sweep)
      .filter(({ place }) => !wrong.has(place[2]!))
      .flatMap((candidate) => valueFindings(candidate, context)),
  ];
}

function nameFindings(key: string, { experiment, written }: CheckContext): Finding[] {
  const base = { path: placeOf(key), at: 'key', severity: 'error', code: 'sweep-option' } as const;
  const path = parseOptionPath(key);
  const [section] = path ?? [];
  const why =
    typeof section === 'string' && Object.hasOwn(fixedOptions, section) ? fixedOptions[section] : undefined;
  if (why !== undefined)
    return [
      { ...base, message: `A sweep does not try ${JSON.stringify(key)}: ${why}.`, remedy: 'Remove it.' },
    ];
  if (path !== undefined && schemaAt(written ?? experiment, path) !== undefined) return [];
  const near = nearestOptions(key, experiment);
  const [nearest] = near;
  return [
    {
      ...base,
      message: `This experiment has no option ${JSON.stringify(key)}.`,
      remedy:
        nearest === undefined
          ? 'Write a path as messages name it, such as "training.learningRate".'
          : `Did you mean ${near.map((name) => JSON.stringify(name)).join(' or ')}?`,
      ...(nearest !== undefined && {
        fix: { title: `Rename to "${nearest}"`, path: placeOf(key), rename: nearest },
      }),
    },
  ];
}

function overlapFindings(keys: readonly string[]): Finding[] {
  return keys.flatMap((key, index) => {
    const outer = keys.slice(0, index).find((other) => {
      const [one, two] = [parseOptionPath(key)!, parseOptionPath(other)!];
      return overlap(one, two) || overlap(two, one);
    });
    if (outer === undefined) return [];
    return [
      {
        message: `${JSON.stringify(key)} and ${JSON.stringify(outer)} set the same option: one would undo the other.`,
        remedy: 'Keep one of them.',
        path: placeOf(key),
        at: 'key',
        severity: 'error',
        code: 'sweep-option',
      } as const,
    ];
  });
}

function rangeFindings(key: string, { experiment, written }: CheckContext, sweep: SweepConfig): Finding[] {
  const option = sweep.options[key]!;
  if (Array.isArray(option)) return twiceFindings(key, option);
  const path = parseOptionPath(key)!;
  const node = schemaAt(written ?? experiment, path)!;
  const { type } = resolveVariant(node, valueAt(experiment, path));
  const error = (place: JsonPath, message: string, remedy: string): Finding[] => [
    { message, remedy, path: place, severity: 'error', code: 'sweep-range' },
  ];
  if (type !== 'integer' && type !== 'number')
    return error(
      placeOf(key),
      `${key} takes no range: it must be ${expectation(node)}.`,
      'Write the values to try as a list in brackets.',
    );
  const { min, max, scale, steps } = option;
  if (min >= max)
    return error(
      placeOf(key, 'max'),
      `The range of ${key} ends at ${max}, which is not above its beginning at ${min}.`,
      'Write a larger "max", or a list of values.',
    );
  if (scale === 'log' && min <= 0)
    return error(
      placeOf(key, 'min'),
      `A range in orders of magnitude begins above 0, and that of ${key} begins at ${min}.`,
      'Write a small number above 0, or leave out "scale".',
    );
  const [dimension] = spaceOf(experiment, { options: { [key]: option } });
  if (sweep.sampler === 'grid' && gridValues(dimension!) === undefined)
    return error(
      placeOf(key),
      `A grid cannot try every number of the range of ${key}.`,
      'Write "steps", the number of values that are tried, for example 4.',
    );
  if (sweep.sampler !== 'grid' && steps !== undefined)
    return [unusedOption(placeOf(key, 'steps'), 'only a grid cuts a range')];
  return [];
}

function twiceFindings(key: string, values: readonly unknown[]): Finding[] {
  const seen = new Set<string>();
  return values.flatMap((value, index) => {
    const text = JSON.stringify(value);
    if (!seen.has(text)) {
      seen.add(text);
      return [];
    }
    return [
      {
        message: `The value ${text} of ${key} is listed twice.`,
        remedy: 'Remove one.',
        path: placeOf(key, index),
        severity: 'error',
        code: 'sweep-option',
        fix: { title: `Remove the second ${text}`, path: placeOf(key, index), remove: true },
      } as const,
    ];
  });
}

/** What the schema says of an experiment with the value in it, at the place of the value in the sweep. */
function valueFindings(candidate: Candidate, { experiment, written }: CheckContext): Finding[] {
  const changed = writtenWith(written ?? experiment, candidate);
  const checked = experimentSchema.safeParse(changed);
  if (checked.success) return [];
  // Once is enough: what else is wrong follows from it.
  return findingsOf(checked.error.issues, changed)
    .slice(0, 1)
    .map((finding) => atPlace(finding, candidate));
}

/** A finding on an experiment that has the value, as one on the sweep. */
export function atPlace({ fix: _, at: __, ...finding }: Finding, { place, path }: Candidate): Finding {
  const where = describePath(place);
  const inside = overlap(finding.path, path);
  const message = inside ? finding.message : `With this value: ${finding.message}`;
  return { ...finding, message: `${where}: ${message}`, path: place };
}

import type { Experiment } from '../../experiment/schema/schema.ts';
import type { RunData } from '../../worker/directory/events.ts';
import { dataDifferences, describeData } from '../data-read.ts';
import { configDifferences, nameOnly } from '../differences.ts';
import { flattenConfig, formatConfigValue } from '../flat-config.ts';
import { oneLine } from '../formatting.ts';

/** One setting in which two groups differ. */
export interface SettingDifference {
  readonly key: string;
  readonly ours: string;
  readonly theirs: string;
}

export interface Comparability {
  /** Differences that make a comparison of strategies meaningless: other data, another student, another budget. */
  readonly blocking: readonly SettingDifference[];
  /** Differences to be told beside a verdict: the strategy may not be the only cause. */
  readonly other: readonly SettingDifference[];
}

/** How much the student may learn from: passes, and samples per step. */
const budget = new Set(['training.epochs', 'training.batchSize', 'training.accumulation']);

/**
 * The strategy is what is compared; the teacher belongs to it, and so does what is learned from it alone; device and cache do
 * not change what is learned.
 */
const free = /^(strategy|teacher|dataset\.unlabelled|device|cacheTeacherSignals)(\.|$)/;

/** Stands for the folder that relative paths of the dataset start from. */
const besides = 'dataset (files beside)';

interface Configured {
  readonly config: Experiment;
  readonly directory?: string | null;
  /** What was really read; left out or null where that is not known, which then keeps nothing from being compared. */
  readonly data?: RunData | null;
}

const blocks = (key: string) =>
  key.startsWith('dataset.') ||
  key.startsWith('student.') ||
  key.startsWith('training.earlyStopping') ||
  budget.has(key);

/** Settings that count when groups are compared, as text by key; two groups with equal texts do not differ. */
export interface ComparableSettings {
  readonly blocking: ReadonlyMap<string, string>;
  readonly other: ReadonlyMap<string, string>;
}

/**
 * What `comparability` looks at in the settings, read once for each group: held against each other in pairs, many groups would take a
 * time that grows with their square.
 */
export function comparableSettings({ config, directory }: Configured): ComparableSettings {
  const blocking = new Map<string, string>();
  const other = new Map<string, string>();
  for (const [key, value] of flattenConfig(config))
    if (!free.test(key) && !nameOnly.has(key))
      (blocks(key) ? blocking : other).set(key, JSON.stringify(value));
  if (readsFiles(config)) blocking.set(besides, directory ?? '');
  return { blocking, other };
}

/** Whether two groups differ in their strategy alone, and if not, in what. */
export function comparability(ours: Configured, theirs: Configured): Comparability {
  const blocking: SettingDifference[] = [];
  const other: SettingDifference[] = [];
  for (const { key, values } of configDifferences([ours.config, theirs.config])) {
    if (free.test(key)) continue;
    const difference = {
      key,
      ours: oneLine(formatConfigValue(values[0])),
      theirs: oneLine(formatConfigValue(values[1])),
    };
    (blocks(key) ? blocking : other).push(difference);
  }
  if (readsFiles(ours.config) && (ours.directory ?? null) !== (theirs.directory ?? null))
    blocking.push({
      key: besides,
      ours: oneLine(ours.directory ?? 'an unknown folder'),
      theirs: oneLine(theirs.directory ?? 'an unknown folder'),
    });
  for (const key of dataDifferences(ours.data ?? null, theirs.data ?? null))
    blocking.push({
      key,
      ours: describeData(ours.data ?? null, key),
      theirs: describeData(theirs.data ?? null, key),
    });
  return { blocking, other };
}

/** Whether the dataset names files relative to the experiment file. */
function readsFiles(config: Experiment): boolean {
  return [...flattenConfig(config.dataset).values()].some(
    (value) =>
      typeof value === 'string' && /[\\/.]/.test(value) && !/^([\\/]|[A-Za-z]:[\\/]|hf:)/.test(value),
  );
}

/** 'training.epochs 5 instead of 10, …', for one sentence of a reason. */
export function describeDifferences(differences: readonly SettingDifference[], limit = 3): string {
  const shown = differences
    .slice(0, limit)
    .map(({ key, ours, theirs }) => `${key} ${ours} against ${theirs}`);
  const rest = differences.length - shown.length;
  return rest > 0 ? `${shown.join('; ')}; and ${rest} more` : shown.join('; ');
}

import type { Experiment } from '../experiment/schema.ts';
import { configDifferences } from './differences.ts';
import { flattenConfig, formatConfigValue } from './flat-config.ts';
import { oneLine } from './formatting.ts';

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

/** The strategy is what is compared; the teacher belongs to it; device and cache do not change what is learned. */
const free = /^(strategy|teacher|device|cacheTeacherSignals)(\.|$)/;

interface Configured {
  readonly config: Experiment;
  readonly directory?: string | null;
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
    const blocks =
      key.startsWith('dataset.') ||
      key.startsWith('student.') ||
      key.startsWith('training.earlyStopping') ||
      budget.has(key);
    (blocks ? blocking : other).push(difference);
  }
  if (readsFiles(ours.config) && (ours.directory ?? null) !== (theirs.directory ?? null))
    blocking.push({
      key: 'dataset (files beside)',
      ours: oneLine(ours.directory ?? 'an unknown folder'),
      theirs: oneLine(theirs.directory ?? 'an unknown folder'),
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

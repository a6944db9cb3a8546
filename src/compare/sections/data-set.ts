import { datasetRecord, taskOfDataset } from '../../experiment/datasets/all.ts';
import type { KnownTask } from '../../experiment/tasks/all.ts';
import { flattenConfig, formatConfigValue } from '../flat-config.ts';
import type { RunGroup } from '../groups.ts';

export type SectionTask = KnownTask['title'];

/** What a group is measured on, as its experiment says. */
export interface MeasuredOn {
  readonly task: SectionTask;
  readonly name: string;
  /** What decides the test set, and the unit that it is measured in: groups of equal parts can share an axis. */
  readonly parts: ReadonlyMap<string, string>;
}

/** Stands among the parts for the folder that relative paths start from. */
export const folderPart = 'folder';

/**
 * Settings that decide what is learned from and how it is fed to the models, but not what they are tested on. A setting
 * that is not listed parts the data: two sections too many are a smaller evil than one axis for what cannot share it.
 */
const ofTraining = new Set([
  'labelledSubset',
  'trainLimit',
  'validation',
  'mean',
  'std',
  'maxLength',
  'length',
]);
const ofImages = new Set(['height', 'width', 'colour']);

type Config = Pick<RunGroup, 'config' | 'directory'>;

export function measuredOn({ config, directory }: Config): MeasuredOn {
  const { dataset } = config;
  const { title, answers } = taskOfDataset(dataset.kind);
  const given = flattenConfig(dataset);
  const drawsTest = !given.has('test') && !given.has('test.images') && given.has('testFraction');
  const ignored = (key: string): boolean => {
    if (key === 'unlabelled' || key.startsWith('unlabelled.')) return true;
    if (ofTraining.has(key) || ofImages.has(key)) return true;
    // Losses per token of other tokens are other units; what classes are told from is not.
    if (key.startsWith('tokenizer.')) return answers !== 'tokens';
    if (key === 'testFraction') return !drawsTest;
    if (key === 'splitSeed') return !drawsTest && !given.has('testLimit');
    return false;
  };
  const parts = new Map(
    [...given].flatMap(([key, value]) => (ignored(key) ? [] : [[key, formatConfigValue(value)]])),
  );
  if (directory !== null && [...given.values()].some(isRelative)) parts.set(folderPart, directory);
  return { task: title, name: nameOf(dataset.kind, given), parts };
}

/** The name people know it by, or that of its file or folder. */
function nameOf(kind: string, given: ReadonlyMap<string, unknown>): string {
  const record = datasetRecord(kind);
  if (record?.title !== undefined) return record.title;
  const path = given.get(record?.namedBy ?? 'train');
  const last =
    typeof path === 'string' ? path.split(/[\\/]/).findLast((part) => !/^\.*$/.test(part)) : undefined;
  return last ?? kind;
}

/** Whether a setting names a file beside the experiment. */
const isRelative = (value: unknown): boolean =>
  typeof value === 'string' && /[\\/.]/.test(value) && !/^([\\/]|[A-Za-z]:[\\/]|hf:)/.test(value);

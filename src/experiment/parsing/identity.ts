import { createHash } from 'node:crypto';
import { datasetRecord } from '../datasets/all.ts';
import { defaultWords } from '../datasets/tokenizer.ts';
import { withoutLater } from '../schema/later-options.ts';
import type { Experiment, TeacherConfig } from '../schema/schema.ts';
import { compresses } from '../strategies/compression.ts';

/**
 * A hash of what defines an experiment: runs that agree in it differ by their seed alone and are compared as one group.
 * Names, descriptions, what a sweep would try and the order of keys do not matter, nor does whether a default was written out. Where relative
 * paths lead does, so the folder of the file counts as soon as the experiment names a path.
 */
export function experimentIdentity(experiment: Experiment, directory: string): string {
  const { $schema, name, description, seeds, cacheTeacherSignals, sweep, ...defining } = experiment;
  const { dataset, teacher, student, strategy } = experiment;
  const namesPaths =
    !datasetRecord(dataset.kind)?.namesNoPath ||
    isPath(teacher?.checkpoint) ||
    isPath(student?.checkpoint) ||
    (compresses(strategy) && strategy.of !== 'teacher');
  const known = {
    ...withoutLater({ ...defining, teacher: teacher && withPlainServer(teacher) }),
    dataset: withPlainTokenizer(experiment),
  };
  return stableHash(namesPaths ? { ...known, directory } : known);
}

/** How a server is asked, and what it may cost, changes nothing of what it answers. */
function withPlainServer(teacher: TeacherConfig): TeacherConfig {
  if (!teacher.server) return teacher;
  const { keyFrom, parallel, timeout, attempts, price, budget, ...defining } = teacher.server;
  return { ...teacher, server: defining as TeacherConfig['server'] };
}

/** Without checkpoints "auto" means words, which were the default once: runs of then are of the same experiment. */
function withPlainTokenizer({ dataset, teacher, student, strategy }: Experiment): Experiment['dataset'] {
  if (!('tokenizer' in dataset) || dataset.tokenizer.kind !== 'auto') return dataset;
  const fromCheckpoint =
    teacher?.checkpoint !== undefined ||
    student?.checkpoint !== undefined ||
    (compresses(strategy) && strategy.of !== 'teacher');
  return fromCheckpoint ? dataset : { ...dataset, tokenizer: defaultWords };
}

/** A model of the Hugging Face Hub is the same from everywhere. */
export const isPath = (checkpoint: string | undefined) =>
  checkpoint !== undefined && !checkpoint.startsWith('hf:');

/** SHA-256 of a JSON value, 16 hexadecimal digits, the same for any order of keys. */
export function stableHash(value: unknown): string {
  return createHash('sha256').update(canonical(value)).digest('hex').slice(0, 16);
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item) => canonical(item ?? null)).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const entries = Object.entries(value)
    .filter(([, item]) => item !== undefined)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([key, item]) => `${JSON.stringify(key)}:${canonical(item)}`);
  return `{${entries.join(',')}}`;
}

import { z } from 'zod';
import { UserError } from '../../base/user-error.ts';
import type { TaskShape } from '../../data/dataset.ts';
import { modelSchema } from '../../experiment/schema/model-schema.ts';
import type { ModelConfig } from '../../experiment/schema/schema.ts';
import { type AskedTask, taskName, taskOfHead, taskRecord } from '../../experiment/tasks/all.ts';
import type { Problem } from '../../experiment/tasks/task-record.ts';

/** What the configuration of a checkpoint says of its model. */
export interface ModelDescription {
  readonly config: ModelConfig;
  readonly task: TaskShape;
  /** Names of the classes, where the checkpoint knows them. */
  readonly classNames?: readonly string[];
  /** Set where its head is for a task that is none here. */
  readonly otherHead?: Problem;
}

/** The config.json of a checkpoint, as it stands in the file. */
export type RawConfig = Readonly<Record<string, unknown>>;

/**
 * Reads part of a config.json by a schema.
 * @throws UserError naming the file and the key
 */
export function parseRaw<S extends z.ZodType>(schema: S, raw: RawConfig, file: string): z.output<S> {
  const result = schema.safeParse(raw);
  if (result.success) return result.data;
  const { path, message } = result.error.issues[0]!;
  const value = path.reduce((found: unknown, key) => (found as Record<PropertyKey, unknown>)?.[key], raw);
  const key = path.join('.');
  throw new UserError(
    value === undefined ? `${file} lacks "${key}".` : `${file}: "${key}" is out of range: ${message}.`,
    { remedy: 'Restore the config.json that came with the weights.', place: file },
  );
}

/** A configuration that was put together from a file, held to the same bounds as one in an experiment. */
export function checkedConfig(config: z.input<typeof modelSchema>, file: string): ModelConfig {
  const result = modelSchema.safeParse(config);
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  throw new UserError(`${file} describes a model out of bounds: ${issue.path.join('.')}: ${issue.message}.`, {
    remedy: 'Restore the config.json that came with the weights.',
    place: file,
  });
}

/** A model of a known kind with a detail that is not built here: its results would be wrong, so it is refused. */
export function unsupported(file: string, what: string): UserError {
  return new UserError(`${file}: ${what} is not supported.`, {
    remedy: 'Choose a checkpoint without it.',
    place: file,
  });
}

/** Sizes in a configuration. */
export const size = z.int().min(1);
/** More than any classifier tells apart: a row of its head, and a name, are made for each. */
const mostClasses = 1_000_000;
const tooMany = `a classifier has at most ${mostClasses.toLocaleString('en-US')} classes`;
export const classCount = size.max(mostClasses, tooMany);
export const rate = z.number().min(0).max(1);

/** Null and absent mean the same. */
export const optional = <S extends z.ZodType>(schema: S) =>
  schema.nullish().transform((value) => value ?? undefined);

export const labelSchema = z.object({
  problem_type: optional(z.string()),
  id2label: optional(
    z
      .record(z.string().regex(/^\d+$/), z.string())
      .refine((names) => Object.keys(names).length <= mostClasses, tooMany),
  ),
  num_labels: optional(classCount),
});

/**
 * The task that the head of a classifier is for, and what it is for where that is none here.
 * @param asked the task of such models where nothing is said of the head
 */
export function headOf(
  raw: RawConfig,
  asked: AskedTask,
  file: string,
): Pick<TaskShape, 'kind'> & Pick<ModelDescription, 'otherHead'> {
  const problem = problemOf(raw, file);
  const kind = taskOfHead(taskRecord(asked).goal, problem);
  if (kind === undefined) return { otherHead: problem };
  return kind === taskName(asked) ? {} : { kind };
}

/** As transformers takes it: one output is a number. */
function problemOf(raw: RawConfig, file: string): Problem {
  const { problem_type: problem } = parseRaw(labelSchema, raw, file);
  if (problem === 'multi_label_classification') return problem;
  return problem === 'regression' || classNamesOf(raw, file).length === 1
    ? 'regression'
    : 'single_label_classification';
}

/** Names of the classes in order; transformers takes two where a configuration says nothing. */
export function classNamesOf(raw: RawConfig, file: string): string[] {
  const { id2label, num_labels: count } = parseRaw(labelSchema, raw, file);
  const classes = id2label ? Object.keys(id2label).length : (count ?? 2);
  return Array.from({ length: classes }, (_, index) => id2label?.[index] ?? `LABEL_${index}`);
}

/** A configuration whose classes have these names. */
export const withClassNames = (raw: RawConfig, classNames: readonly string[]): RawConfig => ({
  ...raw,
  ...nameMaps(classNames),
});

const nameMaps = (names: readonly string[]) => ({
  id2label: Object.fromEntries(names.map((name, index) => [index, name])),
  label2id: Object.fromEntries(names.map((name, index) => [name, index])),
});

/** The keys of a configuration by which transformers knows the classes, and what the head is for. */
export function labelKeys(task: TaskShape, classNames: readonly string[] | undefined) {
  const { classes } = task;
  const names = Array.from({ length: classes }, (_, index) => classNames?.[index] ?? `LABEL_${index}`);
  return {
    ...nameMaps(names),
    problem_type: taskRecord(task).problem,
  };
}

import { stat } from 'node:fs/promises';
import { UserError } from '../../base/user-error.ts';
import { readerOf } from '../../data/datasets/all.ts';
import type { ClassesOfFile } from '../../data/datasets/dataset-reader.ts';
import type { Finding, JsonPath } from '../../experiment/parsing/problem.ts';
import { taskRecord } from '../../experiment/tasks/all.ts';
import { bothLists, classMismatch, classMismatchOfStudent } from '../../models/checkpoint/class-order.ts';
import { otherHead } from '../../models/checkpoint/other-head.ts';
import type { CheckpointDescription } from '../../models/checkpoint/read-model-config.ts';
import type { Check, CheckContext } from '../context.ts';
import { taskOf } from '../task.ts';

/** Whether checkpoints that classify know the classes of the dataset. */
export const checkClassNames: Check = async (context) => {
  const { storedTeacher, storedStudent } = context;
  return [
    ...(storedTeacher
      ? await otherClasses(storedTeacher, context, 'The teacher', ['teacher', 'checkpoint'])
      : []),
    ...(storedStudent ? await studentClasses(storedStudent, context) : []),
  ];
};

/**
 * Findings where a model that answers as it is, a teacher or one to be made smaller, tells other classes apart.
 * @param path where the experiment names it
 */
export async function otherClasses(
  { task, classNames: own }: CheckpointDescription,
  context: CheckContext,
  what: string,
  path: JsonPath,
): Promise<Finding[]> {
  const wanted = own && (await classNamesOf(context));
  // Images of another count, and heads of one output, are found elsewhere; see stored-models.ts.
  if (!wanted || taskRecord(task).answers === 'tokens' || own.length === 1) return [];
  if (own.length !== wanted.length)
    return task.text
      ? [
          {
            message: `${what} tells ${own.length} classes apart, but the dataset has ${wanted.length}: ${bothLists(own, wanted)}.`,
            remedy: 'Name a checkpoint that was trained on the same classes.',
            path,
            severity: 'error',
            code: 'class-count',
          },
        ]
      : [];
  const mismatch = classMismatch(what, own, wanted);
  if (!mismatch) return [];
  const { message, remedy, certain } = mismatch;
  return [{ message, remedy, path, severity: certain ? 'error' : 'warning', code: 'class-names' }];
}

async function studentClasses(description: CheckpointDescription, context: CheckContext): Promise<Finding[]> {
  const { task, classNames: own } = description;
  // A head that is drawn anew knows no classes.
  const drawn = otherHead(description, taskOf(context)?.task ?? task) !== undefined;
  const wanted = own && !drawn ? await classNamesOf(context) : undefined;
  const message = wanted && classMismatchOfStudent(own, wanted);
  if (message === undefined) return [];
  return [{ message, path: ['student', 'checkpoint'], severity: 'warning', code: 'class-names' }];
}

/** More bytes than this are not read for the names of classes while somebody types. */
const mostBytes = 64e6;

/** Names that were read from files, by all that they depend on, so that a file is read once while somebody types. */
const remembered = new Map<string, readonly string[]>();
const mostRemembered = 32;

/** The classes of the dataset in their order; undefined where that is not known without reading much. */
export async function classNamesOf({
  experiment: { dataset: config },
  dataset,
  directory,
}: CheckContext): Promise<readonly string[] | undefined> {
  try {
    const known = await readerOf(config).classNames?.(config, directory, dataset?.task);
    return known && 'read' in known ? await readOnce(known) : known;
  } catch (error) {
    // What is wrong with the files is said where they are looked at.
    if (error instanceof UserError || (error as NodeJS.ErrnoException).code !== undefined) return undefined;
    throw error;
  }
}

async function readOnce({ file, columns, read }: ClassesOfFile): Promise<readonly string[] | undefined> {
  const { size, mtimeMs } = await stat(file);
  if (size > mostBytes) return undefined;
  const key = JSON.stringify([file, size, mtimeMs, columns]);
  const names = remembered.get(key) ?? (await read());
  if (remembered.size >= mostRemembered) remembered.clear();
  remembered.set(key, names);
  return names;
}

import { UserError } from '../base/user-error.ts';
import type { TaskShape } from '../data/dataset.ts';
import type { PixelScale } from '../data/images/pixel-scale.ts';
import type { RandomGenerator } from '../device/random-generator.ts';
import type { StudentConfig } from '../experiment/schema/schema.ts';
import { buildModel } from '../models/build-model.ts';
import { loadModel } from '../models/checkpoint/checkpoint.ts';
import { hashInOrder } from '../models/checkpoint/checkpoint-hash.ts';
import { taskFor } from '../models/checkpoint/fit-weights.ts';
import { otherHead } from '../models/checkpoint/other-head.ts';
import { readModelConfig } from '../models/checkpoint/read-model-config.ts';
import { planModel } from '../models/create-model.ts';
import { modelFromLayers, withFewerLayers } from '../models/from-layers.ts';
import { freeze } from '../models/frozen.ts';
import { withAdapter } from '../models/lora/adapter.ts';
import type { Model } from '../models/model.ts';
import { askedDropout } from '../models/onnx/dropping/places.ts';
import type { WeightStorage } from '../models/stored/weight-storage.ts';
import { type CheckpointFolderOptions, checkpointFolder } from './checkpoint-folder.ts';

export interface StudentOptions extends CheckpointFolderOptions {
  readonly config: StudentConfig;
  /** Values of an ONNX graph that the strategy asks for. */
  readonly values?: readonly string[];
  readonly task: TaskShape;
  /** Of the dataset; a head that knows these classes in another order is brought into this one. */
  readonly classNames: readonly string[];
  /** The folder where relative paths of the experiment start. */
  readonly experimentDirectory: string;
  readonly teacher?: Model;
  /** Draws the weights that come from nowhere else. */
  readonly generator: RandomGenerator;
}

/** A student before training. */
export interface Student {
  readonly model: Model;
  /** What it begins as, where that lies in files: what else it begins as follows from experiment, seed and teacher. */
  readonly checkpoint?: StudentCheckpoint;
}

export interface StudentCheckpoint {
  readonly directory: string;
  /** Identifies configuration and weights by their content. */
  readonly hash: string;
  /** How the weights are stored, if not as floats; loaded they are floats. */
  readonly storage?: WeightStorage;
  /** As its configuration names them. */
  readonly classNames?: readonly string[];
  /** How it saw pixels in training, where that is known. */
  readonly pixelScale?: PixelScale;
}

/**
 * The student as it begins: from scratch, from a checkpoint, or from layers of its teacher; with an adapter where it is to
 * have one.
 * @throws UserError if a checkpoint cannot be had or does not fit the data, the layers do not fit the student, or weights
 * to be frozen or layers to be adapted are not there
 * @throws Interruption while downloading
 */
export async function prepareStudent(options: StudentOptions): Promise<Student> {
  const student = await begunStudent(options);
  const { freeze: patterns = [], lora } = options.config;
  try {
    freeze(student.model, patterns);
    return lora ? { ...student, model: withAdapter(student.model, lora, options.generator) } : student;
  } catch (error) {
    student.model.dispose();
    throw error;
  }
}

async function begunStudent(options: StudentOptions): Promise<Student> {
  const { config, values, task, classNames, teacher, generator, experimentDirectory } = options;
  const { model, checkpoint, graph, teacherLayers } = config;
  const dropout = askedDropout(config);
  if (checkpoint !== undefined) {
    const directory = await checkpointFolder(checkpoint, experimentDirectory, options);
    const loaded = await loadModel(directory, { task, generator, classNames, graph, values, dropout });
    const described = await readModelConfig(directory, { graph });
    const { storage } = described;
    // A head that is drawn anew knows no classes.
    const own = otherHead(described, task) ? undefined : described.classNames;
    return {
      model: loaded,
      checkpoint: {
        directory,
        hash: await hashInOrder(directory, own, classNames, graph),
        storage,
        classNames: own,
        pixelScale: described.pixelScale,
      },
    };
  }
  if (teacherLayers === undefined) {
    if (model === undefined) throw new UserError('The student has neither a "model" nor a "checkpoint".');
    return { model: buildModel(model, task, generator) };
  }
  if (!teacher)
    throw new UserError('The student is to begin with layers of a teacher, and the experiment names none.', {
      remedy: 'Add a "teacher", or leave "teacherLayers" out.',
    });
  const begun = await modelFromLayers(
    model ?? withFewerLayers(teacher.config, teacherLayers),
    taskFor(teacher.task, task, 'The teacher'),
    teacher,
    teacherLayers,
    generator,
  );
  return { model: begun };
}

/**
 * Finds out before anything long begins whether a student that is described can be built.
 * @throws UserError if it cannot
 */
export function requireBuildable({ model }: StudentConfig, task: TaskShape): void {
  if (model) planModel(model, task);
}

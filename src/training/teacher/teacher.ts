import { join } from 'node:path';
import { z } from 'zod';
import { fileProblem } from '../../base/file-problem.ts';
import type { StopRequested } from '../../base/interruption.ts';
import type { ProcessIdentity } from '../../base/locks/process-identity.ts';
import { onceAcrossProcesses } from '../../base/locks/wait-for-lock.ts';
import { readRegular } from '../../base/regular-file.ts';
import { replaceFile } from '../../base/replace-file.ts';
import { UserError } from '../../base/user-error.ts';
import type { Dataset } from '../../data/dataset.ts';
import type { PixelScale } from '../../data/images/pixel-scale.ts';
import type { Device } from '../../device/device.ts';
import { RandomGenerator } from '../../device/random-generator.ts';
import { stableHash } from '../../experiment/parsing/identity.ts';
import { trainingWithoutLater } from '../../experiment/schema/later-options.ts';
import {
  type ModelConfig,
  type TeacherConfig,
  type TrainingConfig,
  trainingSchema,
} from '../../experiment/schema/schema.ts';
import { taskRecord } from '../../experiment/tasks/all.ts';
import { buildModel } from '../../models/build-model.ts';
import { checkpointBytes, loadModel, saveModel } from '../../models/checkpoint/checkpoint.ts';
import { hashInOrder } from '../../models/checkpoint/checkpoint-hash.ts';
import { type ClassMismatch, classMismatch } from '../../models/checkpoint/class-order.ts';
import { inputFiles } from '../../models/checkpoint/input-files.ts';
import { readModelConfig } from '../../models/checkpoint/read-model-config.ts';
import type { Model } from '../../models/model.ts';
import type { WeightStorage } from '../../models/stored/weight-storage.ts';
import { direct } from '../../strategies/direct.ts';
import { epochMetric } from '../best-epoch.ts';
import { Checkpoints } from '../checkpoint.ts';
import { checkpointFolder } from '../checkpoint-folder.ts';
import { stepsPerEpoch } from '../epoch-order.ts';
import { Evaluator } from '../evaluation/evaluate.ts';
import { afterSteps, divergedRemedy, notANumber } from '../evaluation/not-a-number.ts';
import { initializer } from '../initialize.ts';
import { train } from '../train-loop.ts';
import type { TrainObserver } from '../train-observer.ts';
import { withoutTeacher } from './teacher-source.ts';

const recipeVersion = 1;
const recordName = 'teacher.json';

const recordSchema = z.object({
  hash: z.string(),
  /** Fraction of test samples classified correctly, 0…1. */
  accuracy: z.number().nullable(),
  /** Mean cross-entropy on the test set, nats. */
  loss: z.number().nullable(),
  bestEpoch: z.int(),
  trainingSeconds: z.number(),
  device: z.string(),
});

/** What is known of a trained teacher; lies beside its weights, and its presence says that they are complete. */
export type TeacherRecord = z.infer<typeof recordSchema>;

export interface Teacher {
  readonly model: Model;
  /** Identifies the weights. */
  readonly hash: string;
  /** config.json and model.safetensors. */
  readonly directory: string;
  /** Of the weights on disk. */
  readonly bytes: number;
  /** How the weights of a checkpoint are stored, if not as floats; loaded they are floats. */
  readonly storage?: WeightStorage;
  /** Set where the checkpoint names other classes than the dataset. */
  readonly classMismatch?: ClassMismatch;
  /** How a checkpoint saw pixels in training, where that is known. */
  readonly pixelScale?: PixelScale;
  /** Of a teacher that was trained here. */
  readonly record?: TeacherRecord;
  /** False where an earlier or another run trained it, or it came as a checkpoint. */
  readonly trainedNow: boolean;
}

export interface TeacherOptions {
  readonly device: Device;
  readonly dataset: Dataset;
  readonly config: TeacherConfig;
  /** Values of an ONNX graph that the strategy asks for. */
  readonly values?: readonly string[];
  /** Where relative paths of the experiment start. */
  readonly experimentDirectory: string;
  /** The folder of all teachers. */
  readonly teachersDirectory: string;
  readonly observer?: TrainObserver;
  readonly stopRequested?: StopRequested;
  /** Bytes of a teacher that comes from the Hugging Face Hub. */
  readonly onDownload?: (done: number, total: number) => void;
  /** Called now and then while another process trains this teacher. */
  readonly onWaiting?: (holder: ProcessIdentity) => void;
}

/**
 * The teacher an experiment names: loaded from its checkpoint, or trained once and then reused by every run that names
 * the same data, model, training and seed. Of two processes that want the same one, one trains and the other waits.
 *
 * @throws UserError if a checkpoint cannot be read or does not fit the data, or training diverges
 * @throws Interruption if asked to end early; what was trained by then is gone on with next time, even on 'cancel',
 * since other runs may want the same teacher
 */
export async function prepareTeacher(options: TeacherOptions): Promise<Teacher> {
  const { checkpoint, model } = options.config;
  if (checkpoint !== undefined) return loadCheckpoint(checkpoint, options);
  if (!model) throw new UserError('The teacher has neither a "model" nor a "checkpoint".');
  const hash = teacherHash(options.dataset, options.config);
  const directory = join(options.teachersDirectory, hash);
  return onceAcrossProcesses(
    `${directory}.lock`,
    () => findTrained(directory, hash),
    async () => {
      await trainTeacher(options, model, hash, directory);
      const teacher = await findTrained(directory, hash);
      if (!teacher)
        throw new Error(`The teacher in ${directory} cannot be read although it was just written.`);
      return { ...teacher, trainedNow: true };
    },
    { ...options, onWaiting: followOther(options, new Checkpoints(`${directory}.training`)) },
  );
}

/** While another process trains the teacher, its checkpoints tell how far it is. */
function followOther(
  { onWaiting, observer, config, dataset }: TeacherOptions,
  checkpoints: Checkpoints,
): TeacherOptions['onWaiting'] {
  const training = trainingOf(config);
  const total = stepsPerEpoch(training, dataset.train.size) * training.epochs;
  let reading = false;
  return (holder) => {
    onWaiting?.(holder);
    if (reading) return;
    reading = true;
    checkpoints
      .peek('last')
      .then((state) => observer?.progress?.(state?.step ?? 0, total))
      .finally(() => {
        reading = false;
      });
  };
}

const trainingOf = (config: TeacherConfig): TrainingConfig => config.training ?? trainingSchema.parse({});

/**
 * Names a teacher by all that its weights follow from. Where its task is judged by loss that is the rule its best epoch is
 * chosen by, too: teachers of version 0.1.0 were chosen by accuracy.
 */
export function teacherHash(
  { fingerprint, task }: Pick<Dataset, 'fingerprint' | 'task'>,
  config: TeacherConfig,
): string {
  const { model, seed } = config;
  const training = trainingOf(config);
  const { judgedBy } = taskRecord(task);
  const selectBy = judgedBy === 'loss' && epochMetric(training.selectBy, judgedBy);
  return stableHash({
    recipeVersion,
    fingerprint,
    model,
    training: { ...trainingWithoutLater(training), ...(selectBy && { selectBy }) },
    seed,
  });
}

/** Bytes; a record takes a few hundred. */
const longestRecord = 1 << 16;

async function findTrained(directory: string, hash: string): Promise<Teacher | undefined> {
  try {
    const record = recordSchema.parse(
      JSON.parse((await readRegular(join(directory, recordName), longestRecord)).toString('utf8')),
    );
    if (record.hash !== hash) return undefined;
    const model = await loadModel(directory);
    return { model, hash, directory, bytes: await checkpointBytes(directory), record, trainedNow: false };
  } catch {
    // Missing or damaged: it is trained anew, which puts it right.
    return undefined;
  }
}

async function trainTeacher(
  { device, dataset, config, observer, stopRequested }: TeacherOptions,
  modelConfig: ModelConfig,
  hash: string,
  directory: string,
): Promise<void> {
  const { seed } = config;
  const model = buildModel(modelConfig, dataset.task, RandomGenerator.forUse(seed, 'weights'));
  const checkpoints = new Checkpoints(`${directory}.training`);
  const strategy = direct().attach({
    student: model,
    task: dataset.task,
    initialize: initializer(seed),
    buildModel: () => {
      throw new Error('A teacher has no peers.');
    },
  });
  const evaluator = new Evaluator(device, model);
  try {
    const outcome = await train({
      device,
      student: model,
      who: 'The teacher',
      strategy,
      teacher: withoutTeacher,
      train: dataset.train,
      validation: dataset.validation,
      config: trainingOf(config),
      classNames: dataset.classNames,
      seed,
      checkpoints,
      identity: hash,
      observer,
      stopRequested,
    });
    const test = await evaluator.evaluate(dataset.test, { stopRequested });
    if (test.unanswered > 0)
      throw await notANumber('The teacher', model, test, {
        what: 'test samples',
        when: afterSteps(outcome.steps),
        remedy: divergedRemedy,
      });
    const record: TeacherRecord = {
      hash,
      accuracy: test.accuracy,
      loss: Number.isFinite(test.loss) ? test.loss : null,
      bestEpoch: outcome.bestEpoch,
      trainingSeconds: outcome.seconds,
      device: device.name,
    };
    const { classNames } = dataset;
    await saveModel(model, directory, {
      files: inputFiles(model, dataset),
      endId: dataset.tokenizer?.endId,
      ...(classNames.length > 0 && { classNames }),
    });
    await writeRecord(directory, record);
    await checkpoints.remove();
  } finally {
    evaluator.dispose();
    strategy.dispose();
    model.dispose();
  }
}

async function writeRecord(directory: string, record: TeacherRecord): Promise<void> {
  const file = join(directory, recordName);
  try {
    await replaceFile(file, `${JSON.stringify(record, undefined, 2)}\n`);
  } catch (error) {
    throw fileProblem(error, file);
  }
}

async function loadCheckpoint(checkpoint: string, options: TeacherOptions): Promise<Teacher> {
  const { experimentDirectory, dataset, values, stopRequested, onDownload } = options;
  const { graph } = options.config;
  const directory = await checkpointFolder(checkpoint, experimentDirectory, { stopRequested, onDownload });
  const { storage, classNames: own, pixelScale } = await readModelConfig(directory, { graph });
  const { task, classNames } = dataset;
  const mismatch = classMismatch(`The model in ${directory}`, own, classNames);
  if (mismatch?.certain) throw new UserError(mismatch.message, { remedy: mismatch.remedy, place: directory });
  const model = await loadModel(directory, { task, classNames, graph, values, frozen: true });
  return {
    model,
    storage,
    hash: await hashInOrder(directory, own, classNames, graph),
    ...(mismatch && { classMismatch: mismatch }),
    pixelScale,
    directory,
    bytes: await checkpointBytes(directory, graph),
    trainedNow: false,
  };
}

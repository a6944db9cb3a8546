import type { Dataset, Split } from '../../data/dataset.ts';
import { type Energy, EnergyMeter } from '../../device/energy/energy-meter.ts';
import { experimentIdentity, stableHash } from '../../experiment/parsing/identity.ts';
import type { Model } from '../../models/model.ts';
import type { AttachedStrategy } from '../../strategies/strategy.ts';
import type { EpochOrder } from '../../training/epoch-order.ts';
import type { OwnSamples } from '../../training/generation/own-samples.ts';
import { type TeacherSource, withoutTeacher } from '../../training/teacher/teacher-source.ts';
import { type TrainOutcome, train } from '../../training/train-loop.ts';
import type { Job } from './job.ts';

export interface StudentTraining {
  readonly student: Model;
  readonly strategy: AttachedStrategy;
  readonly dataset: Dataset;
  /** What is learnt from; left out: the dataset's own samples. */
  readonly samples?: Split;
  /** What an epoch reads of it; left out: all. */
  readonly order?: EpochOrder;
  /** Identifies samples that have no labels, where there are such. */
  readonly unlabelled?: string;
  /** What the student writes in their place; left out: nothing. */
  readonly ownSamples?: OwnSamples;
  /** Left out: none. */
  readonly teacher?: TeacherSource;
  /** Identify the weights of the teacher, and those that the student begins with, where they come from files. */
  readonly begins: { readonly teacher?: string; readonly student?: string };
}

export interface StudentOutcome extends TrainOutcome {
  /** Absent where the device does not report it, or did so for a part of training only. */
  readonly energy?: Energy;
}

/**
 * Trains the student of a run, from the start or from its last checkpoint, every epoch told in the run's events.
 * @throws UserError if training diverges
 * @throws Interruption
 */
export async function trainStudent(job: Job, training: StudentTraining): Promise<StudentOutcome> {
  const { request, device, log, checkpoints, control } = job;
  const { student, strategy, dataset, samples, order, unlabelled, teacher, begins } = training;
  job.begin('train');
  // Where files lie does not count, since what is in them does: a project that was moved goes on too.
  const identityIn = (directory: string) =>
    stableHash({
      experiment: experimentIdentity(request.experiment, directory),
      seed: request.seed,
      data: dataset.fingerprint,
      unlabelled,
      ...begins,
    });
  const last = await checkpoints.peek('last');
  // As version 0.1.0 named it.
  const located = identityIn(request.directory);
  const identity = last?.identity === located ? located : identityIn('');
  if (last && last.identity !== identity)
    job.warn(
      'Data, teacher or what the student begins with are others than when this run was stopped: it is trained from the beginning.',
    );
  // What went before an interruption was measured by a process that is gone.
  const meter = last?.identity === identity ? undefined : await EnergyMeter.start(device.kind);
  const outcome = await train({
    device,
    student,
    strategy,
    teacher: teacher ?? withoutTeacher,
    train: samples ?? dataset.subset,
    ...(order && { order }),
    ...(training.ownSamples && { ownSamples: training.ownSamples }),
    validation: dataset.validation,
    config: request.experiment.training,
    classNames: dataset.classNames,
    seed: request.seed,
    checkpoints,
    identity,
    stopRequested: control.requestedInTraining,
    observer: {
      progress: job.progress('train', 'steps'),
      metrics: (values, step, epoch) => log.append({ type: 'metric', model: 'student', step, epoch, values }),
      checkpoint: (epoch, best, path) => log.append({ type: 'checkpoint', epoch, best, path }),
    },
  }).catch(async (error: unknown) => {
    await meter?.stop();
    throw error;
  });
  const energy = await meter?.stop();
  return { ...outcome, ...(energy && { energy }) };
}

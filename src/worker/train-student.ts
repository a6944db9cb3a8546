import type { Dataset, Split } from '../data/dataset.ts';
import { experimentIdentity, stableHash } from '../experiment/identity.ts';
import type { Model } from '../models/model.ts';
import type { AttachedStrategy } from '../strategies/strategy.ts';
import { type TeacherSource, withoutTeacher } from '../training/teacher-source.ts';
import { type TrainOutcome, train } from '../training/train-loop.ts';
import type { Job } from './job.ts';

export interface StudentTraining {
  readonly student: Model;
  readonly strategy: AttachedStrategy;
  readonly dataset: Dataset;
  /** What is learnt from; left out: the dataset's own samples. */
  readonly samples?: Split;
  /** Left out: none. */
  readonly teacher?: TeacherSource;
  /** Identifies the weights of the model that the student learns from or begins as, where there is one. */
  readonly teacherHash?: string;
}

/**
 * Trains the student of a run, from the start or from its last checkpoint, every epoch told in the run's events.
 * @throws UserError if training diverges
 * @throws Interruption
 */
export function trainStudent(job: Job, training: StudentTraining): Promise<TrainOutcome> {
  const { request, device, log, checkpoints, control } = job;
  const { student, strategy, dataset, samples, teacher, teacherHash } = training;
  job.begin('train');
  return train({
    device,
    student,
    strategy,
    teacher: teacher ?? withoutTeacher,
    train: samples ?? dataset.subset,
    validation: dataset.validation,
    config: request.experiment.training,
    seed: request.seed,
    checkpoints,
    identity: stableHash({
      experiment: experimentIdentity(request.experiment, request.directory),
      seed: request.seed,
      data: dataset.fingerprint,
      teacher: teacherHash,
    }),
    stopRequested: control.requested,
    observer: {
      progress: job.progress('train', 'steps'),
      metrics: (values, step, epoch) => log.append({ type: 'metric', model: 'student', step, epoch, values }),
      checkpoint: (epoch, best, path) => log.append({ type: 'checkpoint', epoch, best, path }),
    },
  });
}

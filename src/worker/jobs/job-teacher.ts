import { join } from 'node:path';
import type { Dataset } from '../../data/dataset.ts';
import type { PixelScale } from '../../data/images/pixel-scale.ts';
import type { TeacherConfig } from '../../experiment/schema/schema.ts';
import { valuesAskedOf } from '../../experiment/strategies/named-layers.ts';
import { otherPixels } from '../../models/checkpoint/preprocessor.ts';
import type { WeightStorage } from '../../models/stored/weight-storage.ts';
import { prepareTeacher, type Teacher } from '../../training/teacher/teacher.ts';
import type { Job } from './job.ts';

/**
 * A model that is there before the run, from its checkpoint or trained, its progress told in the run's events.
 * @throws UserError, Interruption as {@link prepareTeacher}
 */
export async function teacherOfJob(job: Job, config: TeacherConfig, dataset: Dataset): Promise<Teacher> {
  const { request, device, log, control } = job;
  let waiting = false;
  job.begin('teacher');
  const teacher = await prepareTeacher({
    device,
    dataset,
    config,
    values: valuesAskedOf('teacher', request.experiment.strategy),
    experimentDirectory: request.directory,
    teachersDirectory: join(request.dataDirectory, 'teachers'),
    stopRequested: control.requested,
    onDownload: job.progress('teacher', 'bytes'),
    observer: {
      progress: job.progress('teacher', 'steps'),
      metrics: (values, step, epoch) => log.append({ type: 'metric', model: 'teacher', step, epoch, values }),
    },
    onWaiting: ({ pid, host }) => {
      if (!waiting) job.warn(`Waiting for the teacher, which process ${pid} on ${host} is training.`);
      waiting = true;
    },
  });
  job.keep(teacher.model);
  const { classMismatch } = teacher;
  if (classMismatch) job.warn(`${classMismatch.message} ${classMismatch.remedy}`, 'class-names');
  warnOfPixels(job, `The model in ${teacher.directory}`, teacher.pixelScale, dataset, 'pixels');
  if (teacher.storage) warnOfStorage(job, teacher.directory, teacher.storage);
  return teacher;
}

/** Says where a model saw pixels otherwise in training. @param kind of the doubt that it casts on results, if any */
export function warnOfPixels(
  job: Job,
  what: string,
  own: PixelScale | undefined,
  { pixelScale, task }: Dataset,
  kind?: string,
): void {
  const other = otherPixels(what, own, pixelScale, task.image?.[2]);
  if (other) job.warn(`${other.message} ${other.remedy}`, kind);
}

/** Says where a model computes otherwise than it is stored. */
export function warnOfStorage(job: Job, folder: string, { kind, scheme }: WeightStorage): void {
  if (kind === 'quantized')
    job.warn(
      `The weights in ${folder} are stored as whole numbers (${scheme}). Here they are made 32-bit floats: the model answers as its rounded weights do, and is as fast as floats are.`,
    );
}

import { join } from 'node:path';
import type { Dataset } from '../data/dataset.ts';
import type { TeacherConfig } from '../experiment/schema.ts';
import { prepareTeacher, type Teacher } from '../training/teacher.ts';
import { ProgressReporter } from './progress-reporter.ts';
import type { RunJobParts } from './run-job.ts';

/**
 * The teacher of a run, from its checkpoint or trained, its progress told in the run's events.
 * @throws UserError, Interruption as {@link prepareTeacher}
 */
export function teacherOfRun(parts: RunJobParts, config: TeacherConfig, dataset: Dataset): Promise<Teacher> {
  const { request, device, log, control } = parts;
  const steps = new ProgressReporter(log, 'teacher', 'steps');
  const bytes = new ProgressReporter(log, 'teacher', 'bytes');
  let waiting = false;
  return prepareTeacher({
    device,
    dataset,
    config,
    experimentDirectory: request.directory,
    teachersDirectory: join(request.dataDirectory, 'teachers'),
    stopRequested: control.requested,
    onDownload: (done, total) => bytes.report(done, total),
    observer: {
      progress: (done, total) => steps.report(done, total),
      metrics: (values, step, epoch) => log.append({ type: 'metric', model: 'teacher', step, epoch, values }),
    },
    onWaiting: ({ pid, host }) => {
      if (!waiting)
        log.append({
          type: 'warning',
          message: `Waiting for the teacher, which process ${pid} on ${host} is training.`,
        });
      waiting = true;
    },
  });
}

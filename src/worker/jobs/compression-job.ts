import { UserError } from '../../base/user-error.ts';
import { graphRefusal } from '../../compression/graph-limits.ts';
import { compressionSource } from '../../compression/source.ts';
import type { Dataset } from '../../data/dataset.ts';
import { type CompressionConfig, compresses } from '../../experiment/strategies/compression.ts';
import type { Teacher } from '../../training/teacher/teacher.ts';
import type { RunResult } from '../directory/events.ts';
import { appraise } from './appraise.ts';
import type { Subject } from './assess.ts';
import { finish } from './finish.ts';
import type { Job } from './job.ts';
import { dataOfJob, requireApart } from './job-data.ts';
import { teacherOfJob } from './job-teacher.ts';
import { pruneOriginal } from './prune-original.ts';
import { quantizeOriginal } from './quantize-original.ts';
import { qualityOfTeacher, requireUseful } from './teacher-quality.ts';

/**
 * A run that makes a model smaller that is there already, from its data to the exported model, phase by phase. What it
 * was made from stands in the place of the teacher.
 * @throws UserError for what the user can mend
 * @throws Interruption if asked to end early
 */
export async function compressionJob(job: Job): Promise<void> {
  const { experiment } = job.request;
  const { strategy } = experiment;
  if (!compresses(strategy)) throw new Error(`Strategy ${strategy.kind} makes nothing smaller.`);
  job.begin('prepare');
  const { dataset } = await dataOfJob(job);
  const original = await originalOfJob(job, strategy, dataset);
  requireApart(original.model, 'The model to be made smaller', dataset);
  const refusal = graphRefusal(original.model.config, strategy);
  if (refusal) throw refusal;
  const quality = await qualityOfTeacher(job, original, dataset);
  await requireUseful(job, 'The model to be made smaller', original, quality, dataset, true);
  job.begin('compress');
  const compressed =
    strategy.kind === 'quantize'
      ? await quantizeOriginal(job, strategy, original, dataset)
      : await pruneOriginal(job, strategy, original, dataset);

  const { subject, original: compared = original.model } = compressed;
  const subjects: Subject[] = [subject, { name: 'teacher', model: compared, ensemble: false }];
  const { keep, againstTeacher, continuations, figures } = await appraise(
    job,
    subjects,
    dataset,
    compressed,
    new Map([['teacher', quality]]),
  );
  job.begin('export');
  const saved = await compressed.save(job.directory.studentDirectory);
  const result: RunResult = {
    student: figures('student', saved.bytes),
    teacher: figures('teacher', original.bytes),
    ...againstTeacher(),
    ...compressed.outcome,
    ...(continuations.length > 0 && { continuations: [...continuations] }),
    compression: { ...compressed.outcome.compression, ...saved.compression },
  };
  await keep();
  await finish(job, subject.model.config, result);
}

/** The model that is made smaller. */
async function originalOfJob(job: Job, { of, kind }: CompressionConfig, dataset: Dataset): Promise<Teacher> {
  const { experiment, directory, dataDirectory } = job.request;
  if (of !== 'teacher') {
    const checkpoint = await compressionSource(of, { experimentDirectory: directory, dataDirectory });
    return teacherOfJob(job, { checkpoint, seed: 0 }, dataset);
  }
  if (!experiment.teacher)
    throw new UserError(`Strategy "${kind}" is to make the teacher smaller, and the experiment has none.`, {
      remedy: 'Add a "teacher", or name in "of" what is to be made smaller.',
    });
  return teacherOfJob(job, experiment.teacher, dataset);
}

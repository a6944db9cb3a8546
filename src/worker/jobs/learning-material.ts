import { join } from 'node:path';
import { UserError } from '../../base/user-error.ts';
import type { Split } from '../../data/dataset.ts';
import { acrossData } from '../../data/text/across/across-data.ts';
import type { GeneratedConfig } from '../../experiment/strategies/generated/record.ts';
import type { TeacherNeeds } from '../../strategies/strategy.ts';
import type { EpochOrder } from '../../training/epoch-order.ts';
import { generatedSplit } from '../../training/generation/generated-split.ts';
import { acrossSource } from '../../training/teacher/across-source.ts';
import { answeringTeacher } from '../../training/teacher/answering-teacher.ts';
import { gigabytes } from '../../training/teacher/signal-file-writer.ts';
import type { Teacher } from '../../training/teacher/teacher.ts';
import { cachedSignals } from '../../training/teacher/teacher-signals.ts';
import { needsTeacher, type TeacherSource, withoutTeacher } from '../../training/teacher/teacher-source.ts';
import type { TrainOutcome } from '../../training/train-loop.ts';
import type { RunResult } from '../directory/events.ts';
import type { Job } from './job.ts';
import { toldOf } from './job-across.ts';
import type { JobData } from './job-data.ts';
import { materialOfServer } from './server/material.ts';
import { type Asked, askedOf, mixedSamples } from './unlabelled-material.ts';

/** What a student learns from: samples, and what its teacher makes of them. */
export interface LearningMaterial {
  readonly samples: Split;
  /** What an epoch reads of them; left out: all. */
  readonly order?: EpochOrder;
  /** Identifies those that have no labels, where there are such. */
  readonly unlabelled?: string;
  readonly teacher: TeacherSource;
  /** Identifies what a teacher behind a server answered. */
  readonly answers?: string;
  /** What the teacher cost this run before training, and what a teacher at work in every epoch would have cost beyond. */
  costs(outcome: TrainOutcome): Pick<RunResult, 'teacherSeconds' | 'savedSeconds'>;
}

/**
 * Has the teacher do beforehand what can be done beforehand: answer every sample, or write the texts to learn from.
 * @throws Interruption
 */
export async function learningMaterial(
  job: Job,
  teacher: Teacher | undefined,
  needs: TeacherNeeds,
  data: JobData,
): Promise<LearningMaterial> {
  const { dataset } = data;
  const server = job.request.experiment.teacher?.server;
  if (server) return materialOfServer(job, server, needs, dataset);
  const asked = askedOf(job, data);
  const mixed = await mixedSamples(job, teacher, data, asked);
  const signals = await teacherAnswers(job, teacher, needs, data, asked);
  // Of unlabelled samples an epoch may read a part.
  const passes = mixed ? mixed.order.size / asked.split.size : 1;
  const written = teacher && needs.texts && (await teacherTexts(job, teacher, needs.texts, data));
  return {
    samples: written?.split ?? mixed?.split ?? dataset.subset,
    ...(mixed && { order: mixed.order, unlabelled: mixed.identity }),
    teacher: signals.source,
    costs: ({ epochs }) => ({
      ...(signals.cost && {
        teacherSeconds: signals.cost.seconds,
        savedSeconds: epochs * passes * signals.cost.secondsPerPass - signals.cost.seconds,
      }),
      ...(written && { teacherSeconds: written.seconds }),
    }),
  };
}

interface Answers {
  readonly source: TeacherSource;
  /** Left out where the teacher runs in every step. */
  readonly cost?: { readonly seconds: number; readonly secondsPerPass: number };
}

/** Bytes of signals that a user should hear of before they are written. */
const worthSaying = 2e9;

const largeCache = (bytes: number): string =>
  `The teacher’s signals take ${gigabytes(bytes)} in the data directory and are kept for later runs. With "cacheTeacherSignals": false the teacher runs in every step instead.`;

async function teacherAnswers(
  job: Job,
  teacher: Teacher | undefined,
  needs: TeacherNeeds,
  { dataset, ofTeacher }: JobData,
  asked: Asked,
): Promise<Answers> {
  if (!teacher || !needsTeacher(needs)) return { source: withoutTeacher };
  const { request, device, control } = job;
  const { cacheTeacherSignals, training } = request.experiment;
  const across =
    needs.across && ofTeacher
      ? await acrossData(dataset, ofTeacher.tokenizer!, ofTeacher.task.text!.length)
      : undefined;
  if (across) job.warn(toldOf(across.tally), 'across-tokenizers');
  if (across?.tally.spans === 0)
    throw new UserError(
      'The two tokenizers never cut the text at the same place: there is nothing to compare.',
      {
        remedy: 'Use strategy "generated", or another tokenizer for the student.',
      },
    );
  const aligned = (own: TeacherSource) => (across ? acrossSource(own, across) : own);
  // Images, and texts of the student’s own, that are never the same twice have no answers that could be kept.
  if (!cacheTeacherSignals || training.augmentation || needs.ownSamples)
    return { source: aligned(job.keep(answeringTeacher(device, teacher.model, needs))) };
  job.begin('signals');
  const started = performance.now();
  const source = await cachedSignals({
    device,
    teacher: teacher.model,
    teacherHash: teacher.hash,
    needs,
    split: across?.windows ?? asked.split,
    fingerprint: across?.fingerprint ?? asked.fingerprint,
    cacheDirectory: join(request.dataDirectory, 'cache'),
    onProgress: job.progress('signals', 'batches'),
    onBytes: (bytes) => {
      if (bytes >= worthSaying) job.warn(largeCache(bytes));
    },
    stopRequested: control.requested,
  });
  job.keep({ dispose: () => source.close() });
  const seconds = (performance.now() - started) / 1000;
  return { source: aligned(source), cost: { seconds, secondsPerPass: source.secondsPerPass } };
}

/** The texts that the teacher writes; `seconds` is what that cost this run. */
async function teacherTexts(
  job: Job,
  teacher: Teacher,
  config: GeneratedConfig,
  { dataset, ofTeacher }: JobData,
): Promise<{ split: Split; seconds: number }> {
  const { request, device, control } = job;
  job.begin('signals');
  const started = performance.now();
  const { split } = await generatedSplit({
    device,
    teacher: teacher.model,
    teacherHash: teacher.hash,
    config,
    dataset: ofTeacher ?? dataset,
    ...(ofTeacher && { reader: dataset }),
    cacheDirectory: join(request.dataDirectory, 'cache'),
    onProgress: job.progress('signals', 'tokens'),
    stopRequested: control.requested,
  });
  return { split, seconds: (performance.now() - started) / 1000 };
}

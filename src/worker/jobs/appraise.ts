import type { Dataset } from '../../data/dataset.ts';
import type { Experiment } from '../../experiment/schema/schema.ts';
import { measureSpeed } from '../../training/evaluation/measure.ts';
import {
  afterSteps,
  divergedRemedy,
  notANumber,
  unansweredOf,
} from '../../training/evaluation/not-a-number.ts';
import { agreement, curvesOf, disagreements, type Quality } from '../../training/evaluation/quality.ts';
import { type Continuation, sampleContinuations } from '../../training/generation/sample-continuations.ts';
import { prefixed } from '../../training/inputs.ts';
import type { ModelFigures, RunResult } from '../directory/events.ts';
import { assessAll, figuresOf, type Subject } from './assess.ts';
import type { Job } from './job.ts';
import { keepAnswers } from './keep-answers.ts';

/** What a run found out about its models. */
export interface Appraisal {
  /** How well each answers the test set, the ensemble included, by name. */
  readonly quality: ReadonlyMap<string, Quality>;
  /** Keeps beside the run what each answered to each test sample. */
  keep(): Promise<void>;
  /** What student and teacher answer alike. */
  againstTeacher(): Pick<RunResult, 'agreement' | 'disagreement' | 'otherTokens'>;
  /** Of language models. */
  readonly continuations: readonly Continuation[];
  /** @param bytes of the weights on disk */
  figures(name: string, bytes: number): ModelFigures;
}

/**
 * Evaluates the models of a run on the test set, lets those that continue texts do so, and measures their speed in turns.
 * @param trained optimizer steps and epochs that led to the models
 * @param known what is known already of how well models answer, by name
 * @throws UserError if the student answers NaN
 * @throws Interruption
 */
export async function appraise(
  job: Job,
  subjects: readonly Subject[],
  dataset: Dataset,
  { steps, epochs }: { readonly steps: number; readonly epochs: number },
  known?: ReadonlyMap<string, Quality>,
): Promise<Appraisal> {
  const { device, request, log, control } = job;
  const stopRequested = control.requested;
  job.begin('evaluate');
  const quality = await assessAll(subjects, {
    device,
    split: dataset.test,
    stopRequested,
    known,
    onProgress: job.progress('evaluate', 'batches'),
    onQuality: (model, own) => {
      const values = prefixed('test', curvesOf(own));
      log.append({ type: 'metric', model, step: steps, epoch: epochs, values });
    },
  });
  await requireAnswers(subjects, quality, request.experiment, steps);
  for (const { name } of subjects) warnOfNone(job, name, quality.get(name)!);
  const answering = subjects.filter(({ name }) => quality.get(name)!.unanswered === 0);
  const continuations = await sampleContinuations(answering, {
    device,
    dataset,
    seed: request.seed,
    stopRequested,
  });
  job.begin('measure');
  const speed = await measureSpeed(subjects, {
    device,
    split: dataset.test,
    stopRequested,
    onProgress: job.progress('measure', 'rounds'),
  });
  const models = new Map(subjects.map((subject) => [subject.name, subject]));
  return {
    quality,
    keep: () => keepAnswers(job, subjects, quality, dataset),
    againstTeacher() {
      // Answers of two vocabularies are never the same.
      if (subjects.some(({ dataset: own }) => own)) return { otherTokens: true };
      const [student, teacher] = [quality.get('student')!, quality.get('teacher')!];
      const disagreement = disagreements(student, teacher);
      const alike = agreement(student, teacher);
      return {
        ...(alike !== undefined && { agreement: alike }),
        ...(disagreement && { disagreement }),
      };
    },
    continuations,
    figures(name, bytes) {
      const { model, dataset: own } = models.get(name)!;
      const { amount } = own ?? dataset;
      return figuresOf(model, quality.get(name)!, speed.get(name)!, bytes, amount);
    },
  };
}

/**
 * A student whose answers are no numbers is no result.
 * @throws UserError
 */
async function requireAnswers(
  subjects: readonly Subject[],
  quality: ReadonlyMap<string, Quality>,
  { strategy }: Experiment,
  steps: number,
): Promise<void> {
  const student = quality.get('student')!;
  if (student.unanswered === 0) return;
  const { model } = subjects.find(({ name }) => name === 'student')!;
  const remedy =
    strategy.kind === 'quantize'
      ? 'Choose another "scheme": 16-bit floats end at 65,504, and integers hold no outliers.'
      : divergedRemedy;
  throw await notANumber('The student', model, student, {
    what: 'test samples',
    ...(steps > 0 && { when: afterSteps(steps) }),
    remedy,
  });
}

/** Exits and peers go without figures; a teacher has been spoken of before training. */
function warnOfNone(job: Job, name: string, quality: Quality): void {
  if (quality.unanswered === 0 || name === 'teacher') return;
  job.warn(
    `"${name}" answers NaN (not a number) to ${unansweredOf(quality, 'test samples')}: it has no figures.`,
    'not-a-number',
  );
}

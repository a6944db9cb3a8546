import { join } from 'node:path';
import type { Dataset } from '../../data/dataset.ts';
import { stableHash } from '../../experiment/parsing/identity.ts';
import { taskRecord } from '../../experiment/tasks/all.ts';
import { Evaluator } from '../../training/evaluation/evaluate.ts';
import { notANumber } from '../../training/evaluation/not-a-number.ts';
import type { Quality } from '../../training/evaluation/quality.ts';
import { rememberedQuality } from '../../training/evaluation/remembered-quality.ts';
import { evaluationOf } from '../../training/tasks/all.ts';
import type { Teacher } from '../../training/teacher/teacher.ts';
import type { Job } from './job.ts';

const formatVersion = 2;

/**
 * How well a model that is there before the run answers the test set, which belongs into the run's figures and is known
 * before anything is learned from it. Every run with this model and data asks it once, together.
 * @throws Interruption
 */
export async function qualityOfTeacher(
  job: Job,
  { model, hash }: Teacher,
  dataset: Dataset,
): Promise<Quality> {
  const { request, device, control } = job;
  const { fingerprint, test } = dataset;
  const key = stableHash({
    formatVersion,
    hash,
    fingerprint,
    // Says which of the test samples count.
    dataset: request.experiment.dataset,
    device: device.name,
    kind: device.kind,
  });
  return rememberedQuality(join(request.dataDirectory, 'cache', key, 'answers.json'), async () => {
    const evaluator = new Evaluator(device, model);
    try {
      return await evaluator.evaluate(test, {
        stopRequested: control.requested,
        keep: true,
        onProgress: job.progress('teacher', 'batches'),
      });
    } finally {
      evaluator.dispose();
    }
  });
}

const remedies =
  'Look at the names of its classes, at its tokenizer, and at how images are normalized ("mean" and "std"); or name another.';

const remediesOfNumbers =
  'Look at its tokenizer and at how its labels were scaled, train it longer if it is trained here; or name another.';

/**
 * Says before anything is learned from a model that its answers are worth nothing.
 * @param who the model as the subject of a sentence
 * @param needed whether the student learns from its answers
 * @throws UserError if these are NaN and nothing could be learned
 */
export async function requireUseful(
  job: Job,
  who: string,
  { model }: Teacher,
  quality: Quality,
  dataset: Dataset,
  needed: boolean,
): Promise<void> {
  if (quality.unanswered > 0) {
    const error = await notANumber(who, model, quality, {
      what: 'test samples',
      remedy: 'Name a model whose weights are whole, or train it again.',
    });
    if (needed) throw error;
    job.warn(error.message, 'not-a-number');
    return;
  }
  const trouble = evaluationOf(dataset.task).noBetterThanChance(who, quality, dataset);
  const numbers = taskRecord(dataset.task).answers === 'numbers';
  if (trouble !== undefined)
    job.warn(`${trouble} ${numbers ? remediesOfNumbers : remedies}`, 'teacher-quality');
}

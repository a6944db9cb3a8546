import { encodeAnswers } from '../../answers/answers-file.ts';
import {
  inOrderOf,
  type KeptAnswers,
  type MissingAnswers,
  type ModelAnswers,
} from '../../answers/kept-answers.ts';
import { replaceFile } from '../../base/replace-file.ts';
import { UserError } from '../../base/user-error.ts';
import type { Dataset } from '../../data/dataset.ts';
import { fingerprintOf } from '../../data/sample-fingerprint.ts';
import { compresses } from '../../experiment/strategies/compression.ts';
import { taskRecord } from '../../experiment/tasks/all.ts';
import type { Quality } from '../../training/evaluation/quality.ts';
import type { Subject } from './assess.ts';
import type { Job } from './job.ts';

/**
 * Keeps beside the run what its models answered to the test samples. The run is worth more than that: where it cannot be
 * kept, a warning says so.
 * @param quality of each model, the ensemble included, by name
 */
export async function keepAnswers(
  job: Job,
  subjects: readonly Subject[],
  quality: ReadonlyMap<string, Quality>,
  dataset: Dataset,
): Promise<void> {
  const { kept } = taskRecord(dataset.task);
  if (!kept) return;
  try {
    const compressed = compresses(job.request.experiment.strategy);
    const test = fingerprintOf(dataset);
    const models: ModelAnswers[] = [];
    const missing: MissingAnswers[] = [];
    for (const [name, { samples }] of quality) {
      const own = subjects.find((subject) => subject.name === name)?.dataset;
      if (own)
        missing.push({
          name,
          why: 'it reads the texts as other tokens than the student, so its samples are others',
        });
      else {
        const answers = samples && inOrderOf(samples, test.ids);
        if (answers) models.push({ name, ...answers });
        else missing.push({ name, why: 'what it answered was not written down' });
      }
    }
    const answers: KeptAnswers = {
      ...kept,
      ...{ compressed, models, missing },
      classNames: kept.kind === 'classes' ? dataset.classNames : [],
      content: dataset.content,
      ...test,
      labels: kept.kind === 'classes' ? test.labels : undefined,
    };
    await replaceFile(job.directory.answersFile, encodeAnswers(answers));
  } catch (error) {
    const { message } = error instanceof Error ? error : new Error(String(error));
    const remedy = error instanceof UserError && error.remedy ? ` ${error.remedy}` : '';
    job.warn(`What the models answered to each test sample was not kept: ${message}${remedy}`);
  }
}

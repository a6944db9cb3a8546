import { join } from 'node:path';
import type { Dataset } from '../../../data/dataset.ts';
import type { ServerConfig } from '../../../experiment/schema/server-schema.ts';
import { hostOf, takeKey } from '../../../models/server/address.ts';
import { grouped, usageText } from '../../../models/server/usage.ts';
import type { TeacherNeeds } from '../../../strategies/strategy.ts';
import type { ServerAnswers, ServerOptions } from '../../../training/server/answers-of-server.ts';
import { labelsOfServer, type SoftLabels } from '../../../training/server/soft-labels.ts';
import { textsOfServer } from '../../../training/server/written-texts.ts';
import { withoutTeacher } from '../../../training/teacher/teacher-source.ts';
import type { Job } from '../job.ts';
import type { LearningMaterial } from '../learning-material.ts';

/**
 * Has the model behind a server answer whatever it has not answered yet.
 * @throws UserError, Interruption as answersOfServer()
 */
export async function materialOfServer(
  job: Job,
  server: ServerConfig,
  { texts }: TeacherNeeds,
  dataset: Dataset,
): Promise<LearningMaterial> {
  job.begin('signals');
  if (!texts) return classesOfServer(job, server, dataset);
  const written = await textsOfServer(dataset, texts, optionsOf(job, server));
  tellUsage(job, server, written);
  if (written.empty > 0)
    job.warn(
      `${grouped(written.empty)} of ${grouped(written.texts)} texts of the server were empty, held back, or did not fit behind their prompts: they are left out.`,
      'server-answers',
    );
  return {
    samples: written.split,
    teacher: withoutTeacher,
    answers: written.digest,
    costs: () => ({ teacherSeconds: written.seconds }),
  };
}

async function classesOfServer(job: Job, server: ServerConfig, dataset: Dataset): Promise<LearningMaterial> {
  const labels = await labelsOfServer(dataset, optionsOf(job, server));
  tellUsage(job, server, labels);
  tellLabels(job, dataset, labels, server);
  const { samples, teacher, digest, seconds } = labels;
  return { samples, teacher, answers: digest, costs: () => ({ teacherSeconds: seconds }) };
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

/** What is known of a teacher that is asked about nothing but the training samples: how its answers agree with their labels. */
function tellLabels(
  job: Job,
  { subset }: Dataset,
  { agreement, before, chance, free, hard, fewer, unusable }: SoftLabels,
  server: ServerConfig,
): void {
  if (hard)
    job.warn(
      'The server tells no probabilities: the student learns its answers as hard labels, and the temperature changes nothing of them.',
      'server-answers',
    );
  else if (fewer > 0)
    job.warn(
      `To ${grouped(fewer)} samples the server told fewer tokens than the ${server.logProbabilities} asked for; a class that is not among them counts as no more probable than the least of them.`,
    );
  if (unusable.count > 0)
    job.warn(
      `${grouped(unusable.count)} of ${grouped(subset.size)} answers of the server are none of the classes, such as ${JSON.stringify(unusable.example)}: these samples are left out.`,
      'server-answers',
    );
  job.warn(
    `The server’s answers agree with the labels of the training samples in ${percent(agreement)}${free ? ` (${percent(before)} before calibration)` : ''}; the most frequent class has ${percent(chance)}.`,
    agreement <= chance ? 'teacher-quality' : undefined,
  );
  if (free && agreement < before)
    job.warn(
      'Calibration makes the server’s answers worse: set "calibrate" of the server to false.',
      'server-answers',
    );
}

function optionsOf(job: Job, server: ServerConfig): ServerOptions {
  const { request, control } = job;
  return {
    server,
    key: takeKey(server),
    cacheDirectory: join(request.dataDirectory, 'cache'),
    agreed: request.serverRequests,
    onProgress: job.progress('signals', 'answers'),
    stopRequested: control.requested,
  };
}

function tellUsage(
  job: Job,
  server: ServerConfig,
  { used, asked }: Pick<ServerAnswers, 'used' | 'asked'>,
): void {
  const earlier = used.requests - asked;
  job.warn(
    `${server.model} on ${hostOf(server)} taught by ${usageText(used, server)}${
      asked === 0
        ? ', all kept from earlier runs'
        : earlier > 0
          ? `, of which ${grouped(earlier)} requests were made by earlier runs`
          : ''
    }.`,
  );
}

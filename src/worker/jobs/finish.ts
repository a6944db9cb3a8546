import { join } from 'node:path';
import { fileProblem } from '../../base/file-problem.ts';
import { replaceFile } from '../../base/replace-file.ts';
import type { ModelConfig } from '../../experiment/schema/schema.ts';
import type { RunResult } from '../directory/events.ts';
import { modelCard } from '../model-card/model-card.ts';
import type { Job } from './job.ts';

/**
 * Last of all: what was measured goes beside the weights, as a model card, and into the run's events.
 * @throws UserError if the disk is full
 */
export async function finish(job: Job, student: ModelConfig, result: RunResult): Promise<void> {
  const { directory, request, device, log, doubts } = job;
  const file = join(directory.studentDirectory, 'README.md');
  try {
    await replaceFile(file, modelCard(student, request, result, device.name, doubts));
  } catch (error) {
    throw fileProblem(error, file);
  }
  log.append({ type: 'result', result });
}

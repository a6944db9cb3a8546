import type { ModelConfig } from '../experiment/schema.ts';
import type { RunResult } from './events.ts';
import { writeModelCard } from './export-student.ts';
import type { Job } from './job.ts';

/** Last of all: what was measured goes beside the weights and into the run's events. */
export async function finish(job: Job, student: ModelConfig, result: RunResult): Promise<void> {
  const { directory, request, device, log } = job;
  await writeModelCard(directory.studentDirectory, student, request, result, device.name);
  log.append({ type: 'result', result });
}

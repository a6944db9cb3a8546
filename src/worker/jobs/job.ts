import type { Device } from '../../device/device.ts';
import type { Checkpoints } from '../../training/checkpoint.ts';
import type { Control } from '../directory/control.ts';
import type { EventLog } from '../directory/event-log.ts';
import type { Doubt, Phase } from '../directory/events.ts';
import { ProgressReporter } from '../directory/progress-reporter.ts';
import type { RunDirectory } from '../directory/run-directory.ts';
import type { RunRequest } from '../directory/run-request.ts';

export interface JobParts {
  readonly directory: RunDirectory;
  readonly request: RunRequest;
  readonly device: Device;
  readonly log: EventLog;
  readonly checkpoints: Checkpoints;
  readonly control: Control;
}

/** One run at work: what it is to do and to write to, and what it must release at the end. */
export interface Job extends JobParts {
  begin(phase: Phase): void;
  /** Where the progress of a phase is told. */
  progress(phase: Phase, unit: string): (done: number, total: number) => void;
  /** @param doubt the kind of doubt, where the warning means that the result cannot be taken at face value */
  warn(message: string, doubt?: string): void;
  /** The doubts so far, each message once. */
  readonly doubts: readonly Doubt[];
  /** Disposes of something when the job ends, however it ends, the latest first. @returns the same */
  keep<T extends { dispose(): void }>(disposable: T): T;
}

/**
 * Does the work of a run and releases whatever was kept for it.
 * @throws UserError for what the user can mend
 * @throws Interruption if asked to end early
 */
export async function runJob(parts: JobParts, work: (job: Job) => Promise<void>): Promise<void> {
  const { log } = parts;
  const doubts: Doubt[] = [];
  const kept: { dispose(): void }[] = [];
  const job: Job = {
    ...parts,
    begin: (phase) => log.append({ type: 'phase', phase }),
    progress(phase, unit) {
      const reporter = new ProgressReporter(log, phase, unit);
      return (done, total) => reporter.report(done, total);
    },
    doubts,
    warn(message, kind) {
      log.append({ type: 'warning', message, ...(kind !== undefined && { doubt: kind }) });
      if (kind !== undefined && !doubts.some((doubt) => doubt.message === message))
        doubts.push({ kind, message });
    },
    keep(disposable) {
      kept.push(disposable);
      return disposable;
    },
  };
  try {
    await work(job);
  } finally {
    for (const disposable of kept.reverse()) disposable.dispose();
  }
}

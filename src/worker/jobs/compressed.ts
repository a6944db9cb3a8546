import type { Model } from '../../models/model.ts';
import type { RunResult } from '../directory/events.ts';
import type { Subject } from './assess.ts';

/** What came out of compression, ready to be evaluated and saved. */
export interface Compressed {
  /** As the student of the run. */
  readonly subject: Subject;
  /** The original in the form in which its speed is compared; left out: as it was opened. */
  readonly original?: Model;
  /** Of training that followed. */
  readonly steps: number;
  readonly epochs: number;
  readonly outcome: Pick<RunResult, 'compression' | 'bestEpoch' | 'trainingSeconds' | 'energy'>;
  /** @returns bytes of the weights on disk, and what else there is to say of the files. */
  save(directory: string): Promise<{ bytes: number; compression?: RunResult['compression'] }>;
}

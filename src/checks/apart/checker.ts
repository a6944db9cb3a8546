import type { Problem } from '../../experiment/parsing/problem.ts';
import type { CheckOptions } from '../check.ts';
import type { ModelReport } from '../models/model-report-schema.ts';

/** A file that has been read for a while, and is not done. */
export type Waiting = (file: string, seconds: number) => void;

export interface CheckerOptions extends CheckOptions {
  /** Ends a check whose answer nobody waits for any more. */
  readonly signal?: AbortSignal;
  /** Called again and again while a check takes long. */
  readonly waiting?: Waiting;
}

/**
 * Looks at experiments and at what they name. {@link CheckingProcess} does so apart, for files of any origin; in the
 * process of its caller it is done by {@link checkExperiment} alone, in tests.
 */
export interface Checker {
  /** All problems of an experiment, as `checkExperiment` finds them. @throws AbortError once the signal says so */
  check(text: string, file: string, options?: CheckerOptions): Promise<Problem[]>;
  /**
   * What a checkpoint or an ONNX graph is.
   * @throws UserError if it is none that a model can be made of
   */
  inspect(path: string): Promise<ModelReport>;
  /** Ends what it started; it may be used again. */
  dispose(): void;
}

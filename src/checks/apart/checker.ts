import type { DataCondition } from '../../answers/conditions.ts';
import type { GraphNames } from '../../experiment/architectures/onnx-graph.ts';
import type { Problem } from '../../experiment/parsing/problem.ts';
import type { CheckOptions } from '../check.ts';
import type { ModelParts, ModelReport } from '../models/model-report-schema.ts';
import type { ShownSample } from '../samples/sample-schema.ts';
import type { TestSet } from '../samples/shown-samples.ts';
import type { ServerCost } from './server-cost.ts';

/** A file that has been read for a while, and is not done. */
export type Waiting = (file: string, seconds: number) => void;

export interface CheckerOptions extends CheckOptions {
  /** Ends a check whose answer nobody waits for any more. */
  readonly signal?: AbortSignal;
  /** Called again and again while a check takes long. */
  readonly waiting?: Waiting;
}

export interface InspectOptions {
  /** What is said of an ONNX graph. */
  readonly graph?: GraphNames;
  /** Patterns of weights that are to stay as they are. */
  readonly freeze?: readonly string[];
}

/** A checkpoint as an experiment names it. */
export interface NamedCheckpoint {
  readonly checkpoint: string;
  /** Where relative paths start. */
  readonly directory: string;
  readonly graph?: GraphNames;
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
  inspect(path: string, options?: InspectOptions): Promise<ModelReport>;
  /**
   * The names that an experiment can use of a checkpoint; undefined where that is of the Hub and not here.
   * @throws UserError if it cannot be opened
   * @throws AbortError once the signal says so
   */
  parts(named: NamedCheckpoint, options?: Pick<CheckerOptions, 'signal'>): Promise<ModelParts | undefined>;
  /**
   * What a sound experiment is going to ask of its teacher’s server; undefined where it asks none.
   * @throws UserError if its data cannot be read, or the budget does not allow it
   */
  cost(text: string, file: string, dataDirectory: string): Promise<ServerCost | undefined>;
  /** Ends what it started; it may be used again. */
  dispose(): void;
}

/** Shows the samples that models were tested on; they are read apart, as all data are. */
export interface SampleViewer {
  /**
   * The samples at these positions of the test split.
   * @throws UserError where they are not there any more, or are others than those the models answered to
   */
  show(of: TestSet, positions: readonly number[]): Promise<ShownSample[]>;
  /** Positions at which all conditions on the data hold. @throws UserError as show(), or where there is no such column */
  search(of: TestSet, conditions: readonly DataCondition[]): Promise<number[]>;
}

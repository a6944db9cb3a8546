import type { ModelGoal } from '../architectures/architecture-record.ts';
import type { ScoreName } from './scores.ts';

/** What the answers of models are judged by: the share that is right, their mean loss, or another score. */
export type JudgedBy = 'accuracy' | 'loss' | ScoreName;

/** What is kept of an answer to one sample. */
export interface KeptAnswer {
  /** Which class it was and how sure, or only what the label costs. */
  readonly kind: 'classes' | 'losses';
  /** What that cost is measured in. */
  readonly unit: string;
}

/** What heads of classifiers are for, as transformers tells them apart by `problem_type`. */
export type Problem = 'single_label_classification' | 'multi_label_classification' | 'regression';

/**
 * What a task is before there are tensors: what is asked of a model, and how it is spoken of. What labels cost is told on
 * the floor of strategies, how answers are evaluated on that of training, each in a folder of the same name.
 */
export interface TaskRecord {
  /**
   * What a model must do for it. Several tasks may ask the same of a model and differ in what its answers mean; where
   * nothing names the task, the first of them in the list is meant.
   */
  readonly goal: ModelGoal;
  /** What it is called in comparisons. */
  readonly title: string;
  /** What the Hugging Face Hub calls it, as `pipeline_tag`. */
  readonly pipeline: string;
  /** What transformers calls it in a checkpoint; absent where all heads of such models are for the same. */
  readonly problem?: Problem;
  /** Its samples, in messages. */
  readonly samples: string;
  /** What answers are chosen from: classes that have names, one or several of them, or the tokens of the vocabulary; or a number, not chosen. */
  readonly answers: 'classes' | 'labels' | 'tokens' | 'numbers';
  /** Whether models go on with texts: samples of what they write are shown, and a token ends it. */
  readonly continuesTexts: boolean;
  /** By what epochs and strategies are judged, unless an experiment says otherwise. */
  readonly judgedBy: JudgedBy;
  /** What a run keeps of the answers to each test sample; absent where it keeps nothing. */
  readonly kept?: KeptAnswer;
  /** The figure that shows how good a model is, where there is room for one only. */
  readonly shownBy: 'accuracy' | 'perplexity' | ScoreName;
}

import type { HostTensor } from '../device/device.ts';
import type { ModelGoal } from '../experiment/architectures/architecture-record.ts';
import type { TaskName } from '../experiment/tasks/all.ts';
import type { PixelScale } from './images/pixel-scale.ts';
import type { Pixels } from './images/pixels.ts';
import type { MakeSamples } from './text/language-samples.ts';
import type { ReadPieces } from './text/rows/documents.ts';
import type { Tokenizer } from './text/tokenizers/tokenizer.ts';
import type { Unlabelled } from './unlabelled.ts';

/** What the data asks of a model. */
export interface TaskShape {
  /** Left out where input and goal tell it; see taskName(). */
  readonly kind?: TaskName;
  /** Classes, or vocabulary size for a language model. */
  readonly classes: number;
  /** Images: [height, width, channels]. */
  readonly image?: readonly [number, number, number];
  readonly text?: TextShape;
}

/** What token ids a model may meet. */
export interface TextShape {
  /** One label a text, or the next token at every position; then `classes` is the vocabulary. */
  readonly goal: Exclude<ModelGoal, 'images'>;
  /** Ids are below this. */
  readonly vocabulary: number;
  /** Most tokens in one sample. */
  readonly length: number;
  /** Fills short samples behind their last token. */
  readonly padId: number;
  /** Set where each sample is two texts that go together. */
  readonly pairs?: PairShape;
}

/** What pairs of texts ask of a model. */
export interface PairShape {
  /** How many types of tokens there are, by which the texts can be told apart: 1, or 2 where batches hold `segments`. */
  readonly types: 1 | 2;
}

/** Marks a label that does not count, as PyTorch's cross-entropy has it. */
export const ignoredLabel = -100;

/** Tensors of one batch, padded to its fixed shape; names are those of ModelInput plus labels and weights. */
export interface HostBatch {
  readonly input: Readonly<Record<string, HostTensor>>;
  /** (batch) or (batch, length), int32. */
  readonly labels: HostTensor;
  /** (batch) float32: 1 for a real sample, 0 for padding. */
  readonly weights: HostTensor;
  /** Dataset indices of the real samples, in order; teacher signals are cached by them. */
  readonly sampleIds: Int32Array;
}

/** How much text there is, in bytes of UTF-8 and in tokens. */
export interface TextAmount {
  readonly bytes: number;
  readonly tokens: number;
  /** Of which stand for text that the tokenizer does not know. */
  readonly unknown: number;
}

/** The texts that a language model learns from, to be read again. */
export interface TrainingTexts {
  readonly training: ReadPieces;
  /** What makes samples of them, of so many tokens. */
  readonly makeSamples: MakeSamples;
  readonly length: number;
}

/** A set of samples that can be read in any order. */
export interface Split {
  readonly name: 'train' | 'subset' | 'unlabelled' | 'mixed' | 'validation' | 'test';
  readonly size: number;
  /** Reads the samples at these positions (0 … size − 1), padded to `batchSize` samples. */
  batch(positions: Int32Array, batchSize: number): HostBatch;
  /** Images: the one at a position, as it lies in the file. */
  picture?(position: number): Pixels;
  /** Texts: the length that the sample at a position is padded to at least, one of a few; see groupByLength(). */
  lengthOf?(position: number): number;
  /** Texts: real tokens of all samples. */
  readonly tokens?: number;
}

/** What a user must know of data that was read: the run's result depends on it. */
export interface DataRemark {
  /** Stable name of the kind of doubt it casts on a result, such as 'data-left-out'; absent where it casts none. */
  readonly kind?: string;
  readonly message: string;
}

/** The rows that texts were made of, for people to read. */
export interface TestRows {
  /** From the first to the last, those of other splits that lie in the same file too. */
  read(): AsyncIterable<{
    readonly text: string;
    readonly second?: string;
    readonly values?: Readonly<Record<string, unknown>>;
  }>;
  /** The id of the sample that the first row became; the next ones follow. */
  readonly firstId: number;
}

export interface Dataset {
  /** Identifies data and transform: content hashes and every option that changes a sample. Part of cache keys. */
  readonly fingerprint: string;
  /**
   * Identifies the samples themselves, with their labels and how they are split, and nothing of what is made of them:
   * results on other samples are not comparable, however alike the experiments are written. Stored with every run.
   */
  readonly content: string;
  /** What was left out, or stands in two splits; none where all is as it seems. */
  readonly remarks?: readonly DataRemark[];
  readonly task: TaskShape;
  /** None for language models. */
  readonly classNames: readonly string[];
  /** Texts: what made the token ids. */
  readonly tokenizer?: Tokenizer;
  /** Texts to continue: what samples are made of. */
  readonly texts?: TrainingTexts;
  /** Whether samples hold several documents, and batches `documents` and `positions` that keep them apart. */
  readonly packed?: boolean;
  /** Texts to continue: of the test texts, whole, what their tokens amount to. */
  readonly amount?: TextAmount;
  /** Texts to classify: the rows of the training file, in the order of the ids that the samples have. */
  readonly trainingRows?: () => AsyncIterable<{ readonly text: string; readonly second?: string }>;
  /** Texts to classify: the rows that the test samples stand in. */
  readonly testRows?: TestRows;
  /** Images: what became of their pixels. */
  readonly pixelScale?: PixelScale;
  /** What the teacher trains on. */
  readonly train: Split;
  /** What the student trains on: the labelled subset, or the training set itself. */
  readonly subset: Split;
  /** What it learns from beside that, where the experiment asks for it. */
  readonly unlabelled?: Unlabelled;
  readonly validation: Split;
  readonly test: Split;
}

import { z } from 'zod';
import { eachScore } from '../../experiment/tasks/scores.ts';
import { exportReportSchema } from './export-report.ts';

/**
 * What a worker writes to events.jsonl, one JSON object a line, and all that anybody may know of a run. Validated once,
 * where a file is read. NaN and infinities, which JSON lacks, travel as null.
 */

const measured = z.number().nullable();

/** Figures of one model, all measured in the same run on the same device. */
export const modelFiguresSchema = z.object({
  /** Fraction of test samples classified, or tokens predicted, correctly, 0…1; null where an answer was no number. */
  accuracy: measured,
  /** Mean cross-entropy on the test set, nats; of numbers the mean squared error. */
  loss: measured,
  parameters: z.int(),
  /** How many of them stayed as they were. Absent where all were trained. */
  frozenParameters: z.int().optional(),
  /** How many were trained of a student with an adapter of low rank: the adapter's, and those of its head. */
  adapterParameters: z.int().optional(),
  /** Whether its network came as an ONNX graph. Absent where not. */
  graph: z.boolean().optional(),
  /** Whether it is such a graph that is run as it is, quantized or without gradients. Absent where not. */
  asIs: z.boolean().optional(),
  /** Bytes of the weights on disk. */
  bytes: z.int(),
  /** Median milliseconds of warmed single-sample forward passes. */
  latencyMs: measured,
  /** Samples per second in batches of 32. */
  throughput: measured,
  /** Timed passes that latency and throughput are the medians of. */
  timedRounds: z.int().optional(),
  macroF1: measured,
  // What else tasks are measured by; absent of those that are not.
  ...eachScore(() => measured.optional()),
  /** Test samples, or tokens, to which the answer was NaN; then figures of answers are null. Absent where there is none. */
  unanswered: z.int().optional(),
  /** Of language models: the exponential of the loss. */
  perplexity: measured.optional(),
  /** Of language models: loss per byte of the test texts, in bits, which models of different tokens can be compared by. */
  bitsPerByte: measured.optional(),
  /** Expected calibration error, 15 equal-width bins, 0…1; of language models over predicted tokens. */
  calibrationError: measured,
  /** Those bins by rising confidence, empty ones too. */
  reliability: z.array(z.object({ count: z.int(), confidence: measured, accuracy: measured })).optional(),
  /** confusion[label][prediction], counts on the test set. */
  confusion: z.array(z.array(z.int())).optional(),
});

/** What several models answer together, by the mean of their probabilities. */
export const ensembleFiguresSchema = modelFiguresSchema.pick({
  accuracy: true,
  loss: true,
  macroF1: true,
  calibrationError: true,
  reliability: true,
  ...eachScore(() => true as const),
});

export const runResultSchema = z.object({
  student: modelFiguresSchema,
  /** Exits of a self-distilled student, peers of mutual learning; each is saved under candidates/NAME. */
  candidates: z.record(z.string(), modelFiguresSchema).optional(),
  /** The student and its peers together. */
  ensemble: ensembleFiguresSchema.optional(),
  /** Absent where the strategy needs no teacher and none is named. */
  teacher: modelFiguresSchema.optional(),
  /** Fraction of test samples on which student and teacher predict the same class, 0…1. */
  agreement: measured.optional(),
  /** The teacher reads other tokens than the student: figures per token of the two cannot be compared. */
  otherTokens: z.literal(true).optional(),
  /** Of classifiers, by true class: samples on which student and teacher differ, by which of them is right. */
  disagreement: z
    .array(z.object({ samples: z.int(), onlyStudent: z.int(), onlyTeacher: z.int(), neither: z.int() }))
    .optional(),
  /** Of language models: how a few texts of the test set go on, by themselves and by each model. */
  continuations: z
    .array(
      z.object({
        prompt: z.string(),
        /** How the text really goes on. */
        reference: z.string(),
        /** Drawn from the models, by name: student, teacher and candidates. */
        texts: z.record(z.string(), z.string()),
      }),
    )
    .optional(),
  /** Of a model that was made smaller, what was done to it; then `teacher` is what it was made from. */
  compression: z
    .object({
      /** Weights stored in fewer bits. */
      quantizedWeights: z.array(z.string()).optional(),
      /** Weights that stayed float32 beside them. */
      floatWeights: z.array(z.string()).optional(),
      /** Bytes of model.onnx, which runs the quantized model. */
      onnxBytes: z.int().optional(),
      /** Weights stored without their zeros. */
      sparseWeights: z.array(z.string()).optional(),
      /** Fraction of the prunable weights that are zero, or of the parameters that are gone. */
      sparsity: z.number().optional(),
    })
    .optional(),
  /** 0 where nothing was trained. */
  bestEpoch: z.int(),
  /** Seconds of training, without teacher, evaluation and measurement. */
  trainingSeconds: z.number(),
  /** Of texts: tokens that were read in training, padding left out. */
  trainedTokens: z.int().optional(),
  /** What the device reported to have used while the student trained, whoever used it; absent where it reports nothing. */
  energy: z
    .object({
      joules: z.number(),
      /** What was measured: 'package-0' of the processor, 'GPU 0, NVIDIA H100'. */
      sources: z.array(z.string()),
    })
    .optional(),
  /** Seconds the teacher signals cost this run, and what they would have cost without the cache. */
  teacherSeconds: z.number().optional(),
  savedSeconds: z.number().optional(),
});

/** Which data a run really read; its experiment only says where that lay. Absent of runs before version 0.2. */
export const runDataSchema = z.object({
  /** Identifies the samples and their labels; see Dataset.content. */
  content: z.string().min(1).max(128),
  /** Of texts: identifies the tokenizer. Losses per token of two tokenizers cannot be compared. */
  tokenizer: z.string().min(1).max(128).optional(),
  /** That of a teacher that reads the texts by itself. */
  teacherTokenizer: z.string().min(1).max(128).optional(),
  /** How many samples there were, those of the student's training set first. */
  samples: z.object({ train: z.int().min(0), validation: z.int().min(0), test: z.int().min(0) }),
  /** Samples without labels that the experiment names. Absent where it names none. */
  unlabelled: z
    .object({
      /** Identifies them. */
      content: z.string().min(1).max(128),
      /** How many there are, but for those that equal samples held out. */
      samples: z.int().min(0),
      /** Whether the teacher learned their labels, being trained on all that the training set has. */
      teacherSawLabels: z.literal(true).optional(),
      /** How sure the teacher must be of those that are learned from. */
      minConfidence: z.number().min(0).max(1).optional(),
      /** How many of them are learned from; 0 where the strategy learns from labels alone, absent until that is known. */
      learned: z.int().min(0).optional(),
      /** How many of these an epoch reads, each time one counted. */
      perEpoch: z.int().min(0).optional(),
    })
    .optional(),
});

export const phases = [
  'prepare',
  'teacher',
  'signals',
  'compress',
  'train',
  'evaluate',
  'measure',
  'export',
] as const;

const base = {
  seq: z.int().min(0),
  time: z.number().min(0).max(8.64e15).describe('Milliseconds since 1970; a date has no more.'),
};

export const runEventSchema = z.discriminatedUnion('type', [
  z.object({
    ...base,
    type: z.literal('started'),
    pid: z.int(),
    host: z.string(),
    device: z.string(),
    deviceKind: z.enum(['cpu', 'webgpu', 'cuda']),
    versions: z.record(z.string(), z.string()),
    /** With how many threads it computes; sums depend on it, so a resumed run keeps them. */
    threads: z.int().positive().optional(),
    /** The epoch training goes on from, where this is a resumed run. */
    resumedFromEpoch: z.int().optional(),
  }),
  z.object({ ...base, type: z.literal('phase'), phase: z.enum(phases) }),
  z.object({ ...base, type: z.literal('data'), data: runDataSchema }),
  z.object({
    ...base,
    type: z.literal('progress'),
    phase: z.enum(phases),
    done: z.number(),
    total: z.number(),
    unit: z.string(),
    /** Units per second, over the last seconds. */
    rate: z.number().nullable(),
  }),
  z.object({
    ...base,
    type: z.literal('metric'),
    /** Whose figures: the student of the run, the teacher while it is trained first, or a peer or exit by name. */
    model: z.string(),
    /** Optimizer steps done; epochs done, fractional. */
    step: z.int(),
    epoch: z.number(),
    /** For example loss, loss.response, layer.feature.2-4, accuracy, validation.accuracy, learningRate, gradientNorm. */
    values: z.record(z.string(), measured),
  }),
  z.object({
    ...base,
    type: z.literal('checkpoint'),
    epoch: z.number(),
    best: z.boolean(),
    path: z.string(),
  }),
  z.object({
    ...base,
    type: z.literal('warning'),
    message: z.string(),
    /** Set where the warning puts the run's result in doubt: a stable name of the kind of doubt. */
    doubt: z.string().max(64).optional(),
  }),
  z.object({ ...base, type: z.literal('result'), result: runResultSchema }),
  z.object({ ...base, type: z.literal('completed') }),
  /** A model of the run was exported, or could not be: by the worker at its end, or later by whoever asked for it. */
  z.object({ ...base, type: z.literal('exported'), export: exportReportSchema }),
  z.object({
    ...base,
    type: z.literal('failed'),
    message: z.string(),
    /** Whether the user can mend it by changing the experiment. */
    userError: z.boolean(),
    remedy: z.string().optional(),
  }),
  z.object({ ...base, type: z.literal('cancelled'), reason: z.enum(['stop', 'cancel']) }),
  /** Ended early by the sweep that it belongs to, as others were ahead of it; the message says which and by what. */
  z.object({ ...base, type: z.literal('dropped'), message: z.string() }),
  /** Written by whoever finds the worker gone without a last word, never by the worker. */
  z.object({ ...base, type: z.literal('interrupted'), message: z.string() }),
]);

export type RunEvent = z.infer<typeof runEventSchema>;
type WithoutStamp<E> = E extends unknown ? Omit<E, 'seq' | 'time'> : never;
/** An event before the log gives it its number and time. */
export type RunEventBody = WithoutStamp<RunEvent>;
/** A reason not to take a run's result at face value, as a worker found it. */
export interface Doubt {
  /** Stable name of the kind, such as 'teacher-quality' or 'class-names'. */
  readonly kind: string;
  readonly message: string;
}
export type RunData = z.infer<typeof runDataSchema>;
export type RunResult = z.infer<typeof runResultSchema>;
export type ModelFigures = z.infer<typeof modelFiguresSchema>;
export type EnsembleFigures = z.infer<typeof ensembleFiguresSchema>;
export type Phase = (typeof phases)[number];

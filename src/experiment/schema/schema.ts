import { z } from 'zod';
import { graphNamesSchema, type OnnxGraphConfig } from '../architectures/onnx-graph.ts';
import { type DatasetKind, datasetRecords } from '../datasets/all.ts';
import { ownTokenizerSchema } from '../datasets/tokenizer.ts';
import { compresses } from '../strategies/compression.ts';
import { augmentationOption } from './augmentation-option.ts';
import { classWeightsOption } from './class-weights-option.ts';
import { modelSchema } from './model-schema.ts';
import { oneTeacher } from './one-teacher.ts';
import { belowOne, checkpointPath, choice, count, fraction, seed } from './option.ts';
import { serverSchema } from './server-schema.ts';
import { strategySchema } from './strategy-schema.ts';
import { studentSchema } from './student-schema.ts';
import { sweepSchema } from './sweep-schema.ts';

/**
 * The one source of what an experiment file may say: types, defaults, JSON Schema, hover texts and error messages all
 * come from here. Descriptions are shown to users: what an option means, in which unit, and why its default is what it
 * is.
 */

type DatasetSchemas = (typeof datasetRecords)[DatasetKind]['schema'];

export const datasetSchema = z
  .discriminatedUnion(
    'kind',
    Object.values(datasetRecords).map(({ schema }) => schema) as [DatasetSchemas, ...DatasetSchemas[]],
  )
  .describe('What teacher and student learn from, and what both are tested on.');

export const trainingSchema = z
  .strictObject({
    epochs: count(
      'Passes over the training samples; with unlabelled data beside them, over the labelled ones. Default 5: enough for MNIST; small labelled subsets need more.',
      'epochs',
    )
      .max(100_000)
      .default(5),
    batchSize: count(
      'Samples in one forward and backward pass. Default 32; larger batches use a processor better and want a higher learning rate.',
      'samples',
    )
      .max(65_536)
      .default(32),
    accumulation: count(
      'Batches whose gradients are averaged into one optimizer step, as if the batch were that many times larger but without the memory it would take. Default 1: every batch is a step.',
      'batches',
    )
      .max(65_536)
      .default(1),
    optimizer: choice(
      {
        adamw:
          'AdamW: Adam with decoupled weight decay (Loshchilov & Hutter 2019). Forgiving about the learning rate.',
        sgd: 'Stochastic gradient descent with momentum, its weight decay decoupled or coupled. Wants a higher learning rate, about 0.01 to 0.1.',
      },
      'How gradients become steps. Default adamw: it works over the widest range of learning rates.',
    ).default('adamw'),
    learningRate: z
      .number()
      .positive()
      .max(10)
      .default(1e-3)
      .describe(
        'Peak learning rate, reached at the end of warm-up. Default 0.001, usual for AdamW on networks trained from scratch; SGD wants 0.01 to 0.1.',
      ),
    momentum: belowOne(
      'SGD only: how much of the last step is kept in the next. Default 0.9, the usual.',
    ).default(0.9),
    beta1: belowOne(
      'AdamW only: decay per step of the running mean of gradients. Default 0.9 (Kingma & Ba 2015).',
    ).default(0.9),
    beta2: belowOne(
      'AdamW only: decay per step of the running mean of squared gradients. Default 0.999 (Kingma & Ba 2015).',
    ).default(0.999),
    epsilon: z
      .number()
      .positive()
      .max(1)
      .default(1e-8)
      .describe(
        'AdamW only: added to the root of the second moment so that nothing is divided by zero. Default 1e-8 (Kingma & Ba 2015).',
      ),
    weightDecay: fraction(
      'λ, the pull of the weights towards zero: each step takes learningRate × weightDecay of them away, apart from the gradient unless weightDecayKind is coupled. Biases and normalisation have none, which torch.optim leaves to parameter groups. Default 0.01.',
    ).default(0.01),
    weightDecayKind: choice(
      {
        decoupled:
          'The weights shrink apart from the gradient, as in SGDW (Loshchilov & Hutter 2019): w ← w·(1 − lr·λ) − lr·u.',
        coupled:
          'λ·w is added to the gradient before momentum, an L2 penalty, as torch.optim.SGD does: u ← μ·u + g + λ·w, w ← w − lr·u.',
      },
      'SGD only: where weightDecay λ acts. With momentum μ, coupled decay pulls about 1 / (1 − μ) times as strongly, so that recipes written for torch.optim.SGD want coupled to mean the same. AdamW is always decoupled. Default decoupled.',
    ).default('decoupled'),
    schedule: choice(
      {
        linear: 'Falls in a straight line to 0 at the last step.',
        cosine: 'Falls along half a cosine to 0 at the last step (Loshchilov & Hutter 2017).',
        constant: 'Stays at its peak.',
      },
      'How the learning rate goes on after warm-up. Default linear.',
    ).default('linear'),
    warmupRatio: fraction(
      'Fraction of all optimizer steps over which the learning rate rises in a straight line from 0 to its peak; 0 for none. Default 0.1: the first steps of AdamW rest on few gradients.',
    ).default(0.1),
    clipNorm: z
      .number()
      .positive()
      .nullable()
      .default(1)
      .describe(
        'Where the global L2 norm of all gradients together is larger than this, they are scaled down to it; null for no clipping. Default 1.',
      ),
    labelSmoothing: belowOne(
      'ε: the hard label becomes 1 − ε of its class and ε spread evenly over all. Only the label term is smoothed, never the teacher’s. Default 0: none.',
    ).default(0),
    classWeights: classWeightsOption,
    augmentation: augmentationOption,
    selectBy: choice(
      {
        auto: 'What verdicts judge: the loss of language models, R² of numbers, micro F1 of several labels, the accuracy of all other models.',
        accuracy: 'The fraction of held-out samples, or tokens, that is answered correctly.',
        loss: 'The mean cross-entropy of held-out samples, or tokens, which also counts how sure the answers are; of numbers the mean squared error.',
      },
      'Which epoch is the best, whose weights are kept: the one with the highest accuracy (or R², or micro F1) or the lowest loss on the held-out samples. Early stopping goes by the same. Default auto.',
    ).default('auto'),
    earlyStopping: z
      .strictObject({
        patience: count('Epochs in a row without improvement before training ends.', 'epochs'),
        minDelta: fraction(
          'Smallest improvement that counts: a rise of validation accuracy, 0…1, of R², or a fall of validation loss in nats, whichever selectBy goes by. Default 0: any.',
        ).default(0),
      })
      .nullable()
      .default(null)
      .describe(
        'Ends training when what selectBy goes by no longer improves on the held-out samples; the best checkpoint is kept either way. Default null: all epochs are trained, so that every run has the same budget.',
      ),
  })
  .describe('How weights are learned.');

export const teacherSchema = z
  .strictObject({
    model: modelSchema
      .optional()
      .describe('A teacher that is trained first, once for all runs that name the same one.'),
    checkpoint: checkpointPath(
      'A teacher that is there already: folder with config.json and model.safetensors, or an ONNX model (a .onnx file, or a folder that holds one).',
    ).optional(),
    graph: graphNamesSchema.optional(),
    server: serverSchema.optional(),
    training: trainingSchema
      .optional()
      .describe(
        'How a teacher given by "model" is trained; on the whole training set, with its labels. Left out: every option of training at its default. The student’s training options do not apply to it.',
      ),
    tokenizer: ownTokenizerSchema,
    length: count(
      'Tokens in one sample of a teacher that has a tokenizer of its own; what the student reads at once is read in several pieces where it is longer. Left out: "length" of the dataset.',
      'tokens',
    )
      .min(2)
      .max(32_768)
      .optional(),
    seed: seed(
      'Seed of the teacher’s own training. It stays when the seeds of the runs change: all runs learn from the same teacher.',
    ).default(0),
  })
  .superRefine(oneTeacher)
  .describe('The large model the student learns from.');

/** Strategies that train a student need one, which is said together with whatever else is wrong. */
function studentWhereTrained() {
  const check = z.check<{ readonly student?: unknown; readonly strategy?: { readonly kind?: unknown } }>(
    ({ value: { student, strategy }, issues }) => {
      if (student === undefined && !(strategy && compresses(strategy)))
        issues.push({ code: 'invalid_type', expected: 'object', path: ['student'], input: undefined });
    },
  );
  check._zod.def.when = ({ value }) => typeof value === 'object' && value !== null && !Array.isArray(value);
  return check;
}

export const experimentSchema = z
  .strictObject({
    $schema: z
      .string()
      .optional()
      .describe(
        'Where the JSON Schema of this file lies; other editors use it, Distillery does not need it.',
      ),
    name: z
      .string()
      .trim()
      .min(1)
      .max(200)
      .describe('Shown wherever the experiment is. Experiments to be compared want different names.'),
    description: z.string().max(10_000).optional().describe('What you want to find out, in your own words.'),
    dataset: datasetSchema,
    teacher: teacherSchema
      .optional()
      .describe(
        'The large model the student learns from. Strategy direct can do without; with a teacher it shows both side by side.',
      ),
    student: studentSchema
      .optional()
      .describe(
        'The small model that is trained. The strategies quantize and prune have none: they make a model smaller that is there already.',
      ),
    strategy: strategySchema,
    training: trainingSchema
      .prefault({})
      .describe('How the student’s weights are learned; every option has a default.'),
    device: choice(
      {
        auto: 'The best real device: cuda, else webgpu on a hardware GPU, else cpu.',
        cpu: 'The processor. Always there, and the same seed gives the same student to the last bit.',
        webgpu: 'A GPU through Vulkan, Metal or Direct3D 12.',
        cuda: 'An NVIDIA GPU through CUDA.',
      },
      'Where tensors are computed; `distillery devices` tells what is here. Default auto.',
    ).default('auto'),
    seeds: z
      .array(seed('Seed of one run.'))
      .min(1)
      .max(100)
      .default([0])
      .describe(
        'One run for each seed. A seed fixes the first weights, the order of the samples and dropout. A verdict compares runs seed by seed: three or more say how sure it is. Default [0]: a single run.',
      ),
    cacheTeacherSignals: z
      .boolean()
      .default(true)
      .describe(
        'Compute the teacher’s signals once and keep them on disk for every epoch and every run; false computes them anew for each batch. The results are the same. Numbers are stored in 32 bits. Default true.',
      ),
    sweep: sweepSchema.optional(),
  })
  .check(studentWhereTrained())
  .describe('One knowledge-distillation experiment.');

/** What a user may write: everything with a default is optional. */
export type ExperimentInput = z.input<typeof experimentSchema>;
/** What the rest of the code reads: every default filled in. */
export type Experiment = z.output<typeof experimentSchema>;
export type DatasetConfig = Experiment['dataset'];
/** A model that an experiment describes. */
export type BuiltModelConfig = z.output<typeof modelSchema>;

/** What a model is made of: as an experiment describes it, or as a graph that came in a checkpoint. */
export type ModelConfig = BuiltModelConfig | OnnxGraphConfig;
export type TrainingConfig = z.output<typeof trainingSchema>;
export type AugmentationConfig = NonNullable<TrainingConfig['augmentation']>;
export type TeacherConfig = z.output<typeof teacherSchema>;
export type StudentConfig = NonNullable<Experiment['student']>;
export type StrategyConfig = Experiment['strategy'];
export type DeviceChoice = Experiment['device'];

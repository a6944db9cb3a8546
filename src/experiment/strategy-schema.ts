import { z } from 'zod';
import { count, fraction } from './fields.ts';
import { modelSchema } from './model-schema.ts';

/**
 * Strategies and their settings. In the formulas z are logits, t is the teacher, s the student, T the temperature,
 * p_T(z) = softmax(z/T), KL(a ‖ b) = Σ a·log(a/b) summed over classes, CE the cross-entropy with the labels at
 * temperature 1; all are averaged over samples, of language models over the positions that have a label.
 */

const temperature = (value: number) =>
  z
    .number()
    .min(0.05)
    .max(100)
    .default(value)
    .describe(
      'T: logits are divided by it before the softmax; higher values show more of how the teacher ranks wrong classes.',
    );

const weight = (description: string, value: number) =>
  z.number().min(0).max(1e6).default(value).describe(description);

const layerPair = z
  .strictObject({
    student: z.int().min(0).describe('Layer of the student: 0 is the embedding or input, 1 the first layer.'),
    teacher: z.int().min(0).describe('Layer of the teacher: 0 is the embedding or input, 1 the first layer.'),
  })
  .describe('Two layers that are compared.');

const layers = z
  .array(layerPair)
  .min(1)
  .max(256)
  .optional()
  .describe(
    'Which layers are compared. Left out, all layers of the student but the embedding are spread evenly over those of the teacher, last to last, among layers of the same rank.',
  );

const lastLayers = layerPair
  .optional()
  .describe('The layers whose pooled vectors are compared; left out, the last of each.');

const divergence = {
  divergence: z
    .enum(['forward-kl', 'reverse-kl', 'jsd', 'skew-kl', 'skew-reverse-kl'])
    .default('forward-kl')
    .describe(
      'D(p, q) with p of the teacher and q of the student. forward-kl: KL(p ‖ q). reverse-kl: KL(q ‖ p). jsd: β·KL(p ‖ m) + (1−β)·KL(q ‖ m), m = β·p + (1−β)·q. skew-kl: KL(p ‖ λ·p + (1−λ)·q). skew-reverse-kl: KL(q ‖ (1−λ)·p + λ·q).',
    ),
  beta: fraction('β of jsd; 0 is forward-kl and 1 is reverse-kl, exactly (Agarwal et al. 2024).').default(
    0.5,
  ),
  lambda: z.number().min(0).lt(1).default(0.1).describe('λ of skew-kl and skew-reverse-kl (Ko et al. 2024).'),
  topK: count(
    'Language models: keep this many of the teacher’s most probable tokens per position; the probability that is left is spread evenly over all other tokens. Null keeps all, which makes a large cache.',
  )
    .nullable()
    .default(64),
};

const relationWeights = {
  distance: weight('Weight of the distance term.', 25),
  angle: weight('Weight of the angle term.', 50),
};

const formulas = {
  response: 'T²·KL(p_T(z_t) ‖ p_T(z_s))',
  feature:
    'Σ over layer pairs of the mean over positions of ‖norm(P(h_s)) − norm(h_t)‖²; norm is L2 over the last axis, P is Linear, ReLU, Linear',
  cosine:
    'Σ over layer pairs of the mean over positions of 1 − cos(P(h_s), h_t); P is Linear where the widths differ, else nothing',
  relation:
    'distance·Huber(d_t/mean(d_t) − d_s/mean(d_s)) + angle·Huber(cos∠_t − cos∠_s), over all pairs and triples of the batch',
  sequence: 'T²·D(p_T(z_t), p_T(z_s))',
};

const termWeight = weight('Weight of this term.', 1);

/** Teacher-driven terms that can be weighed against each other. */
const termSchema = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('response'), weight: termWeight, temperature: temperature(4) }).meta({
      description: 'The teacher’s softened answers (Hinton et al. 2015).',
      formula: formulas.response,
    }),
    z
      .strictObject({ kind: z.literal('feature'), weight: termWeight, layers })
      .meta({ description: 'Hidden states through learned projectors.', formula: formulas.feature }),
    z.strictObject({ kind: z.literal('cosine'), weight: termWeight, layers }).meta({
      description: 'Direction of hidden states (DistilBERT, Sanh et al. 2019).',
      formula: formulas.cosine,
    }),
    z
      .strictObject({
        kind: z.literal('relation'),
        weight: termWeight,
        ...relationWeights,
        layer: lastLayers,
      })
      .meta({
        description: 'Distances and angles between samples (Park et al. 2019).',
        formula: formulas.relation,
      }),
    z
      .strictObject({
        kind: z.literal('sequence'),
        weight: termWeight,
        temperature: temperature(2),
        ...divergence,
      })
      .meta({ description: 'Word-level distillation of a language model.', formula: formulas.sequence }),
  ])
  .describe('One teacher-driven term of the loss.');

export const strategySchema = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('direct') }).meta({
      description: 'The student trains on labels alone: the yardstick.',
      formula: 'CE(labels, z_s)',
    }),
    z
      .strictObject({
        kind: z.literal('response'),
        temperature: temperature(4),
        alpha: fraction('α: weight of the teacher term; 1 − α weighs the labels.').default(0.7),
      })
      .meta({
        description:
          'The student learns the teacher’s softened answers beside the labels (Hinton et al. 2015).',
        formula: 'α·T²·KL(p_T(z_t) ‖ p_T(z_s)) + (1−α)·CE(labels, z_s)',
      }),
    z
      .strictObject({
        kind: z.literal('feature'),
        layers,
        weight: weight('Weight of the hidden states.', 1),
        labelWeight: weight('Weight of the labels.', 1),
        responseWeight: weight('Weight of the teacher’s answers; 0 leaves them out.', 0),
        temperature: temperature(4),
      })
      .meta({
        description:
          'Hidden states of the student learn those of the teacher through projectors that are thrown away.',
        formula: `weight·[${formulas.feature}] + labelWeight·CE(labels, z_s) + responseWeight·${formulas.response}`,
      }),
    z
      .strictObject({
        kind: z.literal('relation'),
        ...relationWeights,
        layer: lastLayers,
        labelWeight: weight('Weight of the labels.', 1),
      })
      .meta({
        description:
          'Distances and angles between the samples of a batch become those the teacher sees (Park et al. 2019).',
        formula: `${formulas.relation} + labelWeight·CE(labels, z_s)`,
      }),
    z
      .strictObject({
        kind: z.literal('self'),
        exits: z
          .int()
          .min(2)
          .max(64)
          .default(4)
          .describe(
            'K: classifiers after layers L/K, 2L/K … L; the deepest is the student’s own and teaches the others.',
          ),
        temperature: temperature(3),
      })
      .meta({
        description: 'The student’s deepest layer teaches classifiers on earlier ones (Zhang et al. 2019).',
        formula: 'mean over exits k of CE(labels, z_k) + [k < K]·T²·KL(p_T(stop(z_K)) ‖ p_T(z_k))',
      }),
    z
      .strictObject({
        kind: z.literal('online'),
        peers: z
          .int()
          .min(2, { error: 'Mutual learning needs at least two peers; the student is the first of them.' })
          .max(8)
          .default(2)
          .describe('How many models learn together, the student counted.'),
        peerModels: z
          .array(modelSchema)
          .min(1)
          .max(7)
          .optional()
          .describe(
            'Architectures of the second peer, the third and so on; those not given are like the student.',
          ),
        temperature: temperature(4),
      })
      .refine((online) => (online.peerModels?.length ?? 0) < online.peers, {
        path: ['peerModels'],
        message: 'There are more peerModels than peers beside the student. Raise "peers", or take some away.',
      })
      .meta({
        description: 'Peers learn together, each from the labels and from the others (Zhang et al. 2018).',
        formula: 'Σ over peers i of CE(labels, z_i) + mean over j≠i of T²·KL(p_T(stop(z_j)) ‖ p_T(z_i))',
      }),
    z
      .strictObject({
        kind: z.literal('sequence'),
        temperature: temperature(2),
        weight: fraction('w: weight of the teacher term; 1 − w weighs the labels.').default(0.5),
        ...divergence,
      })
      .meta({
        description:
          'A causal language model learns the teacher’s next-token probabilities at every position that has a label.',
        formula:
          'w·T²·D(p_T(z_t), p_T(z_s)) + (1−w)·CE(labels, z_s), both divided by the valid positions of the whole optimizer step',
      }),
    z
      .strictObject({
        kind: z.literal('combined'),
        labelWeight: weight('Weight of the labels.', 1),
        terms: z
          .array(termSchema)
          .min(1)
          .max(16)
          .describe('Teacher-driven terms; each is recorded by itself.'),
      })
      .meta({
        description: 'Several teacher-driven terms at once, as TinyBERT and DistilBERT do.',
        formula: 'labelWeight·CE(labels, z_s) + Σ weight·term',
      }),
  ])
  .describe('How the student learns from the teacher.');

export type StrategyConfig = z.output<typeof strategySchema>;
export type StrategyTermConfig = z.output<typeof termSchema>;
export type StrategyKind = StrategyConfig['kind'];
/** Two layers that are compared, as indices into the hidden states. */
export type LayerPair = z.output<typeof layerPair>;

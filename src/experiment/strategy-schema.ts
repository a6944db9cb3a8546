import { z } from 'zod';
import { pruneSchema, quantizeSchema } from './compression-schema.ts';
import { divergence } from './divergence-schema.ts';
import { generatedSchema } from './generated-schema.ts';
import { modelSchema } from './model-schema.ts';
import { fraction, wholeNumber } from './option.ts';

/**
 * Strategies and their settings. In the formulas z are logits, t is the teacher, s the student, T the temperature,
 * p_T(z) = softmax(z/T), KL(a ‖ b) = Σ a·log(a/b) summed over classes, CE the cross-entropy with the labels at
 * temperature 1; all are averaged over samples, of language models over the positions that have a label.
 */

const temperature = (value: number, why: string, scaling?: string) =>
  z
    .number()
    .min(0.05)
    .max(100)
    .default(value)
    .describe(
      `T, by which logits are divided before the softmax. Higher values show more of how the wrong classes are ranked; 1 leaves the answers as they are. ${scaling ? `With ${scaling} the` : 'The'} term is multiplied by T² so that its gradients keep their size. Default ${value}: ${why}`,
    );

const classTemperature = temperature(4, 'usual for ten to a hundred classes.');
const tokenTemperature = temperature(
  2,
  'vocabularies are large, and higher values drown the few likely tokens.',
);

const weight = (description: string, value: number) =>
  z.number().min(0).max(1e6).default(value).describe(description);

const labelWeight = weight('Weight of the labels’ cross-entropy; 0 leaves the labels out. Default 1.', 1);

const layerPair = z
  .strictObject({
    student: wholeNumber(
      0,
      'Layer of the student: 0 is the embedding or input, 1 the output of the first layer.',
    ),
    teacher: wholeNumber(
      0,
      'Layer of the teacher: 0 is the embedding or input, 1 the output of the first layer.',
    ),
  })
  .describe('Two layers that are compared.');

const layers = z
  .array(layerPair)
  .min(1)
  .max(256)
  .optional()
  .describe(
    'Which layers of the student learn from which of the teacher. Left out: all layers of the student but the embedding, spread evenly over those of the teacher, last to last, among layers of the same rank.',
  );

const lastLayers = layerPair
  .optional()
  .describe('The two layers whose pooled vectors are compared. Left out: the last of each.');

const relationWeights = {
  distance: weight('Weight of the distance term; 0 leaves it out. Default 25 (Park et al. 2019).', 25),
  angle: weight('Weight of the angle term; 0 leaves it out. Default 50 (Park et al. 2019).', 50),
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

const scaleByTemperature = z
  .boolean()
  .default(true)
  .describe(
    'Multiply the KL term by T², so that its gradients keep their size when T changes (Hinton et al. 2015). false leaves T² out, as the mutual loss of many articles does; the term then fades with 1/T². Default true.',
  );

const termWeight = weight('Weight of this term in the sum. Default 1.', 1);

/** Teacher-driven terms that can be weighed against each other. */
const termSchema = z
  .discriminatedUnion('kind', [
    z
      .strictObject({
        kind: z.literal('response').describe('The teacher’s softened answers.'),
        weight: termWeight,
        temperature: classTemperature,
      })
      .meta({
        description: 'The teacher’s softened answers (Hinton et al. 2015).',
        formula: formulas.response,
      }),
    z
      .strictObject({
        kind: z.literal('feature').describe('The teacher’s hidden states.'),
        weight: termWeight,
        layers,
      })
      .meta({ description: 'Hidden states through learned projectors.', formula: formulas.feature }),
    z
      .strictObject({
        kind: z.literal('cosine').describe('Directions of hidden states.'),
        weight: termWeight,
        layers,
      })
      .meta({
        description: 'Direction of hidden states (DistilBERT, Sanh et al. 2019).',
        formula: formulas.cosine,
      }),
    z
      .strictObject({
        kind: z.literal('relation').describe('Distances and angles between samples.'),
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
        kind: z.literal('sequence').describe('Next-token probabilities.'),
        weight: termWeight,
        temperature: tokenTemperature,
        ...divergence,
      })
      .meta({ description: 'Word-level distillation of a language model.', formula: formulas.sequence }),
  ])
  .describe('One teacher-driven term of the loss.');

export const strategySchema = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('direct').describe('Labels alone, no teacher.') }).meta({
      description: 'The student trains on labels alone: the yardstick.',
      formula: 'CE(labels, z_s)',
    }),
    z
      .strictObject({
        kind: z.literal('response').describe('The teacher’s softened answers.'),
        temperature: classTemperature,
        alpha: fraction(
          'α, the weight of the teacher’s term; the labels get 1 − α. 1 learns from the teacher alone, 0 from labels alone. Default 0.7: mostly from the teacher.',
        ).default(0.7),
      })
      .meta({
        description:
          'The student learns the teacher’s softened answers beside the labels (Hinton et al. 2015).',
        formula: 'α·T²·KL(p_T(z_t) ‖ p_T(z_s)) + (1−α)·CE(labels, z_s)',
      }),
    z
      .strictObject({
        kind: z.literal('feature').describe('The teacher’s hidden states.'),
        layers,
        weight: weight('Weight of the hidden states’ term. Default 1.', 1),
        labelWeight,
        responseWeight: weight('Weight of the teacher’s softened answers. Default 0: they are left out.', 0),
        temperature: classTemperature,
      })
      .meta({
        description:
          'Hidden states of the student learn those of the teacher through projectors that are thrown away.',
        formula: `weight·[${formulas.feature}] + labelWeight·CE(labels, z_s) + responseWeight·${formulas.response}`,
      }),
    z
      .strictObject({
        kind: z.literal('relation').describe('Distances and angles between samples.'),
        ...relationWeights,
        layer: lastLayers,
        labelWeight,
      })
      .meta({
        description:
          'Distances and angles between the samples of a batch become those the teacher sees (Park et al. 2019).',
        formula: `${formulas.relation} + labelWeight·CE(labels, z_s)`,
      }),
    z
      .strictObject({
        kind: z.literal('self').describe('The student teaches itself.'),
        exits: z
          .int()
          .min(2)
          .max(64)
          .default(4)
          .describe(
            'K: classifiers after layers L/K, 2L/K … L; the deepest is the student’s own and teaches the others. Default 4.',
          ),
        temperature: temperature(3, 'that of Zhang et al. 2019.', 'scaleByTemperature'),
        weight: weight('Weight of what earlier exits learn from the deepest; 0 leaves it out. Default 1.', 1),
        labelWeight: weight('Weight of every exit’s cross-entropy with the labels. Default 1.', 1),
        scaleByTemperature,
      })
      .meta({
        description: 'The student’s deepest layer teaches classifiers on earlier ones (Zhang et al. 2019).',
        formula:
          'mean over exits k of labelWeight·CE(labels, z_k) + [k < K]·weight·T²·KL(p_T(stop(z_K)) ‖ p_T(z_k)); without scaleByTemperature there is no T²',
      }),
    z
      .strictObject({
        kind: z.literal('online').describe('Peers teach each other.'),
        peers: z
          .int()
          .min(2, { error: 'Mutual learning needs at least two peers; the student is the first of them.' })
          .max(8)
          .default(2)
          .describe(
            'How many models learn together, the student counted. Default 2; each further peer costs another training.',
          ),
        peerModels: z
          .array(modelSchema)
          .min(1)
          .max(7)
          .optional()
          .describe(
            'Architectures of the second peer, the third and so on; those not given are like the student.',
          ),
        temperature: temperature(4, 'usual for ten to a hundred classes.', 'scaleByTemperature'),
        weight: weight('Weight of what each peer learns from the others; 0 leaves it out. Default 1.', 1),
        labelWeight: weight('Weight of every peer’s cross-entropy with the labels. Default 1.', 1),
        scaleByTemperature,
      })
      .refine((online) => (online.peerModels?.length ?? 0) < online.peers, {
        path: ['peerModels'],
        message: 'There are more peerModels than peers beside the student.',
        params: { code: 'contradiction', remedy: 'Raise "peers", or take some away.' },
      })
      .meta({
        description: 'Peers learn together, each from the labels and from the others (Zhang et al. 2018).',
        formula:
          'Σ over peers i of labelWeight·CE(labels, z_i) + weight·mean over j≠i of T²·KL(p_T(stop(z_j)) ‖ p_T(z_i)); without scaleByTemperature there is no T²',
      }),
    z
      .strictObject({
        kind: z.literal('sequence').describe('Next-token probabilities.'),
        temperature: tokenTemperature,
        weight: fraction(
          'w, the weight of the teacher’s term; the labels get 1 − w. Default 0.5: as much from the one as from the other.',
        ).default(0.5),
        ...divergence,
      })
      .meta({
        description:
          'A causal language model learns the teacher’s next-token probabilities at every position that has a label.',
        formula:
          'w·T²·D(p_T(z_t), p_T(z_s)) + (1−w)·CE(labels, z_s), both divided by the valid positions of the whole optimizer step',
      }),
    generatedSchema,
    z
      .strictObject({
        kind: z.literal('combined').describe('Several teacher-driven terms.'),
        labelWeight,
        terms: z
          .array(termSchema)
          .min(1)
          .max(16)
          .describe('Teacher-driven terms; each is recorded by itself, so that their sizes can be compared.'),
      })
      .meta({
        description: 'Several teacher-driven terms at once, as TinyBERT and DistilBERT do.',
        formula: 'labelWeight·CE(labels, z_s) + Σ weight·term',
      }),
    quantizeSchema,
    pruneSchema,
  ])
  .describe('How the student learns from the teacher.');

export type StrategyConfig = z.output<typeof strategySchema>;
export type StrategyTermConfig = z.output<typeof termSchema>;
export type StrategyKind = StrategyConfig['kind'];
/** Two layers that are compared, as indices into the hidden states. */
export type LayerPair = z.output<typeof layerPair>;

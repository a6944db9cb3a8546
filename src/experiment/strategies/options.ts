import { z } from 'zod';

/**
 * Options that several strategies share. In the formulas z are logits, t is the teacher, s the student, T the temperature,
 * p_T(z) = softmax(z/T), KL(a ‖ b) = Σ a·log(a/b) summed over classes, CE the cross-entropy with the labels at
 * temperature 1; all are averaged over samples, of language models over the positions that have a label.
 */

export const temperature = (value: number, why: string, scaling?: string) =>
  z
    .number()
    .min(0.05)
    .max(100)
    .default(value)
    .describe(
      `T, by which logits are divided before the softmax. Higher values show more of how the wrong classes are ranked; 1 leaves the answers as they are. ${scaling ? `With ${scaling} the` : 'The'} term is multiplied by T² so that its gradients keep their size. Default ${value}: ${why}`,
    );

export const classTemperature = temperature(4, 'usual for ten to a hundred classes.');

export const weight = (description: string, value: number) =>
  z.number().min(0).max(1e6).default(value).describe(description);

export const labelWeight = weight(
  'Weight of the labels’ cross-entropy; 0 leaves the labels out. Default 1.',
  1,
);

export const termWeight = weight('Weight of this term in the sum. Default 1.', 1);

const byName =
  'Of an ONNX model also any value of its graph by name, in which * stands for any characters; it must be one. `distillery inspect` shows the layers and their names.';

const reference = (first: number, description: string) =>
  z.union([z.int().min(first), z.string().min(1).max(1024)]).describe(`${description} ${byName}`);

const layerOf = (whose: string) =>
  reference(0, `Layer of the ${whose}: 0 is the embedding or input, 1 the output of the first layer.`);

const layerPair = z
  .strictObject({ student: layerOf('student'), teacher: layerOf('teacher') })
  .describe('Two layers that are compared.');

/** Two layers that are compared. */
export type LayerPair = z.output<typeof layerPair>;

export const layers = z
  .array(layerPair)
  .min(1)
  .max(256)
  .optional()
  .describe(
    'Which layers of the student learn from which of the teacher. Left out: all layers of the student but the embedding, spread evenly over those of the teacher, last to last, among layers of the same rank.',
  );

export const lastLayers = layerPair
  .optional()
  .describe('The two layers whose pooled vectors are compared. Left out: the last of each.');

export const scaleByTemperature = z
  .boolean()
  .default(true)
  .describe(
    'Multiply the KL term by T², so that its gradients keep their size when T changes (Hinton et al. 2015). false leaves T² out, as the mutual loss of many articles does; the term then fades with 1/T². Default true.',
  );

export const exitLayers = z
  .array(reference(1, 'Layer of the student that an exit stands after, from 1 to the last but one.'))
  .min(1)
  .max(63)
  .superRefine((layers, context) => {
    for (const [at, layer] of layers.entries())
      if (layers.indexOf(layer) < at)
        context.addIssue({
          code: 'custom',
          path: [at],
          message: `An exit stands after ${JSON.stringify(layer)} already.`,
          params: { code: 'contradiction', remedy: 'Remove it.' },
        });
  })
  .optional()
  .describe(
    'Layers that exits stand after, in place of "exits": [2, 5], or values of an ONNX model’s graph: ["*layer.3/output*"]. Left out: as many as "exits" says, spread evenly.',
  );

import { z } from 'zod';
import { choice, count } from '../schema/option.ts';
import type { ArchitectureRecord } from './architecture-record.ts';
import {
  activation,
  attentionDropout,
  epsilon,
  layersByWidth,
  residualDropout,
  transformerSizes,
} from './transformer-options.ts';

/** Pixels of the longest side of a patch. */
export const largestPatch = 1024;

const schema = z
  .strictObject({
    architecture: z.literal('vit').describe('Vision transformer: an encoder over patches of an image.'),
    layout: choice(
      {
        vit: 'ViT (Dosovitskiy et al. 2020): a class token before the patches.',
        deit: 'DeiT (Touvron et al. 2020): a second token beside it, by which distilled ones were taught.',
      },
      'Whose details and names of weights the model has; its checkpoints open in transformers as such. Default vit.',
    ).default('vit'),
    patchSize: count(
      'Side of the square patches that an image is cut into; it divides height and width. Half the side is four times as many patches. Default 4.',
      'pixels',
    )
      .max(largestPatch)
      .default(4),
    ...transformerSizes,
    activation: activation.default('gelu'),
    dropout: residualDropout.default(0),
    attentionDropout: attentionDropout.default(0),
    queryKeyValueBias: z
      .boolean()
      .default(true)
      .describe('Whether queries, keys and values have a bias. Default true, as in ViT.'),
    layerNormEpsilon: epsilon
      .default(1e-12)
      .describe('Added to the variance by layer normalisation. Default 1e-12, as in transformers.'),
  })
  .describe(
    'Vision transformer (Dosovitskiy et al. 2020) that classifies images; reads and writes ViT and DeiT checkpoints.',
  );

export type VitConfig = z.output<typeof schema>;

export const vit: ArchitectureRecord<typeof schema, keyof VitConfig> = {
  schema,
  goal: 'images',
  sizes: layersByWidth,
  synonyms: ['visiontransformer'],
};

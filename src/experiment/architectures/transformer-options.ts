import { z } from 'zod';
import { choice, count } from '../schema/option.ts';
import { dropped } from './options.ts';

/** Options that transformers share. */

export const hiddenSize = count('Width of the hidden states; a multiple of the heads.', 'units').max(65_536);

export const prunedHeadSize = count(
  'Width of a head. Left out: hiddenSize / heads. Another one, as a model with pruned heads has, keeps transformers from opening the model.',
  'units',
)
  .max(65_536)
  .optional();

export const transformerLayers = count('Transformer layers.', 'layers').max(1024);

export const heads = count('Attention heads; each sees hiddenSize / heads of the width.', 'heads').max(1024);

export const intermediateSize = (left: string) =>
  count(`Width inside the feed-forward part of each layer. Left out: ${left}.`, 'units')
    .max(1_048_576)
    .optional();

/** Heads that share keys and values, and whose size may be any. */
export const groupedHeads = {
  keyValueHeads: count(
    'Heads of keys and values, each shared by heads / keyValueHeads heads. Left out: as many as heads.',
    'heads',
  )
    .max(1024)
    .optional(),
  headSize: count('Width of a head. Left out: hiddenSize / heads.', 'units').max(65_536).optional(),
};

/** @param which what is said of them */
export const globalLayers = (which: string) =>
  z
    .array(count('Number of a layer, from 1.'))
    .max(1024)
    .describe(`${which} Left out: as globalEvery says.`)
    .optional();

export const positions = count(
  'Longest text the model has positions for. Left out: the longest sample of the dataset.',
  'tokens',
)
  .max(1_048_576)
  .optional();

export const attentionDropout = dropped('Fraction of attention weights set to zero');

export const residualDropout = dropped(
  'Fraction of hidden units set to zero after embeddings, attention and feed-forward',
);

export const epsilon = z.number().positive().max(1);

export const activation = choice(
  {
    gelu: 'x·Φ(x) (Hendrycks & Gimpel 2016), as in BERT.',
    gelu_new: 'gelu, approximated by tanh, as in GPT-2.',
    relu: 'max(0, x).',
  },
  'Activation of the feed-forward part.',
);

export const tieEmbeddings = (as: string) =>
  z
    .boolean()
    .default(true)
    .describe(`Whether one table both embeds tokens and predicts them. Default true, as in ${as}.`);

/** What says how large a transformer is whose feed-forward part is four times as wide as its hidden states. */
export const transformerSizes = {
  hiddenSize: hiddenSize.default(256),
  layers: transformerLayers.default(4),
  heads: heads.default(4),
  headSize: prunedHeadSize,
  intermediateSize: intermediateSize('4 times hiddenSize'),
};

/** How the size of a transformer is told: layers × width. */
export const layersByWidth = [['layers', 'hiddenSize']] as const;

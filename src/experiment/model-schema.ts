import { z } from 'zod';
import { choice, count } from './option.ts';

const dropped = (what: string) =>
  z
    .number()
    .min(0)
    .max(0.95)
    .describe(`${what}, drawn anew for each batch of training; none are dropped in evaluation.`);

const dropout = dropped(
  'Fraction of hidden units set to zero after each hidden layer (Srivastava et al. 2014)',
).default(0);

const normalization = choice(
  {
    none: 'No normalisation.',
    batch:
      'Batch normalisation (Ioffe & Szegedy 2015): by the statistics of the batch; running averages in evaluation.',
    layer: 'Layer normalisation (Ba et al. 2016): within each sample, the same in training and evaluation.',
  },
  'Normalisation after each hidden layer, before its ReLU.',
);

const bottleneck = z
  .array(count('Channels of this convolution.', 'channels').max(4096))
  .max(16)
  .describe(
    'Channels of separable 3×3 convolutions between the last maps and what classifies them, first to last; each halves height and width. What an exit of a self-distilled model has (Zhang et al. 2019). Left out: none.',
  )
  .optional();

const hiddenSize = count('Width of the hidden states; a multiple of the heads.', 'units').max(65_536);
const prunedHeadSize = count(
  'Width of a head. Left out: hiddenSize / heads. Another one, as a model with pruned heads has, keeps transformers from opening the model.',
  'units',
)
  .max(65_536)
  .optional();
const transformerLayers = count('Transformer layers.', 'layers').max(1024);
const heads = count('Attention heads; each sees hiddenSize / heads of the width.', 'heads').max(1024);
const intermediateSize = (left: string) =>
  count(`Width inside the feed-forward part of each layer. Left out: ${left}.`, 'units')
    .max(1_048_576)
    .optional();
const positions = count(
  'Longest text the model has positions for. Left out: the longest sample of the dataset.',
  'tokens',
)
  .max(1_048_576)
  .optional();
const attentionDropout = dropped('Fraction of attention weights set to zero');
const epsilon = z.number().positive().max(1);

const activation = choice(
  {
    gelu: 'x·Φ(x) (Hendrycks & Gimpel 2016), as in BERT.',
    gelu_new: 'gelu, approximated by tanh, as in GPT-2.',
    relu: 'max(0, x).',
  },
  'Activation of the feed-forward part.',
);

const ropeScaling = z
  .discriminatedUnion('kind', [
    z
      .strictObject({
        kind: z.literal('linear').describe('All positions divided by one factor.'),
        factor: z.number().min(1).describe('Positions are divided by this.'),
      })
      .describe('All positions divided by one factor.'),
    z
      .strictObject({
        kind: z.literal('llama3').describe('As in Llama 3.1: long waves stretched, short ones kept.'),
        factor: z.number().min(1).describe('How far the long waves are stretched.'),
        lowFrequencyFactor: z
          .number()
          .positive()
          .describe('Fewer turns than this in the original positions: stretched.'),
        highFrequencyFactor: z
          .number()
          .positive()
          .describe('More turns than this in the original positions: kept.'),
        originalPositions: count('Positions the model was trained on at first.', 'tokens'),
      })
      .describe('As in Llama 3.1: long waves stretched, short ones kept.'),
  ])
  .describe('How positions beyond those of the first training are squeezed into it. Left out: they are not.')
  .optional();

export const modelSchema = z
  .discriminatedUnion('architecture', [
    z
      .strictObject({
        architecture: z.literal('mlp').describe('Multilayer perceptron.'),
        hidden: z
          .array(count('Units of this hidden layer.', 'units').max(65_536))
          .min(1)
          .max(64)
          .describe('Units of each hidden layer, first to last: [1200, 1200] is two layers of 1200.'),
        dropout,
        inputDropout: dropped('Fraction of input pixels set to zero').default(0),
        normalization: normalization.default('none'),
      })
      .describe('Multilayer perceptron: dense layers with ReLU, then a dense classifier.'),
    z
      .strictObject({
        architecture: z.literal('cnn').describe('Small convolutional network.'),
        channels: z
          .array(count('Channels of this stage.', 'channels').max(4096))
          .min(1)
          .max(16)
          .describe(
            'Channels of each stage, first to last. A stage is a 3×3 convolution, normalisation, ReLU and 2×2 max pooling; each halves height and width.',
          ),
        dense: count(
          'Units of a dense layer between the last stage and the classifier. Left out: no such layer.',
          'units',
        )
          .max(65_536)
          .optional(),
        pooling: choice(
          {
            flatten: 'Every place of the last maps is an input of its own.',
            average: 'Each map is averaged to one number, which makes the classifier small.',
          },
          'What becomes of the last stage’s maps before the dense layer or the classifier. Left out: flatten.',
        ).optional(),
        bottleneck,
        dropout,
        normalization: normalization.default('batch'),
      })
      .describe('Small convolutional network: stages of 3×3 convolutions, then a dense classifier.'),
    z
      .strictObject({
        architecture: z
          .literal('resnet')
          .describe('Residual network in the style of CIFAR (He et al. 2015).'),
        depth: z
          .int()
          .min(8)
          .max(1202)
          .refine((depth) => depth % 6 === 2, {
            message: 'must be 6n + 2: 8, 14, 20, 26, 32, …',
          })
          .default(20)
          .describe(
            'Layers with weights, 6n + 2: a stem, three groups of n blocks of two 3×3 convolutions, and the classifier. Default 20.',
          ),
        blocks: count(
          'Keep only this many of the blocks, the first ones, as an exit does. Left out: all (depth − 2) / 2.',
          'blocks',
        )
          .max(600)
          .optional(),
        bottleneck,
        width: z
          .number()
          .min(0.0625)
          .max(64)
          .default(1)
          .describe('Channels are 16, 32 and 64 times this in the three groups. Default 1.'),
        dropout: dropped('Fraction of the pooled features set to zero before the classifier').default(0),
      })
      .describe('Residual network for small images; each group halves height and width.'),
    z
      .strictObject({
        architecture: z.literal('bert').describe('Transformer encoder that classifies texts.'),
        layout: choice(
          {
            bert: 'BERT (Devlin et al. 2019): token types, and a pooler before the classifier.',
            distilbert: 'DistilBERT (Sanh et al. 2019): neither token types nor pooler.',
            roberta: 'RoBERTa (Liu et al. 2019): BERT with positions that begin after the padding id.',
          },
          'Whose details and names of weights the model has; its checkpoints open in transformers as such. Default bert.',
        ).default('bert'),
        head: choice(
          {
            hidden: 'A hidden layer between the first token’s vector and the classifier, as in the papers.',
            linear:
              'The classifier sees the first token’s vector itself, as in an exit; transformers cannot open it.',
          },
          'What stands on the last layer. Left out: hidden.',
        ).optional(),
        hiddenSize: hiddenSize.default(256),
        layers: transformerLayers.default(4),
        heads: heads.default(4),
        headSize: prunedHeadSize,
        intermediateSize: intermediateSize('4 times hiddenSize'),
        activation: activation.default('gelu'),
        dropout: dropped(
          'Fraction of hidden units set to zero after embeddings, attention and feed-forward',
        ).default(0.1),
        attentionDropout: attentionDropout.default(0.1),
        classifierDropout: dropped(
          'Fraction of the pooled vector set to zero before the classifier; left out: as dropout',
        ).optional(),
        positions,
        tokenTypes: count('Rows of the table of token types. Left out: 2 for bert, 1 for roberta.', 'types')
          .max(1024)
          .optional(),
        layerNormEpsilon: epsilon
          .default(1e-12)
          .describe('Added to the variance by layer normalisation. Default 1e-12, as in BERT.'),
      })
      .describe(
        'Transformer encoder for text classification; reads and writes BERT, DistilBERT and RoBERTa checkpoints.',
      ),
    z
      .strictObject({
        architecture: z.literal('gpt2').describe('Transformer decoder that continues texts.'),
        hiddenSize: hiddenSize.default(256),
        layers: transformerLayers.default(4),
        heads: heads.default(4),
        headSize: prunedHeadSize,
        intermediateSize: intermediateSize('4 times hiddenSize'),
        activation: activation.default('gelu_new'),
        dropout: dropped(
          'Fraction of hidden units set to zero after embeddings, attention and feed-forward',
        ).default(0.1),
        embeddingDropout: dropped('Fraction of the embeddings set to zero; left out: as dropout').optional(),
        attentionDropout: attentionDropout.default(0.1),
        positions,
        tieEmbeddings: z
          .boolean()
          .default(true)
          .describe('Whether one table both embeds tokens and predicts them. Default true, as in GPT-2.'),
        layerNormEpsilon: epsilon
          .default(1e-5)
          .describe('Added to the variance by layer normalisation. Default 1e-5, as in GPT-2.'),
      })
      .describe('Causal language model (Radford et al. 2019); reads and writes GPT-2 checkpoints.'),
    z
      .strictObject({
        architecture: z
          .literal('llama')
          .describe('Transformer decoder that continues texts, with rotary positions.'),
        layout: choice(
          {
            llama: 'Llama (Touvron et al. 2023) and SmolLM.',
            qwen2: 'Qwen2: biases on queries, keys and values.',
          },
          'Whose details the model has; its checkpoints open in transformers as such. Default llama.',
        ).default('llama'),
        hiddenSize: hiddenSize.default(256),
        layers: transformerLayers.default(4),
        heads: heads.default(4),
        keyValueHeads: count(
          'Heads of keys and values, each shared by heads / keyValueHeads heads. Left out: as many as heads.',
          'heads',
        )
          .max(1024)
          .optional(),
        headSize: count('Width of a head. Left out: hiddenSize / heads.', 'units').max(65_536).optional(),
        intermediateSize: intermediateSize('8/3 of hiddenSize, rounded up to a multiple of 8'),
        attentionDropout: attentionDropout.default(0),
        positions,
        ropeTheta: z
          .number()
          .positive()
          .default(10_000)
          .describe('Base of the rotary wavelengths. Default 10,000.'),
        ropeScaling,
        rmsNormEpsilon: epsilon
          .default(1e-6)
          .describe('Added to the mean square by RMS normalisation. Default 1e-6.'),
        tieEmbeddings: z
          .boolean()
          .default(true)
          .describe(
            'Whether one table both embeds tokens and predicts them. Default true, as in small models.',
          ),
        attentionBias: z
          .boolean()
          .optional()
          .describe(
            'Biases in attention. Left out: on for qwen2 (where the output has none), off for llama.',
          ),
        feedForwardBias: z
          .boolean()
          .default(false)
          .describe('Biases in the feed-forward part. Default false.'),
      })
      .describe(
        'Causal language model with rotary positions, RMS normalisation and SwiGLU; reads and writes Llama, SmolLM and Qwen2 checkpoints.',
      ),
  ])
  .describe('A model built from scratch, with weights drawn from the seed.');

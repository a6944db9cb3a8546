import { UserError } from '../../../base/user-error.ts';
import type { TaskShape } from '../../../data/dataset.ts';
import { tf } from '../../../device/tensorflow.ts';
import type { LlamaConfig } from '../../../experiment/architectures/llama.ts';
import type { AttentionShape } from '../../layers/attention.ts';
import { decoder } from '../../layers/decoder.ts';
import { embedding } from '../../layers/embedding.ts';
import { gatedDecoderLayer } from '../../layers/gated-decoder-layer.ts';
import { rmsNorm } from '../../layers/rms-norm.ts';
import { rotaryOf } from '../../layers/rotary.ts';
import type { Network } from '../../network.ts';
import { positionCount, textShape } from '../../text-input.ts';
import type { WeightRegistry } from '../../weights.ts';
import { groupedAttention } from '../grouped-attention.ts';
import { llamaLayouts } from './layouts.ts';
import { llamaIntermediateSize } from './sizes.ts';

/** Standard deviation of fresh weights, as in Llama. */
const deviation = 0.02;
const initializer = { normal: deviation };

/**
 * Causal language model with rotary positions, RMS normalisation, SwiGLU and grouped-query attention (Touvron et al.
 * 2023). Weights have the names and shapes they have in transformers, in the class of the layout. Hidden state 0 is
 * the embeddings' output, hidden state k that of layer k, the last one after the final normalisation; (batch, length,
 * hiddenSize).
 */
export function llamaNetwork(config: LlamaConfig, task: TaskShape, weights: WeightRegistry): Network {
  const text = textShape(config, task, 'language-model');
  positionCount(config.positions, text);
  checkLayout(config);
  const { hiddenSize } = config;
  const shape = groupedAttention(config);
  const words = embedding(weights, 'model.embed_tokens', text.vocabulary, hiddenSize, deviation);
  const layers = Array.from({ length: config.layers }, (_, index) =>
    decoderLayer(config, shape, `model.layers.${index}`, weights),
  );
  const sight = {
    window: config.slidingWindow,
    rotation: rotaryOf({
      theta: config.ropeTheta,
      scaling: config.ropeScaling,
      size: shape.headSize,
      most: config.positions ?? text.length,
    }),
  };
  const lastNorm = rmsNorm(weights, 'model.norm', hiddenSize, config.rmsNormEpsilon);
  const predictor = config.tieEmbeddings
    ? words.table
    : weights.parameter('lm_head.weight', [text.vocabulary, hiddenSize], initializer);
  return decoder({
    text,
    hiddenSize,
    layers,
    memory: { heads: shape.keyValueHeads, headSize: shape.headSize },
    sights: layers.map(() => sight),
    embed: (ids) => tf.reshape(words.lookUp(ids), [-1, hiddenSize]),
    lastNorm,
    predictor,
  });
}

/** @throws UserError if the model has parts that its layout does not: transformers would open another model. */
function checkLayout({ layout, attentionBias, feedForwardBias, slidingWindow }: LlamaConfig): void {
  const known = llamaLayouts[layout];
  const refuse = (has: string, remedy: string) => {
    throw new UserError(`A ${known.transformersClass} ${has}.`, { remedy });
  };
  const leaveOut = (option: string) => `Leave out ${option}, or choose another layout.`;
  if (feedForwardBias && !known.feedForwardBias)
    refuse('has no biases in its feed-forward part', leaveOut('feedForwardBias'));
  if (attentionBias === true && known.attentionBias === 'never')
    refuse('has no biases in attention', leaveOut('attentionBias'));
  if (attentionBias === false && known.attentionBias === 'always')
    refuse('always has biases in attention', leaveOut('attentionBias'));
  if (slidingWindow !== undefined && known.window === 'never')
    refuse('sees through no sliding window', leaveOut('slidingWindow'));
}

function decoderLayer(config: LlamaConfig, shape: AttentionShape, name: string, weights: WeightRegistry) {
  const { attentionBias, outputBias, headNorms } = llamaLayouts[config.layout];
  const attention = config.attentionBias ?? attentionBias === 'always';
  return gatedDecoderLayer(weights, name, {
    hiddenSize: config.hiddenSize,
    intermediateSize: llamaIntermediateSize(config),
    attention: shape,
    activation: 'silu',
    biases: { attention, output: attention && outputBias, feedForward: config.feedForwardBias },
    deviation,
    norm: (part, width) => rmsNorm(weights, part, width, config.rmsNormEpsilon),
    headNorms,
    norms: { feedForward: 'post_attention_layernorm' },
  });
}

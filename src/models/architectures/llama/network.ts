import type { Tensor } from '@tensorflow/tfjs-core';
import { UserError } from '../../../base/user-error.ts';
import type { TaskShape } from '../../../data/dataset.ts';
import { tf } from '../../../device/tensorflow.ts';
import type { LlamaConfig } from '../../../experiment/architectures/llama.ts';
import { activation } from '../../layers/activation.ts';
import { type AttentionShape, attend } from '../../layers/attention.ts';
import { decoder, type TextView } from '../../layers/decoder.ts';
import { embedding } from '../../layers/embedding.ts';
import { linear } from '../../layers/linear.ts';
import { rmsNorm } from '../../layers/rms-norm.ts';
import { rotary, rotaryAt } from '../../layers/rotary.ts';
import type { ForwardOptions } from '../../model.ts';
import type { Network } from '../../network.ts';
import { positionCount, rotatedHeadSize, textShape } from '../../text-input.ts';
import type { WeightRegistry } from '../../weights.ts';
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
  const shape = attentionShape(config);
  const words = embedding(weights, 'model.embed_tokens', text.vocabulary, hiddenSize, deviation);
  const layers = Array.from({ length: config.layers }, (_, index) =>
    decoderLayer(config, shape, `model.layers.${index}`, weights),
  );
  const lastNorm = rmsNorm(weights, 'model.norm', hiddenSize, config.rmsNormEpsilon);
  const predictor = config.tieEmbeddings
    ? words.table
    : weights.parameter('lm_head.weight', [text.vocabulary, hiddenSize], initializer);
  return decoder({
    text,
    hiddenSize,
    layers,
    memory: { heads: shape.keyValueHeads, headSize: shape.headSize },
    window: config.slidingWindow,
    embed: (ids) => tf.reshape(words.lookUp(ids), [-1, hiddenSize]),
    rotation(at) {
      const { ropeTheta: theta, ropeScaling: scaling } = config;
      if (!('positions' in at)) return rotary(at.length, shape.headSize, theta, scaling);
      return rotaryAt(at.positions, config.positions ?? text.length, shape.headSize, theta, scaling);
    },
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

/** @throws UserError if heads, sizes and groups do not go together. */
function attentionShape(config: LlamaConfig): AttentionShape {
  const { heads, keyValueHeads = heads } = config;
  const size = rotatedHeadSize(config);
  if (size === 2 && config.ropeScaling?.kind === 'dynamic')
    throw new UserError('transformers makes no dynamic wavelengths of heads of size 2.', {
      remedy: 'Take larger heads, or leave out ropeScaling.',
    });
  if (heads % keyValueHeads !== 0)
    throw new UserError(`${heads} heads cannot share ${keyValueHeads} heads of keys and values evenly.`, {
      remedy: `Take a keyValueHeads that divides ${heads}.`,
    });
  return { heads, headSize: size, keyValueHeads, dropout: config.attentionDropout };
}

function decoderLayer(config: LlamaConfig, shape: AttentionShape, name: string, weights: WeightRegistry) {
  const { hiddenSize, rmsNormEpsilon } = config;
  const inner = llamaIntermediateSize(config);
  const { attentionBias, outputBias, headNorms } = llamaLayouts[config.layout];
  const biased = config.attentionBias ?? attentionBias === 'always';
  const width = shape.heads * shape.headSize;
  const keyWidth = shape.keyValueHeads * shape.headSize;
  const project = (part: string, inputs: number, outputs: number, bias: boolean) =>
    linear(weights, `${name}.${part}`, inputs, outputs, { bias, initializer });
  const query = project('self_attn.q_proj', hiddenSize, width, biased);
  const key = project('self_attn.k_proj', hiddenSize, keyWidth, biased);
  const value = project('self_attn.v_proj', hiddenSize, keyWidth, biased);
  const attentionOutput = project('self_attn.o_proj', width, hiddenSize, biased && outputBias);
  const perHead = (part: string, outputs: number): ((x: Tensor) => Tensor) => {
    if (!headNorms) return (x) => x;
    const norm = rmsNorm(weights, `${name}.${part}`, shape.headSize, rmsNormEpsilon);
    return (x) => tf.reshape(norm(tf.reshape(x, [-1, shape.headSize])), [-1, outputs]);
  };
  const queryNorm = perHead('self_attn.q_norm', width);
  const keyNorm = perHead('self_attn.k_norm', keyWidth);
  const gate = project('mlp.gate_proj', hiddenSize, inner, config.feedForwardBias);
  const up = project('mlp.up_proj', hiddenSize, inner, config.feedForwardBias);
  const down = project('mlp.down_proj', inner, hiddenSize, config.feedForwardBias);
  const attentionNorm = rmsNorm(weights, `${name}.input_layernorm`, hiddenSize, rmsNormEpsilon);
  const innerNorm = rmsNorm(weights, `${name}.post_attention_layernorm`, hiddenSize, rmsNormEpsilon);
  const activate = activation('silu');
  return (x: Tensor, { length, bias, rotation, memory }: TextView, options: ForwardOptions): Tensor => {
    const normal = attentionNorm(x);
    const queries = queryNorm(query(normal));
    const parts = { queries, keys: keyNorm(key(normal)), values: value(normal) };
    const mixed = attend(parts, shape, length, bias, options, rotation, memory);
    const middle = tf.add(x, attentionOutput(mixed));
    const before = innerNorm(middle);
    return tf.add(middle, down(tf.mul(activate(gate(before)), up(before))));
  };
}

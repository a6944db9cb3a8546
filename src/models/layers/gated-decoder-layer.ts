import type { Tensor } from '@tensorflow/tfjs-core';
import { tf } from '../../device/tensorflow.ts';
import type { ForwardOptions } from '../model.ts';
import type { WeightRegistry } from '../weights.ts';
import { type Activation, activation } from './activation.ts';
import { type AttentionShape, attend } from './attention.ts';
import type { DecoderLayer, TextView } from './decoder.ts';
import { linear } from './linear.ts';

export interface GatedLayerOptions {
  readonly hiddenSize: number;
  /** Width inside the feed-forward part. */
  readonly intermediateSize: number;
  readonly attention: AttentionShape;
  readonly activation: Activation;
  readonly biases: { readonly attention: boolean; readonly output: boolean; readonly feedForward: boolean };
  /** Standard deviation of fresh weights. */
  readonly deviation: number;
  /** Makes a normalization over a width, by the name of its weights. */
  norm(name: string, width: number): (rows: Tensor) => Tensor;
  /** Whether queries and keys are normalized in each head, before they are rotated. */
  readonly headNorms: boolean;
  /** Names of normalizations: before the feed-forward part, and of what both parts make, where that is normalized. */
  readonly norms: {
    readonly feedForward: string;
    readonly afterAttention?: string;
    readonly afterFeedForward?: string;
  };
}

const asItIs = (rows: Tensor): Tensor => rows;

/**
 * A layer of the family of Llama: attention whose heads share keys and values in groups, and a gated feed-forward part
 * (Shazeer 2020), each over normalized rows. Weights have the names of transformers.
 */
export function gatedDecoderLayer(
  weights: WeightRegistry,
  name: string,
  options: GatedLayerOptions,
): DecoderLayer {
  const { hiddenSize, intermediateSize: inner, attention: shape, biases, norms } = options;
  const initializer = { normal: options.deviation };
  const width = shape.heads * shape.headSize;
  const keyWidth = shape.keyValueHeads * shape.headSize;
  const project = (part: string, inputs: number, outputs: number, bias: boolean) =>
    linear(weights, `${name}.${part}`, inputs, outputs, { bias, initializer });
  const norm = (part: string | undefined) =>
    part === undefined ? asItIs : options.norm(`${name}.${part}`, hiddenSize);
  const query = project('self_attn.q_proj', hiddenSize, width, biases.attention);
  const key = project('self_attn.k_proj', hiddenSize, keyWidth, biases.attention);
  const value = project('self_attn.v_proj', hiddenSize, keyWidth, biases.attention);
  const attentionOutput = project('self_attn.o_proj', width, hiddenSize, biases.output);
  const perHead = (part: string, outputs: number): ((x: Tensor) => Tensor) => {
    if (!options.headNorms) return asItIs;
    const normalize = options.norm(`${name}.${part}`, shape.headSize);
    return (x) => tf.reshape(normalize(tf.reshape(x, [-1, shape.headSize])), [-1, outputs]);
  };
  const queryNorm = perHead('self_attn.q_norm', width);
  const keyNorm = perHead('self_attn.k_norm', keyWidth);
  const gate = project('mlp.gate_proj', hiddenSize, inner, biases.feedForward);
  const up = project('mlp.up_proj', hiddenSize, inner, biases.feedForward);
  const down = project('mlp.down_proj', inner, hiddenSize, biases.feedForward);
  const attentionNorm = norm('input_layernorm');
  const innerNorm = norm(norms.feedForward);
  const attendedNorm = norm(norms.afterAttention);
  const madeNorm = norm(norms.afterFeedForward);
  const activate = activation(options.activation);
  return (x: Tensor, { length, bias, rotation, memory }: TextView, forward: ForwardOptions): Tensor => {
    const normal = attentionNorm(x);
    const queries = queryNorm(query(normal));
    const parts = { queries, keys: keyNorm(key(normal)), values: value(normal) };
    const mixed = attend(parts, shape, length, bias, forward, rotation, memory);
    const middle = tf.add(x, attendedNorm(attentionOutput(mixed)));
    const before = innerNorm(middle);
    return tf.add(middle, madeNorm(down(tf.mul(activate(gate(before)), up(before)))));
  };
}

import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import type { TaskShape } from '../../../data/dataset.ts';
import { tf } from '../../../device/tensorflow.ts';
import type { Gpt2Config } from '../../../experiment/architectures/gpt2.ts';
import { activation } from '../../layers/activation.ts';
import { attend } from '../../layers/attention.ts';
import { decoder, type TextView } from '../../layers/decoder.ts';
import { dropout } from '../../layers/dropout.ts';
import { embedding } from '../../layers/embedding.ts';
import { layerNorm } from '../../layers/layer-norm.ts';
import type { ForwardOptions } from '../../model.ts';
import type { Network } from '../../network.ts';
import { headSize, positionCount, textShape } from '../../text-input.ts';
import type { WeightRegistry } from '../../weights.ts';

/** Standard deviation of fresh weights, as in GPT-2. */
const deviation = 0.02;

/**
 * Causal language model (Radford et al. 2019). Weights have the names and shapes of GPT2LMHeadModel in transformers; its
 * matrices are (inputs, outputs). Hidden state 0 is the embeddings' output, hidden state k that of layer k, the last
 * one after the final normalisation; (batch, length, hiddenSize).
 */
export function gpt2Network(config: Gpt2Config, task: TaskShape, weights: WeightRegistry): Network {
  const text = textShape(config, task, 'language-model');
  const { hiddenSize } = config;
  const words = embedding(weights, 'transformer.wte', text.vocabulary, hiddenSize, deviation);
  const places = positionCount(config.positions, text);
  const positions = embedding(weights, 'transformer.wpe', places, hiddenSize, deviation);
  const layers = Array.from({ length: config.layers }, (_, index) =>
    decoderLayer(config, `transformer.h.${index}`, weights),
  );
  const lastNorm = layerNorm(weights, 'transformer.ln_f', hiddenSize, config.layerNormEpsilon);
  const predictor = config.tieEmbeddings
    ? words.table
    : weights.parameter('lm_head.weight', [text.vocabulary, hiddenSize], { normal: deviation });
  return decoder({
    text,
    hiddenSize,
    layers,
    memory: { heads: config.heads, headSize: config.headSize ?? headSize(hiddenSize, config.heads) },
    embed(ids, at, options) {
      const placed = 'positions' in at ? positions.lookUp(at.positions) : positions.rows(0, at.length);
      const embedded = tf.add(words.lookUp(ids), placed);
      const rate = config.embeddingDropout ?? config.dropout;
      return dropout(tf.reshape(embedded, [-1, hiddenSize]), rate, options);
    },
    lastNorm,
    predictor,
  });
}

function decoderLayer(config: Gpt2Config, name: string, weights: WeightRegistry) {
  const { hiddenSize, heads, layerNormEpsilon } = config;
  const inner = config.intermediateSize ?? 4 * hiddenSize;
  // What adds to the residual stream begins smaller, the more layers add to it.
  const residual = deviation / Math.sqrt(2 * config.layers);
  const attentionNorm = layerNorm(weights, `${name}.ln_1`, hiddenSize, layerNormEpsilon);
  const size = config.headSize ?? headSize(hiddenSize, heads);
  const width = heads * size;
  const queriesKeysValues = conv1d(weights, `${name}.attn.c_attn`, hiddenSize, 3 * width, deviation);
  const attentionOutput = conv1d(weights, `${name}.attn.c_proj`, width, hiddenSize, residual);
  const innerNorm = layerNorm(weights, `${name}.ln_2`, hiddenSize, layerNormEpsilon);
  const up = conv1d(weights, `${name}.mlp.c_fc`, hiddenSize, inner, deviation);
  const down = conv1d(weights, `${name}.mlp.c_proj`, inner, hiddenSize, residual);
  const activate = activation(config.activation);
  const shape = {
    heads,
    headSize: size,
    keyValueHeads: heads,
    dropout: config.attentionDropout,
  };
  return (x: Tensor, { length, bias, memory }: TextView, options: ForwardOptions): Tensor => {
    const [queries, keys, values] = tf.split(queriesKeysValues(attentionNorm(x)), 3, -1) as [
      Tensor,
      Tensor,
      Tensor,
    ];
    const mixed = attend({ queries, keys, values }, shape, length, bias, options, undefined, memory);
    const middle = tf.add(x, dropout(attentionOutput(mixed), config.dropout, options));
    const expanded = activate(up(innerNorm(middle)));
    return tf.add(middle, dropout(down(expanded), config.dropout, options));
  };
}

/** y = x·W + b on rows; `NAME.weight` is (inputs, outputs), the way GPT-2 stores it. */
function conv1d(weights: WeightRegistry, name: string, inputs: number, outputs: number, normal: number) {
  const weight = weights.parameter(`${name}.weight`, [inputs, outputs], { normal });
  const bias = weights.parameter(`${name}.bias`, [outputs], 'zeros');
  const adapt = weights.adapter?.({ name, inputs, outputs, inputsFirst: true });
  return (x: Tensor): Tensor => {
    const y: Tensor = tf.add(tf.matMul(x as Tensor2D, weight as Tensor2D), bias);
    return adapt ? adapt(y, x) : y;
  };
}

import type { Tensor, Tensor3D } from '@tensorflow/tfjs-core';
import type { TaskShape } from '../../../data/dataset.ts';
import { tf } from '../../../device/tensorflow.ts';
import type { VitConfig } from '../../../experiment/architectures/vit.ts';
import { activation } from '../../layers/activation.ts';
import { attend } from '../../layers/attention.ts';
import { convolution } from '../../layers/convolution.ts';
import { dropout } from '../../layers/dropout.ts';
import { layerNorm } from '../../layers/layer-norm.ts';
import { linear } from '../../layers/linear.ts';
import type { ForwardOptions } from '../../model.ts';
import type { Network } from '../../network.ts';
import { firstToken, headSize } from '../../text-input.ts';
import type { WeightRegistry } from '../../weights.ts';
import { vitNames } from './names.ts';
import { type Patches, patchesOf } from './patches.ts';

/** How fresh weights are drawn, as in transformers. */
const initializer = { normal: 0.02 };

/**
 * Vision transformer with a classifier on its class token (Dosovitskiy et al. 2020), in the layout of ViT, or in that of
 * DeiT with a second token beside it (Touvron et al. 2020). Weights have the names and shapes of ViTForImageClassification
 * and its sibling in transformers. Hidden state 0 is the embeddings' output, hidden state k that of layer k, the last one
 * before the final normalisation: (batch, tokens + patches, hiddenSize), the class token first. It pools to the class
 * token after that normalisation, so that an exit, too, is a vision transformer with fewer layers.
 */
export function vitNetwork(config: VitConfig, task: TaskShape, weights: WeightRegistry): Network {
  const patches = patchesOf(config, task);
  const { hiddenSize } = config;
  const names = vitNames(config);
  const length = patches.count + tokensOf(config).length;
  const embed = embeddings(config, patches, weights);
  const layers = Array.from({ length: config.layers }, (_, index) => encoderLayer(config, index, weights));
  const lastNorm = layerNorm(weights, names.lastNorm, hiddenSize, config.layerNormEpsilon);
  const classifier = linear(weights, names.classifier, hiddenSize, task.classes, { initializer });
  const pool = (state: Tensor) => lastNorm(firstToken(state));
  return {
    layerCount: config.layers,
    hiddenShapes: Array.from({ length: config.layers + 1 }, () => [length, hiddenSize]),
    forward(input, options) {
      let state = embed(input.pixels!, options);
      const hiddenStates: Tensor[] = [state];
      let rows = tf.reshape(state, [-1, hiddenSize]);
      for (const layer of layers) {
        rows = layer(rows, length, options);
        state = tf.reshape(rows, [-1, length, hiddenSize]);
        hiddenStates.push(state);
      }
      return { logits: classifier(pool(state)), hiddenStates };
    },
    pool,
  };
}

/** The names of what stands before the patches. */
function tokensOf(config: VitConfig): string[] {
  const { classToken, distillationToken } = vitNames(config);
  return config.layout === 'deit' ? [classToken, distillationToken] : [classToken];
}

/** @returns (batch, height, width, channels) to (batch, tokens + patches, hiddenSize) */
function embeddings(config: VitConfig, { channels, count }: Patches, weights: WeightRegistry) {
  const { patchSize, hiddenSize } = config;
  const names = vitNames(config);
  const tokens = tokensOf(config).map((name) => weights.parameter(name, [1, 1, hiddenSize], initializer));
  const positions = weights.parameter(names.positions, [1, count + tokens.length, hiddenSize], initializer);
  const project = convolution(weights, names.patches, channels, hiddenSize, {
    kernel: patchSize,
    stride: patchSize,
    padding: 0,
    initializer,
  });
  /** Room for the tokens before the patches, or for the patches after them. */
  const padded = (x: Tensor, before: number, after: number) =>
    tf.pad(x as Tensor3D, [
      [0, 0],
      [before, after],
      [0, 0],
    ]);
  return (pixels: Tensor, options: ForwardOptions): Tensor => {
    const patches = tf.reshape(project(pixels), [-1, count, hiddenSize]);
    // What is the same for every image is added up once: the tokens are never copied for each of them.
    const before: Tensor = tokens.length === 1 ? tokens[0]! : tf.concat(tokens, 1);
    const constant = tf.add(positions, padded(before, 0, count));
    return dropout(tf.add(padded(patches, tokens.length, 0), constant), config.dropout, options);
  };
}

function encoderLayer(config: VitConfig, index: number, weights: WeightRegistry) {
  const names = vitNames(config);
  const name = names.layer(index);
  const { hiddenSize, heads, layerNormEpsilon, queryKeyValueBias: bias } = config;
  const inner = config.intermediateSize ?? 4 * hiddenSize;
  const project = (part: string, inputs: number, outputs: number, biased = true) =>
    linear(weights, `${name}.${part}`, inputs, outputs, { initializer, bias: biased });
  const norm = (part: string) => layerNorm(weights, `${name}.${part}`, hiddenSize, layerNormEpsilon);
  const size = config.headSize ?? headSize(hiddenSize, heads);
  const width = heads * size;
  const attentionNorm = norm(names.attentionNorm);
  const query = project(names.query, hiddenSize, width, bias);
  const key = project(names.key, hiddenSize, width, bias);
  const value = project(names.value, hiddenSize, width, bias);
  const attentionOutput = project(names.attentionOutput, width, hiddenSize);
  const innerNorm = norm(names.innerNorm);
  const up = project(names.up, hiddenSize, inner);
  const down = project(names.down, inner, hiddenSize);
  const activate = activation(config.activation);
  const shape = { heads, headSize: size, keyValueHeads: heads, dropout: config.attentionDropout };
  return (x: Tensor, length: number, options: ForwardOptions): Tensor => {
    const normed = attentionNorm(x);
    const parts = { queries: query(normed), keys: key(normed), values: value(normed) };
    const mixed = attend(parts, shape, length, undefined, options);
    const middle = tf.add(x, dropout(attentionOutput(mixed), config.dropout, options));
    const expanded = activate(up(innerNorm(middle)));
    return tf.add(middle, dropout(down(expanded), config.dropout, options));
  };
}

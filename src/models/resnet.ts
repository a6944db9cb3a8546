import type { Tensor } from '@tensorflow/tfjs-core';
import type { TaskShape } from '../data/dataset.ts';
import { tf } from '../device/tensorflow.ts';
import type { ModelConfig } from '../experiment/schema.ts';
import { UserError } from '../experiment/user-error.ts';
import { imageSize } from './image-input.ts';
import { batchNorm } from './layers/batch-norm.ts';
import { convolution } from './layers/convolution.ts';
import { dropout } from './layers/dropout.ts';
import { linear } from './layers/linear.ts';
import { mapReader } from './layers/map-reader.ts';
import type { Network } from './network.ts';
import type { WeightRegistry } from './weights.ts';

export type ResnetConfig = Extract<ModelConfig, { architecture: 'resnet' }>;

/**
 * The residual networks of He et al. 2015, section 4.2, for small images: a 3×3 stem, three groups of (depth − 2) / 6
 * basic blocks with 16, 32 and 64 channels times `width`, the second and third group beginning with stride 2, global
 * average pooling, after a bottleneck if there is one, and a classifier. Where a block changes shape its shortcut is a 1×1 convolution. Weights are named as
 * in torchvision. Hidden state 0 is the stem's output, hidden state k that of block k.
 */
export function resnet(config: ResnetConfig, task: TaskShape, weights: WeightRegistry): Network {
  const [height, width, imageChannels] = imageSize(config, task);
  const groups = groupChannels(config);
  const blocksPerGroup = (config.depth - 2) / 6;
  const kept = config.blocks ?? 3 * blocksPerGroup;
  if (kept > 3 * blocksPerGroup)
    throw new UserError(`A resnet of depth ${config.depth} has ${3 * blocksPerGroup} blocks, not ${kept}.`, {
      remedy: 'Leave "blocks" out, or take a greater depth.',
    });

  const stem = convolution(weights, 'conv1', imageChannels, groups[0]!, { kernel: 3, bias: false });
  const stemNorm = batchNorm(weights, 'bn1', groups[0]!);
  const blocks: Block[] = [];
  const hiddenShapes: number[][] = [[height, width, groups[0]!]];
  let before = groups[0]!;
  let size = [height, width];
  groups.forEach((channels, group) => {
    for (let index = 0; index < blocksPerGroup && blocks.length < kept; index++) {
      const stride = group > 0 && index === 0 ? 2 : 1;
      blocks.push(basicBlock(weights, `layer${group + 1}.${index}`, before, channels, stride));
      before = channels;
      size = size.map((length) => Math.ceil(length / stride));
      hiddenShapes.push([...size, channels]);
    }
  });
  const [lastHeight, lastWidth] = size as [number, number];
  const reader = mapReader(weights, {
    shape: [lastHeight, lastWidth, before],
    bottleneck: config.bottleneck,
    pooling: 'average',
    normalization: 'batch',
  });
  const classifier = linear(weights, 'fc', reader.features, task.classes, { initializer: 'glorot' });
  return {
    layerCount: blocks.length,
    hiddenShapes,
    forward(input, options) {
      let x = tf.relu(stemNorm(stem(input.pixels!), options.training));
      const hiddenStates: Tensor[] = [x];
      for (const block of blocks) {
        x = block(x, options.training);
        hiddenStates.push(x);
      }
      const pooled = dropout(reader.read(x, options.training), config.dropout, options);
      return { logits: classifier(pooled), hiddenStates };
    },
    pool: (hiddenState) => tf.mean(hiddenState, [1, 2]),
  };
}

/** Channels of the three groups. */
export const groupChannels = ({ width }: Pick<ResnetConfig, 'width'>): number[] =>
  [16, 32, 64].map((channels) => Math.max(1, Math.round(channels * width)));

type Block = (x: Tensor, training: boolean) => Tensor;

function basicBlock(
  weights: WeightRegistry,
  name: string,
  before: number,
  channels: number,
  stride: number,
): Block {
  const first = convolution(weights, `${name}.conv1`, before, channels, { kernel: 3, stride, bias: false });
  const firstNorm = batchNorm(weights, `${name}.bn1`, channels);
  const second = convolution(weights, `${name}.conv2`, channels, channels, { kernel: 3, bias: false });
  const secondNorm = batchNorm(weights, `${name}.bn2`, channels);
  const shortcut =
    stride === 1 && before === channels ? undefined : projection(weights, name, before, channels, stride);
  return (x, training) => {
    const inner = tf.relu(firstNorm(first(x), training));
    const residual = secondNorm(second(inner), training);
    return tf.relu(tf.add(residual, shortcut ? shortcut(x, training) : x));
  };
}

function projection(
  weights: WeightRegistry,
  name: string,
  before: number,
  channels: number,
  stride: number,
): Block {
  const convolve = convolution(weights, `${name}.downsample.0`, before, channels, {
    kernel: 1,
    stride,
    bias: false,
  });
  const norm = batchNorm(weights, `${name}.downsample.1`, channels);
  return (x, training) => norm(convolve(x), training);
}

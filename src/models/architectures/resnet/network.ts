import type { Tensor } from '@tensorflow/tfjs-core';
import { UserError } from '../../../base/user-error.ts';
import type { TaskShape } from '../../../data/dataset.ts';
import { tf } from '../../../device/tensorflow.ts';
import type { ResnetConfig } from '../../../experiment/architectures/resnet.ts';
import { imageSize } from '../../image-input.ts';
import { batchNorm } from '../../layers/batch-norm.ts';
import { convolution } from '../../layers/convolution.ts';
import { dropout } from '../../layers/dropout.ts';
import { linear } from '../../layers/linear.ts';
import { mapReader } from '../../layers/map-reader.ts';
import type { Network } from '../../network.ts';
import type { WeightRegistry } from '../../weights.ts';

/**
 * The residual networks of He et al. 2015, section 4.2, for small images: a 3×3 stem, three groups of (depth − 2) / 6
 * basic blocks with 16, 32 and 64 channels times `width`, the second and third group beginning with stride 2, global
 * average pooling, after a bottleneck if there is one, and a classifier. Where a block changes shape its shortcut is a 1×1 convolution. Weights are named as
 * in torchvision. Hidden state 0 is the stem's output, hidden state k that of block k.
 */
export function resnetNetwork(config: ResnetConfig, task: TaskShape, weights: WeightRegistry): Network {
  const [height, width, imageChannels] = imageSize(config, task);
  const groups = groupChannels(config);
  const perGroup = blocksPerGroup(config);
  const kept = keptBlocks(config);
  if (kept > 3 * perGroup)
    throw new UserError(`A resnet of depth ${config.depth} has ${3 * perGroup} blocks, not ${kept}.`, {
      remedy: 'Leave "blocks" out, or take a greater depth.',
    });

  const stem = convolution(weights, 'conv1', imageChannels, groups[0]!, { kernel: 3, bias: false });
  const stemNorm = batchNorm(weights, 'bn1', groups[0]!);
  const blocks: Block[] = [];
  const hiddenShapes: number[][] = [[height, width, groups[0]!]];
  let before = groups[0]!;
  let size = [height, width];
  groups.forEach((channels, group) => {
    for (let index = 0; index < perGroup && blocks.length < kept; index++) {
      const stride = group > 0 && index === 0 ? 2 : 1;
      blocks.push(basicBlock(weights, blockName(config, blocks.length), before, channels, stride));
      before = channels;
      size = size.map((length) => Math.ceil(length / stride));
      hiddenShapes.push([...size, channels]);
    }
  });
  const [lastHeight, lastWidth] = size as [number, number];
  const reader = mapReader(weights, {
    shape: [lastHeight, lastWidth, before],
    ...resnetReadsMaps(config),
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

/** Blocks of each of the three groups, if all are kept. */
export const blocksPerGroup = ({ depth }: Pick<ResnetConfig, 'depth'>): number => (depth - 2) / 6;

/** Blocks there are. */
export const keptBlocks = (config: ResnetConfig): number => config.blocks ?? 3 * blocksPerGroup(config);

/** @param index of the block, from 0 */
export const blockName = (config: ResnetConfig, index: number): string =>
  `layer${Math.floor(index / blocksPerGroup(config)) + 1}.${index % blocksPerGroup(config)}`;

/** How the last maps become a vector. */
export const resnetReadsMaps = ({ bottleneck }: ResnetConfig) =>
  ({ bottleneck, pooling: 'average', normalization: 'batch' }) as const;

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

import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import type { TaskShape } from '../../../data/dataset.ts';
import { tf } from '../../../device/tensorflow.ts';
import type { ResnetImagenetConfig } from '../../../experiment/architectures/resnet-imagenet.ts';
import { imageSize } from '../../image-input.ts';
import { activation } from '../../layers/activation.ts';
import { batchNorm } from '../../layers/batch-norm.ts';
import { convolution } from '../../layers/convolution.ts';
import { linear } from '../../layers/linear.ts';
import { mapReader } from '../../layers/map-reader.ts';
import type { Network } from '../../network.ts';
import type { WeightRegistry } from '../../weights.ts';
import { type Block, blocksOf } from './blocks.ts';
import { resnetNames as names } from './names.ts';

/** A part of the network over maps. */
type Part = (x: Tensor, training: boolean) => Tensor;

/**
 * The residual networks of He et al. 2015, section 4.1, for large images: a 7×7 convolution with stride 2 and 3×3 max
 * pooling with stride 2, groups of basic or bottleneck blocks, global average pooling, after a bottleneck of an exit if
 * there is one, and a classifier. Weights have the names and shapes of ResNetForImageClassification in transformers.
 * Hidden state 0 is what the stem makes, hidden state k that of block k.
 */
export function resnetImagenetNetwork(
  config: ResnetImagenetConfig,
  task: TaskShape,
  weights: WeightRegistry,
): Network {
  const [height, width, imageChannels] = imageSize(config, task);
  const activate = activation(config.activation);
  const plan = blocksOf(config);
  const stem = normalized(weights, names.stem, imageChannels, config.stemChannels, 7, 2);
  const blocks = plan.map((block) => residual(block, activate, weights));
  const hiddenShapes = [[quartered(height), quartered(width), config.stemChannels]];
  for (const { stride, after } of plan) {
    const [rows, columns] = hiddenShapes.at(-1)! as [number, number, number];
    hiddenShapes.push([Math.ceil(rows / stride), Math.ceil(columns / stride), after]);
  }
  const reader = mapReader(weights, {
    shape: hiddenShapes.at(-1)! as [number, number, number],
    ...resnetImagenetReadsMaps(config),
  });
  const classifier = linear(weights, names.classifier, reader.features, task.classes, {
    initializer: 'glorot',
  });
  return {
    layerCount: blocks.length,
    hiddenShapes,
    forward(input, { training }) {
      const seen = activate(stem(input.pixels!, training));
      let x: Tensor = tf.maxPool(seen as Tensor4D, 3, 2, 1, 'floor');
      const hiddenStates: Tensor[] = [x];
      for (const block of blocks) {
        x = block(x, training);
        hiddenStates.push(x);
      }
      return { logits: classifier(reader.read(x, training)), hiddenStates };
    },
    pool: (hiddenState) => tf.mean(hiddenState, [1, 2]),
  };
}

/** How the last maps become a vector. */
export const resnetImagenetReadsMaps = ({ bottleneck }: Pick<ResnetImagenetConfig, 'bottleneck'>) =>
  ({ bottleneck, pooling: 'average', normalization: 'batch' }) as const;

const quartered = (length: number) => Math.ceil(Math.ceil(length / 2) / 2);

/** A convolution without bias, and its normalization. */
function normalized(
  weights: WeightRegistry,
  name: string,
  before: number,
  after: number,
  kernel: number,
  stride: number,
): Part {
  const convolve = convolution(weights, `${name}.convolution`, before, after, {
    kernel,
    stride,
    bias: false,
  });
  const norm = batchNorm(weights, `${name}.normalization`, after);
  return (x, training) => norm(convolve(x), training);
}

function residual(
  { name, before, after, stride, parts, projects }: Block,
  activate: (x: Tensor) => Tensor,
  weights: WeightRegistry,
): Part {
  const inner = parts.map((part) =>
    normalized(weights, part.name, part.before, part.after, part.kernel, part.stride),
  );
  const shortcut = projects
    ? normalized(weights, `${name}.${names.shortcut}`, before, after, 1, stride)
    : undefined;
  return (x, training) => {
    const made = inner.reduce((maps, part, index) => part(index === 0 ? maps : tf.relu(maps), training), x);
    return activate(tf.add(made, shortcut ? shortcut(x, training) : x));
  };
}

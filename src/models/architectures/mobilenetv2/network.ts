import type { Tensor } from '@tensorflow/tfjs-core';
import type { TaskShape } from '../../../data/dataset.ts';
import { tf } from '../../../device/tensorflow.ts';
import type { MobilenetV2Config } from '../../../experiment/architectures/mobilenetv2.ts';
import { imageSize } from '../../image-input.ts';
import { activation } from '../../layers/activation.ts';
import { batchNorm } from '../../layers/batch-norm.ts';
import { convolution } from '../../layers/convolution.ts';
import { depthwise } from '../../layers/depthwise.ts';
import { dropout } from '../../layers/dropout.ts';
import { linear } from '../../layers/linear.ts';
import { type MapReader, mapReader } from '../../layers/map-reader.ts';
import type { Network } from '../../network.ts';
import type { WeightRegistry } from '../../weights.ts';
import { mobilenetNames as names } from './names.ts';
import { type MobilenetLayer, mobilenetSizes } from './sizes.ts';

/** A part of the network over maps. */
type Part = (x: Tensor, training: boolean) => Tensor;

/**
 * MobileNetV2 (Sandler et al. 2018): a stem that halves the image, inverted residuals, each a 1×1 convolution to more
 * channels, a 3×3 convolution of each by itself and a 1×1 convolution to few, then a 1×1 convolution, global average
 * pooling and a classifier. Weights have the names and shapes of MobileNetV2ForImageClassification in transformers. Hidden
 * state 0 is the stem's output, hidden state k that of layer k. Running statistics move a tenth of the way to those of a
 * batch, as everywhere here: transformers takes TensorFlow's decay of 0.997 for that share, by which evaluation would see
 * the last batch alone.
 */
export function mobilenetNetwork(
  config: MobilenetV2Config,
  task: TaskShape,
  weights: WeightRegistry,
): Network {
  const [height, width, imageChannels] = imageSize(config, task);
  const sizes = mobilenetSizes(config);
  const parts = partsOf(config, weights);
  const stem: Part[] = [
    parts.whole(names.first, imageChannels, sizes.first, 2),
    parts.apart(names.stemApart, sizes.first, 1),
    parts.across(names.stemReduce, sizes.first, sizes.stem, false),
  ];
  const layers = sizes.layers.map((layer, index) => invertedResidual(parts, names.layer(index), layer));
  const hiddenShapes = [[Math.ceil(height / 2), Math.ceil(width / 2), sizes.stem]];
  for (const { stride, after } of sizes.layers) {
    const [rows, columns] = hiddenShapes.at(-1)! as [number, number, number];
    hiddenShapes.push([Math.ceil(rows / stride), Math.ceil(columns / stride), after]);
  }
  const reader = readerOf(config, parts, hiddenShapes.at(-1)! as [number, number, number], weights);
  const classifier = linear(weights, names.classifier, reader.features, task.classes, {
    initializer: 'glorot',
  });
  return {
    layerCount: layers.length,
    hiddenShapes,
    forward(input, options) {
      const { training } = options;
      let x = stem.reduce((maps, part) => part(maps, training), input.pixels!);
      const hiddenStates: Tensor[] = [x];
      for (const layer of layers) {
        x = layer(x, training);
        hiddenStates.push(x);
      }
      const pooled = dropout(reader.read(x, training), config.dropout, options);
      return { logits: classifier(pooled), hiddenStates };
    },
    pool: (hiddenState) => tf.mean(hiddenState, [1, 2]),
  };
}

/** How the last maps of a network without its last convolution become a vector. */
export const mobilenetReadsMaps = ({ bottleneck }: Pick<MobilenetV2Config, 'bottleneck'>) =>
  ({ bottleneck, pooling: 'average', normalization: 'batch' }) as const;

/** Convolutions, each with its normalization, and its activation but where it is left out. */
function partsOf({ padding, activation: kind, normEpsilon }: MobilenetV2Config, weights: WeightRegistry) {
  const around = padding === 'tensorflow' ? 'same' : undefined;
  const activate = activation(kind);
  const normalized = (
    name: string,
    convolve: (x: Tensor) => Tensor,
    channels: number,
    active = true,
  ): Part => {
    const norm = batchNorm(weights, `${name}.normalization`, channels, normEpsilon);
    return (x, training) => {
      const made = norm(convolve(x), training);
      return active ? activate(made) : made;
    };
  };
  const convolve = (name: string, inputs: number, outputs: number, kernel: number, stride = 1) =>
    convolution(weights, `${name}.convolution`, inputs, outputs, {
      kernel,
      stride,
      padding: around,
      bias: false,
    });
  return {
    /** 3×3, over all channels. */
    whole: (name: string, inputs: number, outputs: number, stride: number) =>
      normalized(name, convolve(name, inputs, outputs, 3, stride), outputs),
    /** 3×3, of each channel by itself. */
    apart(name: string, channels: number, stride: number) {
      const apart = depthwise(weights, `${name}.convolution`, channels, { stride, padding: around });
      return normalized(name, apart, channels);
    },
    /** 1×1. */
    across: (name: string, inputs: number, outputs: number, active: boolean) =>
      normalized(name, convolve(name, inputs, outputs, 1), outputs, active),
  };
}

type Parts = ReturnType<typeof partsOf>;

function invertedResidual(
  parts: Parts,
  name: string,
  { before, inner, after, stride, adds }: MobilenetLayer,
): Part {
  const expand = parts.across(`${name}.${names.expand}`, before, inner, true);
  const apart = parts.apart(`${name}.${names.apart}`, inner, stride);
  const reduce = parts.across(`${name}.${names.reduce}`, inner, after, false);
  return (x, training) => {
    const made = reduce(apart(expand(x, training), training), training);
    return adds ? tf.add(x, made) : made;
  };
}

/** What makes a vector of the last maps. */
function readerOf(
  config: MobilenetV2Config,
  parts: Parts,
  shape: readonly [number, number, number],
  weights: WeightRegistry,
): MapReader {
  if (config.bottleneck) return mapReader(weights, { shape, ...mobilenetReadsMaps(config) });
  const { output } = mobilenetSizes(config);
  const last = parts.across(names.last, shape[2], output, true);
  return { features: output, read: (maps, training) => tf.mean(last(maps, training), [1, 2]) };
}

import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { UserError } from '../../../base/user-error.ts';
import type { TaskShape } from '../../../data/dataset.ts';
import { tf } from '../../../device/tensorflow.ts';
import type { CnnConfig } from '../../../experiment/architectures/cnn.ts';
import { imageSize } from '../../image-input.ts';
import { convolution } from '../../layers/convolution.ts';
import { dropout } from '../../layers/dropout.ts';
import { linear } from '../../layers/linear.ts';
import { mapReader } from '../../layers/map-reader.ts';
import { normalization } from '../../layers/normalization.ts';
import type { Network } from '../../network.ts';
import type { WeightRegistry } from '../../weights.ts';

/**
 * Stages of 3×3 convolution, normalisation, ReLU and 2×2 max pooling; the maps are flattened (height, width, channels)
 * or averaged for the dense layer, where there is one, and the classifier, after a bottleneck if there is one. Weights: `stages.K.conv.weight`, `stages.K.norm.*`,
 * `dense.weight` (units, inputs), `classifier.weight` (classes, inputs), with biases, except that a convolution before
 * batch normalisation has none. Hidden state 0 is the image, hidden state k the output of stage k; a dense layer is
 * the last layer. Dropout acts before the dense layer and before the classifier.
 */
export function cnnNetwork(config: CnnConfig, task: TaskShape, weights: WeightRegistry): Network {
  const [height, width, imageChannels] = imageSize(config, task);
  const [lastHeight, lastWidth] = sizeAfterStages(height, width, config.channels.length);
  const stages = config.channels.map((channels, index) => {
    const before = index === 0 ? imageChannels : config.channels[index - 1]!;
    return {
      convolve: convolution(weights, `stages.${index}.conv`, before, channels, {
        kernel: 3,
        bias: config.normalization !== 'batch',
      }),
      norm: normalization(config.normalization, weights, `stages.${index}.norm`, channels, 'maps'),
    };
  });
  const reader = mapReader(weights, {
    shape: [lastHeight, lastWidth, config.channels.at(-1)!],
    ...cnnReadsMaps(config),
  });
  const dense =
    config.dense === undefined ? undefined : linear(weights, 'dense', reader.features, config.dense);
  const classifier = linear(weights, 'classifier', config.dense ?? reader.features, task.classes, {
    initializer: 'glorot',
  });
  return {
    layerCount: stages.length + (dense ? 1 : 0),
    hiddenShapes: [
      [height, width, imageChannels],
      ...config.channels.map((channels, index) => [
        halved(height, index + 1),
        halved(width, index + 1),
        channels,
      ]),
      ...(config.dense === undefined ? [] : [[config.dense]]),
    ],
    forward(input, options) {
      let x: Tensor = input.pixels!;
      const hiddenStates: Tensor[] = [x];
      for (const { convolve, norm } of stages) {
        // ReLU and maximum may change places, and after pooling ReLU has a quarter of the work.
        x = tf.relu(tf.maxPool(norm(convolve(x), options.training) as Tensor4D, 2, 2, 'valid'));
        hiddenStates.push(x);
      }
      x = dropout(reader.read(x, options.training), config.dropout, options);
      if (dense) {
        const activations = tf.relu(dense(x));
        hiddenStates.push(activations);
        x = dropout(activations, config.dropout, options);
      }
      return { logits: classifier(x), hiddenStates };
    },
    pool: (hiddenState) => (hiddenState.rank === 4 ? average(hiddenState) : hiddenState),
  };
}

/** How the last maps become a vector. */
export const cnnReadsMaps = ({ bottleneck, pooling = 'flatten', normalization }: CnnConfig) => ({
  bottleneck,
  pooling,
  normalization,
});

/** How often images can be halved. */
export const mostStages = (height: number, width: number): number =>
  Math.floor(Math.log2(Math.min(height, width)));

/** One number for each map. */
const average = (maps: Tensor): Tensor => tf.mean(maps, [1, 2]);

const halved = (size: number, times: number) => Math.floor(size / 2 ** times);

function sizeAfterStages(height: number, width: number, stages: number): [number, number] {
  const last: [number, number] = [halved(height, stages), halved(width, stages)];
  if (Math.min(...last) >= 1) return last;
  const most = mostStages(height, width);
  throw new UserError(
    `A cnn of ${stages} stages halves images of ${height} × ${width} pixels until nothing is left.`,
    {
      remedy:
        most >= 1
          ? `Name at most ${most} stage${most === 1 ? '' : 's'} in "channels".`
          : 'Images this small suit an mlp.',
    },
  );
}

import type { Tensor } from '@tensorflow/tfjs-core';
import type { TaskShape } from '../../../data/dataset.ts';
import { tf } from '../../../device/tensorflow.ts';
import type { MlpConfig } from '../../../experiment/architectures/mlp.ts';
import { imageSize } from '../../image-input.ts';
import { dropout } from '../../layers/dropout.ts';
import { linear } from '../../layers/linear.ts';
import { normalization } from '../../layers/normalization.ts';
import type { Network } from '../../network.ts';
import type { WeightRegistry } from '../../weights.ts';

/**
 * Multilayer perceptron over flattened images (height, width, channels). Weights: `layers.K.weight` (units, inputs) and
 * `.bias`, which batch normalisation makes superfluous, `norms.K.*` where it normalises, `classifier.weight` (classes,
 * units) and `.bias`. Hidden state 0 is the flattened image, hidden state k the activations of layer k before dropout.
 */
export function mlpNetwork(config: MlpConfig, task: TaskShape, weights: WeightRegistry): Network {
  const [height, width, channels] = imageSize(config, task);
  const inputs = height * width * channels;
  const layers = config.hidden.map((units, index) => {
    const before = index === 0 ? inputs : config.hidden[index - 1]!;
    return {
      transform: linear(weights, `layers.${index}`, before, units, {
        bias: config.normalization !== 'batch',
      }),
      norm: normalization(config.normalization, weights, `norms.${index}`, units, 'vectors'),
    };
  });
  const classifier = linear(weights, 'classifier', config.hidden.at(-1)!, task.classes, {
    initializer: 'glorot',
  });
  return {
    layerCount: layers.length,
    hiddenShapes: [[inputs], ...config.hidden.map((units) => [units])],
    forward(input, options) {
      const pixels = tf.reshape(input.pixels!, [-1, inputs]);
      const hiddenStates: Tensor[] = [pixels];
      let x: Tensor = dropout(pixels, config.inputDropout, options);
      for (const { transform, norm } of layers) {
        const activations = tf.relu(norm(transform(x), options.training));
        hiddenStates.push(activations);
        x = dropout(activations, config.dropout, options);
      }
      return { logits: classifier(x), hiddenStates };
    },
    pool: (hiddenState) => hiddenState,
  };
}

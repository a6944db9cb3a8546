import type { RandomGenerator } from '../../src/device/random-generator.ts';
import { tf } from '../../src/device/tensorflow.ts';
import { activation } from '../../src/models/layers/activation.ts';
import { attend, paddingBias } from '../../src/models/layers/attention.ts';
import { embedding } from '../../src/models/layers/embedding.ts';
import { layerNorm } from '../../src/models/layers/layer-norm.ts';
import { linear } from '../../src/models/layers/linear.ts';
import type { Model } from '../../src/models/model.ts';
import { freshWeights, Weights } from '../../src/models/weights.ts';

export interface EncoderShape {
  readonly layers: number;
  readonly width: number;
  readonly heads: number;
  readonly length: number;
  readonly vocabulary: number;
  readonly classes: number;
}

/** A transformer encoder with a classifier on its first position, made of the layers that models are built from. */
export function encoder(shape: EncoderShape, generator: RandomGenerator): Model {
  const { layers, width, heads, length, vocabulary, classes } = shape;
  const weights = new Weights(freshWeights(generator));
  const tokens = embedding(weights, 'tokens', vocabulary, width, 0.02);
  const positions = embedding(weights, 'positions', length, width, 0.02);
  const gelu = activation('gelu');
  const attention = { heads, headSize: width / heads, keyValueHeads: heads, dropout: 0 };
  const blocks = Array.from({ length: layers }, (_, index) => ({
    queries: linear(weights, `${index}.queries`, width, width),
    keys: linear(weights, `${index}.keys`, width, width),
    values: linear(weights, `${index}.values`, width, width),
    output: linear(weights, `${index}.output`, width, width),
    afterAttention: layerNorm(weights, `${index}.afterAttention`, width),
    up: linear(weights, `${index}.up`, width, 4 * width),
    down: linear(weights, `${index}.down`, 4 * width, width),
    afterFeedForward: layerNorm(weights, `${index}.afterFeedForward`, width),
  }));
  const classifier = linear(weights, 'classifier', width, classes);
  return {
    // The schema has no such model; nothing here reads the configuration.
    config: undefined as never,
    task: { classes },
    layerCount: layers,
    parameters: weights.parameters,
    buffers: weights.buffers,
    forward({ ids, mask }, options) {
      const batch = ids!.shape[0]!;
      const bias = paddingBias(mask!);
      const embedded = tf.add(tokens.lookUp(ids!), positions.rows(0, length));
      let x = tf.reshape(embedded, [batch * length, width]);
      const hiddenStates = [x];
      for (const block of blocks) {
        const projected = { queries: block.queries(x), keys: block.keys(x), values: block.values(x) };
        const attended = attend(projected, attention, length, bias, options);
        x = block.afterAttention(tf.add(x, block.output(attended)));
        x = block.afterFeedForward(tf.add(x, block.down(gelu(block.up(x)))));
        hiddenStates.push(x);
      }
      const first = tf.slice(tf.reshape(x, [batch, length, width]), [0, 0, 0], [batch, 1, width]);
      return { logits: classifier(tf.reshape(first, [batch, width])), hiddenStates };
    },
    pool: (hiddenState) => hiddenState,
    dispose: () => weights.dispose(),
  };
}

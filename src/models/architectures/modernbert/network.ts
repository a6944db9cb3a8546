import type { Tensor } from '@tensorflow/tfjs-core';
import type { TaskShape } from '../../../data/dataset.ts';
import { tf } from '../../../device/tensorflow.ts';
import type { ModernBertConfig } from '../../../experiment/architectures/modernbert.ts';
import { activation } from '../../layers/activation.ts';
import { attend, nearBias, paddingBias } from '../../layers/attention.ts';
import { dropout } from '../../layers/dropout.ts';
import { embedding } from '../../layers/embedding.ts';
import { layerNorm } from '../../layers/layer-norm.ts';
import { linear } from '../../layers/linear.ts';
import { type Rotation, rotary } from '../../layers/rotary.ts';
import type { ForwardOptions, ModelInput } from '../../model.ts';
import type { Network } from '../../network.ts';
import { firstToken, meanOverTokens, positionCount, rotatedHeadSize, textShape } from '../../text-input.ts';
import type { WeightRegistry } from '../../weights.ts';
import { requireReach } from '../reach.ts';
import { modernBertNames as names } from './names.ts';
import { modernBertIntermediateSize, modernBertReach } from './sizes.ts';

/** Standard deviation of fresh weights, as in ModernBERT. */
const deviation = 0.02;
/** What adds to the residual stream begins smaller, the more layers add to it. */
const residualDeviation = ({ layers }: ModernBertConfig) => deviation / Math.sqrt(2 * layers);

/** How far the tokens of a batch look, and how their positions are told. */
interface View {
  readonly length: number;
  readonly bias: Tensor;
  readonly rotation: Rotation;
}

/**
 * Transformer encoder with rotary positions and gated units, most of whose layers look only at what is near (Warner et al.
 * 2024). Weights have the names and shapes of ModernBertForSequenceClassification in transformers. Hidden state 0 is the
 * embeddings' output, hidden state k that of layer k, the last one before the final normalisation; (batch, length,
 * hiddenSize). They pool to what the classifier sees, through that normalisation and the hidden layer of the head, so that
 * an exit, too, is a ModernBERT with fewer layers.
 */
export function modernBertNetwork(
  config: ModernBertConfig,
  task: TaskShape,
  weights: WeightRegistry,
): Network {
  const text = textShape(config, task, 'classification');
  positionCount(config.positions, text);
  requireReach(config);
  const { hiddenSize, globalRopeTheta, localRopeTheta } = config;
  const headSize = rotatedHeadSize(config);
  const words = embedding(weights, names.words, text.vocabulary, hiddenSize, deviation);
  const embeddingNorm = norm(config, names.embeddingNorm, weights);
  const whole = modernBertReach.of(config);
  const layers = whole.map((_, index) => encoderLayer(config, headSize, index, weights));
  const pool = pooling(config, weights);
  const classifier = linear(weights, names.classifier, hiddenSize, task.classes, {
    initializer: { normal: 1 / Math.sqrt(hiddenSize) },
  });
  return {
    layerCount: config.layers,
    hiddenShapes: Array.from({ length: config.layers + 1 }, () => [text.length, hiddenSize]),
    forward(input, options) {
      const [batch, length] = input.ids!.shape as [number, number];
      const padding = paddingBias(input.mask ?? tf.ones([batch, length]));
      const all: View = { length, bias: padding, rotation: rotary(length, headSize, globalRopeTheta) };
      const near: View = {
        length,
        bias: nearBias(padding, Math.floor(config.localAttention / 2)),
        rotation: rotary(length, headSize, localRopeTheta),
      };
      const unfolded = (rows: Tensor) => tf.reshape(rows, [batch, length, hiddenSize]);
      const embedded = embeddingNorm(tf.reshape(words.lookUp(input.ids!), [-1, hiddenSize]));
      let rows = dropout(embedded, config.embeddingDropout, options);
      const hiddenStates: Tensor[] = [unfolded(rows)];
      for (const [index, layer] of layers.entries()) {
        rows = layer(rows, whole[index] ? all : near, options);
        hiddenStates.push(unfolded(rows));
      }
      const pooled = pool(hiddenStates.at(-1)!, input);
      return { logits: classifier(dropout(pooled, config.classifierDropout, options)), hiddenStates };
    },
    pool,
  };
}

const norm = (
  { hiddenSize, layerNormEpsilon, normBias }: ModernBertConfig,
  name: string,
  weights: WeightRegistry,
) => layerNorm(weights, name, hiddenSize, layerNormEpsilon, { bias: normBias });

function encoderLayer(config: ModernBertConfig, headSize: number, index: number, weights: WeightRegistry) {
  const { hiddenSize, heads, attentionBias, attentionDropout, feedForwardBias, feedForwardDropout } = config;
  const name = names.layer(index);
  const inner = modernBertIntermediateSize(config);
  const width = heads * headSize;
  const added = residualDeviation(config);
  const project = (part: string, inputs: number, outputs: number, bias: boolean, normal: number) =>
    linear(weights, `${name}.${part}`, inputs, outputs, { bias, initializer: { normal } });
  // The embeddings are normalised already.
  const attentionNorm = index > 0 ? norm(config, `${name}.${names.attentionNorm}`, weights) : undefined;
  const queriesKeysValues = project(names.queriesKeysValues, hiddenSize, 3 * width, attentionBias, deviation);
  const attentionOutput = project(names.attentionOutput, width, hiddenSize, attentionBias, added);
  const innerNorm = norm(config, `${name}.${names.innerNorm}`, weights);
  const up = project(names.up, hiddenSize, 2 * inner, feedForwardBias, deviation);
  const down = project(names.down, inner, hiddenSize, feedForwardBias, added);
  const activate = activation(config.activation);
  const shape = { heads, headSize, keyValueHeads: heads, dropout: attentionDropout };
  return (x: Tensor, { length, bias, rotation }: View, options: ForwardOptions): Tensor => {
    const made = queriesKeysValues(attentionNorm?.(x) ?? x);
    const [queries, keys, values] = tf.split(made, 3, -1) as [Tensor, Tensor, Tensor];
    const mixed = attend({ queries, keys, values }, shape, length, bias, options, rotation);
    const middle = tf.add(x, dropout(attentionOutput(mixed), attentionDropout, options));
    const [units, gates] = tf.split(up(innerNorm(middle)), 2, -1) as [Tensor, Tensor];
    const gated = tf.mul(activate(units), gates);
    return tf.add(middle, down(dropout(gated, feedForwardDropout, options)));
  };
}

/** (batch, length, hiddenSize) to what the classifier sees, (batch, hiddenSize). */
function pooling(config: ModernBertConfig, weights: WeightRegistry): Network['pool'] {
  const { hiddenSize, headBias: bias } = config;
  const lastNorm = norm(config, names.lastNorm, weights);
  const dense = linear(weights, names.headDense, hiddenSize, hiddenSize, {
    bias,
    initializer: { normal: residualDeviation(config) },
  });
  const headNorm = norm(config, names.headNorm, weights);
  const activate = activation(config.activation);
  const whole = (state: Tensor, input: ModelInput) =>
    config.pooling === 'mean' ? meanOverTokens(lastNorm(state), input) : lastNorm(firstToken(state));
  return (state, input) => headNorm(activate(dense(whole(state, input))));
}

import type { Tensor } from '@tensorflow/tfjs-core';
import { UserError } from '../../../base/user-error.ts';
import type { TaskShape, TextShape } from '../../../data/dataset.ts';
import { tf } from '../../../device/tensorflow.ts';
import type { BertConfig } from '../../../experiment/architectures/bert.ts';
import { activation } from '../../layers/activation.ts';
import { attend, paddingBias } from '../../layers/attention.ts';
import { dropout } from '../../layers/dropout.ts';
import { embedding } from '../../layers/embedding.ts';
import { layerNorm } from '../../layers/layer-norm.ts';
import { linear } from '../../layers/linear.ts';
import type { ForwardOptions, ModelInput } from '../../model.ts';
import type { Network } from '../../network.ts';
import { firstToken, headSize, positionCount, textShape } from '../../text-input.ts';
import type { WeightRegistry } from '../../weights.ts';
import { intermediateSizeOf } from './config-parts.ts';
import { type Classify, linearHead } from './head.ts';
import type { BertLayout } from './layout.ts';
import { bertLayouts } from './layouts.ts';
import { relativeBias } from './relative-bias.ts';

/** Standard deviation of fresh weights, as in BERT. */
const deviation = 0.02;
const initializer = { normal: deviation };

/**
 * Transformer encoder with a classifier on its first token (Devlin et al. 2019), in the layout of BERT, DistilBERT,
 * RoBERTa, ELECTRA, ALBERT or MPNet. Weights have the names and shapes of BertForSequenceClassification and its siblings in transformers. Hidden
 * state 0 is the embeddings' output, brought to the width of the rest, hidden state k that of layer k, (batch, length,
 * hiddenSize).
 */
export function bertNetwork(config: BertConfig, task: TaskShape, weights: WeightRegistry): Network {
  const text = textShape(config, task, 'classification');
  const layout = bertLayouts[config.layout];
  const embed = embeddings(config, text, layout, weights);
  const distinct = Array.from({ length: layout.sharesLayers ? 1 : config.layers }, (_, index) =>
    encoderLayer(config, layout, layout.names.layer(index), weights),
  );
  const apart =
    layout.relativePositions && relativeBias(weights, layout.relativePositions, config.heads, deviation);
  const layers = Array.from({ length: config.layers }, (_, index) => distinct[index % distinct.length]!);
  const classify = classifier(config, layout, task.classes, weights);
  return {
    layerCount: config.layers,
    hiddenShapes: Array.from({ length: config.layers + 1 }, () => [text.length, config.hiddenSize]),
    forward(input, options) {
      const [batch, length] = input.ids!.shape as [number, number];
      const padding = paddingBias(input.mask ?? tf.ones([batch, length]));
      const bias = apart ? tf.add(padding, apart(length)) : padding;
      const unfolded = (rows: Tensor) => tf.reshape(rows, [batch, length, config.hiddenSize]);
      let rows = embed(input, options);
      const hiddenStates: Tensor[] = [unfolded(rows)];
      for (const layer of layers) {
        rows = layer(rows, length, bias, options);
        hiddenStates.push(unfolded(rows));
      }
      return { logits: classify(firstToken(hiddenStates.at(-1)!), options), hiddenStates };
    },
    pool: firstToken,
  };
}

/**
 * Where tokens stand as transformers counts it in some layouts: tokens of one id are passed over, and stand at the place of
 * that number.
 * @returns (batch, length) int32
 */
function countedPlaces(ids: Tensor, uncounted: number): Tensor {
  const length = ids.shape[1]!;
  const before = Float32Array.from({ length: length * length }, (_, at) =>
    Number(Math.floor(at / length) <= at % length),
  );
  const counts = tf.cast(tf.notEqual(ids, uncounted), 'float32');
  const counted = tf.mul(tf.matMul(counts, tf.tensor2d(before, [length, length])), counts);
  return tf.cast(tf.add(counted, uncounted), 'int32');
}

/**
 * How many types of tokens there are.
 * @throws UserError where samples have more than the model knows
 */
function typesOf({ tokenTypes }: BertConfig, layout: BertLayout, { pairs }: TextShape): number {
  const asked = pairs?.types ?? 1;
  const types = tokenTypes ?? Math.max(layout.tokenTypes, asked);
  if (types >= asked) return types;
  throw new UserError(
    `The model knows ${types} type of tokens, but the tokenizer tells pairs of texts apart by ${asked}.`,
    {
      remedy: 'Take the tokenizer that belongs to the model, or a model with as many "tokenTypes".',
    },
  );
}

/** @returns (batch · length, hiddenSize) */
function embeddings(config: BertConfig, text: TextShape, layout: BertLayout, weights: WeightRegistry) {
  const { embeddingSize: width = config.hiddenSize } = config;
  const { names } = layout;
  const start = layout.firstPosition(text.padId);
  const rows = positionCount(config.positions, text) + start;
  const words = embedding(weights, names.words, text.vocabulary, width, deviation);
  const positions = embedding(weights, names.positions, rows, width, deviation);
  const tokenTypes = names.tokenTypes
    ? embedding(weights, names.tokenTypes, typesOf(config, layout, text), width, deviation)
    : undefined;
  const norm = layerNorm(weights, names.embeddingNorm, width, config.layerNormEpsilon);
  const project = projection(config, layout, weights);
  return (input: ModelInput, options: ForwardOptions): Tensor => {
    const length = input.ids!.shape[1]!;
    const place =
      layout.uncounted === undefined
        ? positions.rows(start, length)
        : positions.lookUp(countedPlaces(input.ids!, layout.uncounted));
    const told = tokenTypes && input.segments && tokenTypes.lookUp(input.segments);
    const constant = tokenTypes && !told ? tf.add(place, tokenTypes.rows(0, 1)) : place;
    const known = tf.add(words.lookUp(input.ids!), constant);
    const sum = told ? tf.add(known, told) : known;
    return project(dropout(norm(tf.reshape(sum, [-1, width])), config.dropout, options));
  };
}

/**
 * What brings embeddings to the width of the hidden states.
 * @throws UserError if they have another one in a layout where they cannot
 */
function projection(
  { embeddingSize, hiddenSize, layout }: BertConfig,
  { projection: name, alwaysProjects = false }: BertLayout,
  weights: WeightRegistry,
): (x: Tensor) => Tensor {
  const width = embeddingSize ?? hiddenSize;
  if (width === hiddenSize && !alwaysProjects) return (x) => x;
  if (name !== undefined) return linear(weights, name, width, hiddenSize, { initializer });
  throw new UserError(
    `Embeddings of a model in layout ${layout} are as wide as its hidden states: ${hiddenSize}, not ${embeddingSize}.`,
    { remedy: 'Leave out embeddingSize, or choose layout electra or albert.' },
  );
}

function encoderLayer(config: BertConfig, layout: BertLayout, name: string, weights: WeightRegistry) {
  const { hiddenSize, heads, layerNormEpsilon } = config;
  const { names, dropsAttention, dropsFeedForward = true } = layout;
  const inner = intermediateSizeOf(config);
  const project = (part: string, inputs: number, outputs: number) =>
    linear(weights, `${name}.${part}`, inputs, outputs, { initializer });
  const size = config.headSize ?? headSize(hiddenSize, heads);
  const width = heads * size;
  const query = project(names.query, hiddenSize, width);
  const key = project(names.key, hiddenSize, width);
  const value = project(names.value, hiddenSize, width);
  const attentionOutput = project(names.attentionOutput, width, hiddenSize);
  const attentionNorm = layerNorm(weights, `${name}.${names.attentionNorm}`, hiddenSize, layerNormEpsilon);
  const up = project(names.up, hiddenSize, inner);
  const down = project(names.down, inner, hiddenSize);
  const outputNorm = layerNorm(weights, `${name}.${names.outputNorm}`, hiddenSize, layerNormEpsilon);
  const activate = activation(config.activation);
  const shape = {
    heads,
    headSize: size,
    keyValueHeads: heads,
    dropout: config.attentionDropout,
  };
  return (x: Tensor, length: number, bias: Tensor, options: ForwardOptions): Tensor => {
    const mixed = attend({ queries: query(x), keys: key(x), values: value(x) }, shape, length, bias, options);
    const made = attentionOutput(mixed);
    const attended = dropsAttention ? dropout(made, config.dropout, options) : made;
    const middle = attentionNorm(tf.add(attended, x));
    const wide = down(activate(up(middle)));
    const put = dropsFeedForward ? dropout(wide, config.dropout, options) : wide;
    return outputNorm(tf.add(put, middle));
  };
}

function classifier(
  config: BertConfig,
  layout: BertLayout,
  classes: number,
  weights: WeightRegistry,
): Classify {
  const { hiddenSize } = config;
  const head = config.head === 'linear' ? linearHead : layout.head;
  return head.build({
    classes,
    hiddenSize,
    rate: config.classifierDropout ?? config.dropout,
    linear: (name, outputs) => linear(weights, name, hiddenSize, outputs, { initializer }),
  });
}

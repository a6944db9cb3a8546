import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import type { TextShape } from '../../data/dataset.ts';
import { tf } from '../../device/tensorflow.ts';
import type { ForwardOptions, MemoryShape } from '../model.ts';
import type { Network } from '../network.ts';
import { meanOverTokens } from '../text-input.ts';
import { apartBias, causalBias, continuedBias } from './attention.ts';
import { LayerMemory } from './memory.ts';
import type { Places, Rotation } from './rotary.ts';

/** What a layer knows of texts beside their rows. */
export interface TextView {
  readonly length: number;
  /** Keeps a token from seeing those after it. */
  readonly bias: Tensor;
  readonly rotation?: Rotation | undefined;
  readonly memory?: LayerMemory | undefined;
}

/** One layer over rows (batch · length, hiddenSize). */
export type DecoderLayer = (rows: Tensor, view: TextView, options: ForwardOptions) => Tensor;

/** How far the tokens of a layer look, and how their places are told; layers of one kind share one. */
export interface Sight {
  /** How many tokens each one sees, itself and those before it. Left out: all. */
  readonly window?: number | undefined;
  /** How queries and keys are turned by their position; left out where they are not. */
  rotation?(places: Places): Rotation;
}

export interface DecoderParts {
  readonly text: TextShape;
  readonly hiddenSize: number;
  readonly layers: readonly DecoderLayer[];
  /** Heads of keys and values in each layer, and their size. */
  readonly memory: MemoryShape;
  /** Of each layer. Left out: all see everything before them, and turn nothing. */
  readonly sights?: readonly Sight[];
  /** Embeddings of the tokens, and of their positions where they have any: (batch · length, hiddenSize). */
  embed(ids: Tensor, places: Places, options: ForwardOptions): Tensor;
  /** Normalises what the last layer makes. */
  lastNorm(rows: Tensor): Tensor;
  /** (vocabulary, hiddenSize), what turns the last hidden state into logits. */
  readonly predictor: Tensor;
}

/** The frame of causal language models: embeddings, layer upon layer, the last one normalised, and a predictor. */
export function decoder(parts: DecoderParts): Network {
  const { text, hiddenSize, layers, memory, predictor } = parts;
  const plain: Sight = {};
  const sights = parts.sights ?? layers.map(() => plain);
  const through = (
    rows: Tensor,
    view: (layer: number) => TextView,
    options: ForwardOptions,
    each?: (rows: Tensor) => void,
  ) =>
    layers.reduce((before, layer, index) => {
      const made = layer(before, view(index), options);
      const after = index === layers.length - 1 ? parts.lastNorm(made) : made;
      each?.(after);
      return after;
    }, rows);
  const predicted = (rows: Tensor, batch: number, length: number) => {
    const logits = tf.matMul(rows as Tensor2D, predictor as Tensor2D, false, true);
    return tf.reshape(logits, [batch, length, text.vocabulary]);
  };
  const lastOf = (rows: Tensor, batch: number, length: number) => {
    const unfolded = tf.reshape(rows, [batch, length, hiddenSize]);
    return tf.reshape(tf.slice(unfolded, [0, length - 1, 0], [batch, 1, hiddenSize]), [batch, hiddenSize]);
  };
  return {
    layerCount: layers.length,
    hiddenShapes: Array.from({ length: layers.length + 1 }, () => [text.length, hiddenSize]),
    forward({ ids, documents, positions }, options) {
      const [batch, length] = ids!.shape as [number, number];
      const places = positions ? { positions } : { length };
      const view = ofSights(sights, ({ window, rotation }) => {
        const causal = causalBias(length, window);
        return {
          length,
          bias: documents ? apartBias(causal, documents) : causal,
          rotation: rotation?.(places),
        };
      });
      const unfolded = (rows: Tensor) => tf.reshape(rows, [batch, length, hiddenSize]);
      const embedded = parts.embed(ids!, places, options);
      const hiddenStates = [unfolded(embedded)];
      const last = through(embedded, view, options, (rows) => hiddenStates.push(unfolded(rows)));
      return { logits: predicted(last, batch, length), hiddenStates };
    },
    memory: { ...memory, layers: layers.length },
    proceed({ ids, mask, positions, past, predict = 'all' }) {
      const [batch, length] = ids.shape as [number, number];
      const memories = layers.map((_, layer) => new LayerMemory(past?.[layer]));
      const options = { training: false };
      const seen = ofSights(sights, ({ window, rotation }) => ({
        length,
        bias: continuedBias(mask, length, window),
        rotation: rotation?.({ positions }),
      }));
      const view = (layer: number) => ({ ...seen(layer), memory: memories[layer] });
      const last = through(parts.embed(ids, { positions }, options), view, options);
      const logits =
        predict === 'all' ? predicted(last, batch, length) : predicted(lastOf(last, batch, length), batch, 1);
      return { logits, memory: memories.map(({ kept }) => kept) };
    },
    pool: meanOverTokens,
  };
}

/** What layers see of a batch: made once for all that share a sight. */
function ofSights(sights: readonly Sight[], see: (sight: Sight) => TextView): (layer: number) => TextView {
  const views = new Map([...new Set(sights)].map((sight) => [sight, see(sight)]));
  return (layer) => views.get(sights[layer]!)!;
}

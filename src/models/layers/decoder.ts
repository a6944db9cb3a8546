import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import type { TextShape } from '../../data/dataset.ts';
import { tf } from '../../device/tensorflow.ts';
import type { ForwardOptions, MemoryShape } from '../model.ts';
import type { Network } from '../network.ts';
import { meanOverTokens } from '../text-input.ts';
import { causalBias, continuedBias } from './attention.ts';
import { LayerMemory } from './memory.ts';
import type { Rotation } from './rotary.ts';

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

/** Where tokens stand: from the first position on, or at positions of their own, (batch, length) int32. */
export type Places = { readonly length: number } | { readonly positions: Tensor };

export interface DecoderParts {
  readonly text: TextShape;
  readonly hiddenSize: number;
  readonly layers: readonly DecoderLayer[];
  /** Heads of keys and values in each layer, and their size. */
  readonly memory: MemoryShape;
  /** How many tokens each one sees, itself and those before it. Left out: all. */
  readonly window?: number | undefined;
  /** Embeddings of the tokens, and of their positions where they have any: (batch · length, hiddenSize). */
  embed(ids: Tensor, places: Places, options: ForwardOptions): Tensor;
  /** How queries and keys are turned by their position; left out where they are not. */
  rotation?(places: Places): Rotation;
  /** Normalises what the last layer makes. */
  lastNorm(rows: Tensor): Tensor;
  /** (vocabulary, hiddenSize), what turns the last hidden state into logits. */
  readonly predictor: Tensor;
}

/** The frame of causal language models: embeddings, layer upon layer, the last one normalised, and a predictor. */
export function decoder(parts: DecoderParts): Network {
  const { text, hiddenSize, layers, memory, window, predictor } = parts;
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
    forward({ ids }, options) {
      const [batch, length] = ids!.shape as [number, number];
      const view = { length, bias: causalBias(length, window), rotation: parts.rotation?.({ length }) };
      const unfolded = (rows: Tensor) => tf.reshape(rows, [batch, length, hiddenSize]);
      const embedded = parts.embed(ids!, { length }, options);
      const hiddenStates = [unfolded(embedded)];
      const last = through(
        embedded,
        () => view,
        options,
        (rows) => hiddenStates.push(unfolded(rows)),
      );
      return { logits: predicted(last, batch, length), hiddenStates };
    },
    memory: { ...memory, layers: layers.length },
    proceed({ ids, mask, positions, past, predict = 'all' }) {
      const [batch, length] = ids.shape as [number, number];
      const bias = continuedBias(mask, length, window);
      const rotation = parts.rotation?.({ positions });
      const memories = layers.map((_, layer) => new LayerMemory(past?.[layer]));
      const options = { training: false };
      const view = (layer: number) => ({ length, bias, rotation, memory: memories[layer] });
      const last = through(parts.embed(ids, { positions }, options), view, options);
      const logits =
        predict === 'all' ? predicted(last, batch, length) : predicted(lastOf(last, batch, length), batch, 1);
      return { logits, memory: memories.map(({ kept }) => kept) };
    },
    pool: meanOverTokens,
  };
}

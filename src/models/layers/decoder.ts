import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import type { TextShape } from '../../data/dataset.ts';
import { tf } from '../../device/tensorflow.ts';
import type { ForwardOptions, ModelInput } from '../model.ts';
import type { Network } from '../network.ts';
import { meanOverTokens } from '../text-input.ts';
import { causalBias } from './attention.ts';

/** One layer over rows (batch · length, hiddenSize). @param bias keeps a position from seeing those after it */
export type DecoderLayer = (rows: Tensor, length: number, bias: Tensor, options: ForwardOptions) => Tensor;

export interface DecoderParts {
  readonly text: TextShape;
  readonly hiddenSize: number;
  readonly layerCount: number;
  /** How many tokens each one sees, itself and those before it. Left out: all. */
  readonly window?: number | undefined;
  /** Embeddings of the tokens, and of their positions where they have any: (batch · length, hiddenSize). */
  embed(input: ModelInput, options: ForwardOptions): Tensor;
  /** The layers for texts of this length. */
  layers(length: number): readonly DecoderLayer[];
  /** Normalises what the last layer makes. */
  lastNorm(rows: Tensor): Tensor;
  /** (vocabulary, hiddenSize), what turns the last hidden state into logits. */
  readonly predictor: Tensor;
}

/** The frame of causal language models: embeddings, layer upon layer, the last one normalised, and a predictor. */
export function decoder(parts: DecoderParts): Network {
  const { text, hiddenSize, layerCount, window, predictor } = parts;
  return {
    layerCount,
    hiddenShapes: Array.from({ length: layerCount + 1 }, () => [text.length, hiddenSize]),
    forward(input, options) {
      const [batch, length] = input.ids!.shape as [number, number];
      const bias = causalBias(length, window);
      const layers = parts.layers(length);
      const unfolded = (rows: Tensor) => tf.reshape(rows, [batch, length, hiddenSize]);
      let rows = parts.embed(input, options);
      const hiddenStates = [unfolded(rows)];
      layers.forEach((layer, index) => {
        rows = layer(rows, length, bias, options);
        if (index === layers.length - 1) rows = parts.lastNorm(rows);
        hiddenStates.push(unfolded(rows));
      });
      const logits = tf.matMul(rows as Tensor2D, predictor as Tensor2D, false, true);
      return { logits: tf.reshape(logits, [batch, length, text.vocabulary]), hiddenStates };
    },
    pool: meanOverTokens,
  };
}

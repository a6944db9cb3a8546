import type { Tensor } from '@tensorflow/tfjs-core';
import { tf } from '../../device/tensorflow.ts';
import type { ForwardOptions } from '../model.ts';
import { dropout } from './dropout.ts';
import type { LayerMemory } from './memory.ts';
import type { Rotation } from './rotary.ts';

/** Far enough below every score to get probability 0, and finite: −∞ gives NaN in gradients even where it is masked. */
const excluded = -1e9;

export interface AttentionShape {
  readonly heads: number;
  readonly headSize: number;
  /** Fewer than heads where several share keys and values (Ainslie et al. 2023). */
  readonly keyValueHeads: number;
  readonly dropout: number;
  /** What products of queries and keys are multiplied by. Left out: 1 / √headSize. */
  readonly scale?: number;
}

/**
 * Scaled dot-product attention (Vaswani et al. 2017).
 * @param queries (batch · length, heads · headSize); keys and values (batch · length, keyValueHeads · headSize).
 * @param bias added to the scores; broadcasts to (batch, heads, length, seen), where `seen` counts the tokens of the
 *   memory, too. Undefined where every place may be looked at.
 * @param memory of tokens before these, which may be looked at as well
 * @returns (batch · length, heads · headSize)
 */
export function attend(
  { queries, keys, values }: { queries: Tensor; keys: Tensor; values: Tensor },
  shape: AttentionShape,
  length: number,
  bias: Tensor | undefined,
  options: ForwardOptions,
  rotation: Rotation = (x) => x,
  memory?: LayerMemory,
): Tensor {
  const { heads, headSize, keyValueHeads } = shape;
  const split = (x: Tensor, count: number) =>
    tf.transpose(tf.reshape(x, [-1, length, count, headSize]), [0, 2, 1, 3]);
  const scaled = tf.mul(rotation(split(queries, heads)), shape.scale ?? 1 / Math.sqrt(headSize));
  const own = { keys: rotation(split(keys, keyValueHeads)), values: split(values, keyValueHeads) };
  const { keys: k, values: v } = memory?.extended(own) ?? own;
  const seen = k.shape[2]!;
  // Heads that share keys lie one below the other, as further rows: keys and values are never copied.
  const grouped = (x: Tensor, last: number) =>
    tf.reshape(x, [-1, keyValueHeads, (heads / keyValueHeads) * length, last]);
  const products = tf.matMul(grouped(scaled, headSize), k, false, true);
  const scores = tf.reshape(products, [-1, heads, length, seen]);
  const attention = tf.softmax(bias ? tf.add(scores, bias) : scores);
  const weights = grouped(dropout(attention, shape.dropout, options), seen);
  const mixed = tf.reshape(tf.matMul(weights, v), [-1, heads, length, headSize]);
  return tf.reshape(tf.transpose(mixed, [0, 2, 1, 3]), [-1, heads * headSize]);
}

/** A bias that keeps padding from being looked at: (batch, 1, 1, length) from a mask (batch, length) of ones and zeros. */
export function paddingBias(mask: Tensor): Tensor {
  const [batch, length] = mask.shape as [number, number];
  return tf.reshape(tf.mul(tf.sub(1, mask), excluded), [batch, 1, 1, length]);
}

/**
 * A bias that keeps each position from looking at padding, and at what is more than `reach` positions away on either side.
 * Broadcasts to (batch, 1, length, length).
 * @param padding as {@link paddingBias} makes it
 */
export function nearBias(padding: Tensor, reach: number): Tensor {
  const length = padding.shape.at(-1)!;
  if (reach >= length - 1) return padding;
  const values = Float32Array.from({ length: length * length }, (_, at) =>
    Math.abs((at % length) - Math.floor(at / length)) > reach ? excluded : 0,
  );
  // Not their sum: what both exclude is as far below as what one does, as transformers has it.
  return tf.minimum(padding, tf.tensor2d(values, [length, length]));
}

/**
 * A bias that keeps each position from looking at later ones: (length, length). Padding needs none of its own, for it
 * follows the real tokens.
 * @param window how many positions each one sees, itself and those before it
 */
export function causalBias(length: number, window = length): Tensor {
  const values = Float32Array.from({ length: length * length }, (_, at) => {
    const before = Math.floor(at / length) - (at % length);
    return before < 0 || before >= window ? excluded : 0;
  });
  return tf.tensor2d(values, [length, length]);
}

/**
 * A bias that keeps documents in one sample from looking at each other: (batch, 1, length, length).
 * @param causal as {@link causalBias} makes it
 * @param documents the number of the document of each token: (batch, length) int32
 */
export function apartBias(causal: Tensor, documents: Tensor): Tensor {
  const [batch, length] = documents.shape as [number, number];
  const same = tf.equal(
    tf.reshape(documents, [batch, 1, length, 1]),
    tf.reshape(documents, [batch, 1, 1, length]),
  );
  // Not their sum: what both exclude is as far below as what one does.
  return tf.minimum(causal, tf.mul(tf.sub(1, tf.cast(same, 'float32')), excluded));
}

/**
 * A bias for tokens that are read after others: it keeps each from looking at padding and at later ones. (batch, 1, new,
 * total)
 * @param mask 1 where a token is real, of those before and the new ones together: (batch, total)
 * @param count of new tokens, the last ones
 * @param window how many tokens each one sees, itself and those before it
 */
export function continuedBias(mask: Tensor, count: number, window?: number): Tensor {
  const [batch, total] = mask.shape as [number, number];
  const places = tf.tensor1d(Float32Array.from({ length: total }, (_, at) => at));
  const before = tf.sub(tf.reshape(tf.slice(places, [total - count], [count]), [count, 1]), places);
  const later = tf.less(before, 0);
  const hidden = window === undefined ? later : tf.logicalOr(later, tf.greaterEqual(before, window));
  const visible = tf.mul(tf.reshape(mask, [batch, 1, 1, total]), tf.sub(1, tf.cast(hidden, 'float32')));
  return tf.mul(tf.sub(1, visible), excluded);
}

import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { tf } from '../../device/tensorflow.ts';

/** (1, to, from): row r averages the inputs ⌊r·from/to⌋ … ⌈(r+1)·from/to⌉ − 1. */
function averages(from: number, to: number): Tensor {
  const weights = new Float32Array(to * from);
  for (let row = 0; row < to; row++) {
    const start = Math.floor((row * from) / to);
    const end = Math.ceil(((row + 1) * from) / to);
    weights.fill(1 / (end - start), row * from + start, row * from + end);
  }
  return tf.tensor(weights, [1, to, from]);
}

/**
 * Average pooling of (batch, height, width, channels) to a smaller height and width, in windows as equal as whole
 * numbers allow. As products with two constant matrices, so that any pair of sizes will do.
 */
export function adaptivePool(map: Tensor4D, height: number, width: number): Tensor4D {
  const [batch, fromHeight, fromWidth, channels] = map.shape;
  let pooled: Tensor = map;
  if (height !== fromHeight) {
    const rows = tf.reshape(pooled, [batch, fromHeight, fromWidth * channels]);
    pooled = tf.matMul(averages(fromHeight, height), rows);
  }
  if (width !== fromWidth) {
    const columns = tf.reshape(pooled, [batch * height, fromWidth, channels]);
    pooled = tf.matMul(averages(fromWidth, width), columns);
  }
  return tf.reshape(pooled, [batch, height, width, channels]);
}

/** Two feature maps at the smaller height and the smaller width of the two; other states as they are. */
export function sameSize(a: Tensor, b: Tensor): [Tensor, Tensor] {
  if (a.rank !== 4) return [a, b];
  const height = Math.min(a.shape[1]!, b.shape[1]!);
  const width = Math.min(a.shape[2]!, b.shape[2]!);
  return [adaptivePool(a as Tensor4D, height, width), adaptivePool(b as Tensor4D, height, width)];
}

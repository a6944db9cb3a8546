import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import { tf } from '../../device/tensorflow.ts';
import type { Initializer } from '../initialization.ts';
import type { WeightRegistry } from '../weights.ts';

export interface LinearOptions {
  readonly bias?: boolean;
  readonly initializer?: Initializer;
}

/**
 * y = x·Wᵀ + b over the last axis; `NAME.weight` is (outputs, inputs), `NAME.bias` (outputs), as in PyTorch.
 * @returns a layer from (…, inputs) to (…, outputs)
 */
export function linear(
  weights: WeightRegistry,
  name: string,
  inputs: number,
  outputs: number,
  { bias = true, initializer = 'he' }: LinearOptions = {},
): (x: Tensor) => Tensor {
  const weight = weights.parameter(`${name}.weight`, [outputs, inputs], initializer);
  const offset = bias ? weights.parameter(`${name}.bias`, [outputs], 'zeros') : undefined;
  const adapt = weights.adapter?.({ name, inputs, outputs, inputsFirst: false });
  return (x) => {
    const rows = x.rank === 2 ? x : tf.reshape(x, [-1, inputs]);
    const product = tf.matMul(rows as Tensor2D, weight as Tensor2D, false, true);
    const plain: Tensor = offset ? tf.add(product, offset) : product;
    const y = adapt ? adapt(plain, rows) : plain;
    return x.rank === 2 ? y : tf.reshape(y, [...x.shape.slice(0, -1), outputs]);
  };
}

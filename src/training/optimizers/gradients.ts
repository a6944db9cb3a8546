import type { Scalar, Tensor, Variable } from '@tensorflow/tfjs-core';
import { tf } from '../../device/tensorflow.ts';

export interface ValueAndGradients {
  readonly value: Scalar;
  /** By the name under which the variable was given. A variable the value does not depend on has none. */
  readonly gradients: Map<string, Tensor>;
}

/** Computes a scalar and its gradients. Whatever else `loss` computes may be kept by the caller. */
export function valueAndGradients(
  loss: () => Scalar,
  variables: ReadonlyMap<string, Variable>,
): ValueAndGradients {
  const list = [...variables.values()];
  const { value, grads } = tf.variableGrads(loss, list);
  const gradients = new Map<string, Tensor>();
  for (const [name, variable] of variables) {
    const gradient = grads[variable.name];
    if (gradient) gradients.set(name, gradient);
  }
  return { value, gradients };
}

/** L2 norm over all gradients taken together, a scalar. */
export function globalNorm(gradients: ReadonlyMap<string, Tensor>): Tensor {
  const squares = [...gradients.values()].map((gradient) => tf.sum(tf.square(gradient)));
  return tf.sqrt(tf.addN(squares));
}

/**
 * The scalar by which gradients must be multiplied so that their global norm does not pass `limit`
 * (Pascanu et al. 2013); 1 where it does not.
 */
export function clippingScale(norm: Tensor, limit: number): Tensor {
  return tf.minimum(tf.div(tf.scalar(limit), tf.add(norm, tf.scalar(1e-6))), tf.scalar(1));
}

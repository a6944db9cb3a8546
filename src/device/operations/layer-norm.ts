import { tf } from '../tensorflow.ts';
import { hasKernel } from './has-kernel.ts';

/**
 * Normalises each row of the last axis to mean 0 and variance 1, then scales and shifts it (Ba, Kiros & Hinton 2016).
 * @param x (…, width)
 * @param gain (width)
 * @param bias (width)
 * @param epsilon added to the variance
 */
export function layerNorm(x: tf.Tensor, gain: tf.Tensor, bias: tf.Tensor, epsilon: number): tf.Tensor {
  if (!hasKernel('LayerNorm') || x.size === 0) return composed(x, gain, bias, epsilon);
  const operation = tf.customGrad((...args: unknown[]) => {
    const [input, scale, shift, save] = args as [tf.Tensor, tf.Tensor, tf.Tensor, tf.GradSaveFunc];
    const [value, mean, inverse] = run('LayerNorm', { x: input, gain: scale, bias: shift }, { epsilon });
    save([input, scale, mean!, inverse!]);
    return {
      value: value!,
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [x, gain, mean, inverse] = saved as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
        return run('LayerNormGrad', { x, gain, dy, mean, inverse }, {});
      },
    };
  });
  return operation(x, gain, bias);
}

function run(kernel: string, inputs: tf.NamedTensorMap, attributes: tf.NamedAttrMap): tf.Tensor[] {
  return tf.engine().runKernel(kernel, inputs, attributes) as tf.Tensor[];
}

function composed(x: tf.Tensor, gain: tf.Tensor, bias: tf.Tensor, epsilon: number): tf.Tensor {
  const { mean, variance } = tf.moments(x, -1, true);
  const normalised = tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, epsilon)));
  return tf.add(tf.mul(normalised, gain), bias);
}

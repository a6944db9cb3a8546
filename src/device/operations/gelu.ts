import { tf } from '../tensorflow.ts';
import { hasKernel } from './has-kernel.ts';

/** x·Φ(x), exact (Hendrycks & Gimpel 2016), with a gradient in few passes over memory. Any shape, float32. */
export function gelu(x: tf.Tensor): tf.Tensor {
  if (!hasKernel('Gelu')) return tf.mul(x, cumulative(x));
  const operation = tf.customGrad((...args: unknown[]) => {
    const [input, save] = args as [tf.Tensor, tf.GradSaveFunc];
    save([input]);
    return {
      value: run('Gelu', { x: input }),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => run('GeluGrad', { x: saved[0]!, dy }),
    };
  });
  return operation(x);
}

function run(kernel: string, inputs: tf.NamedTensorMap): tf.Tensor {
  return tf.engine().runKernel(kernel, inputs) as tf.Tensor;
}

/** The standard normal's cumulative distribution. */
function cumulative(x: tf.Tensor): tf.Tensor {
  return tf.mul(tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1), 0.5);
}

import type { Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { tf } from '../../device/tensorflow.ts';
import { withGradient } from './custom-gradient.ts';

/**
 * The mean squared error of each row, as PyTorch's mse_loss has it.
 * @param answers (rows, width)
 * @param targets (rows, width); no gradient flows into them
 * @returns (rows)
 */
export function squaredErrors(answers: Tensor2D, targets: Tensor): Tensor1D {
  const [rows, width] = answers.shape;
  return withGradient(
    answers,
    (own) => {
      const error = tf.sub<Tensor2D>(own, targets);
      return { value: tf.mean<Tensor1D>(tf.square(error), 1), saved: [error] };
    },
    (dy, [error]) => tf.mul<Tensor2D>(tf.mul(error!, 2 / width), tf.reshape(dy, [rows, 1])),
  );
}

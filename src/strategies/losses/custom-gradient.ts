import type { Tensor } from '@tensorflow/tfjs-core';
import { tf } from '../../device/tensorflow.ts';

/**
 * A function of one tensor with a gradient written by hand: fewer passes over large tensors than the recorded one, and
 * stable where that is not. What the function reads besides its argument counts as constant.
 *
 * @param forward gives the value, and the tensors that the gradient needs: few, for all of them stay in memory until
 * then. Vocabularies make tensors of hundreds of megabytes.
 * @param gradient from the gradient of the value and those tensors to the gradient of the argument. Any other tensor is
 * disposed of by the time it runs.
 */
export function withGradient<X extends Tensor, Y extends Tensor>(
  x: X,
  forward: (x: X) => { value: Y; saved: readonly Tensor[] },
  gradient: (dy: Y, saved: readonly Tensor[]) => X,
): Y {
  const wrapped = tf.customGrad<Y>((...inputs) => {
    const [argument, save] = inputs as [X, (tensors: Tensor[]) => void];
    const { value, saved } = forward(argument);
    save([...saved]);
    return { value, gradFunc: gradient };
  });
  return wrapped(x);
}

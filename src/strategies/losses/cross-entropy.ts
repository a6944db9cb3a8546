import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { tf } from '../../device/tensorflow.ts';
import { withGradient } from './custom-gradient.ts';
import { logSoftmax } from './log-softmax.ts';

/** The logarithm of each row's probability of its label, without a pass over all classes. */
function pick(logProbabilities: Tensor2D, labels: Tensor1D): Tensor1D {
  const [rows, classes] = logProbabilities.shape;
  const starts = tf.range(0, rows * classes, classes, 'int32');
  return tf.gather(tf.reshape(logProbabilities, [rows * classes]), tf.add(starts, labels)) as Tensor1D;
}

/**
 * Hard cross-entropy of each row at temperature 1: −Σ_c y_c · log softmax(z)_c, where y is the label's one-hot vector,
 * or with smoothing ε (Szegedy et al. 2016) (1−ε)·one-hot + ε/classes.
 *
 * @param logits (rows, classes)
 * @param labels (rows) int32, each in 0 … classes − 1; rows that do not count need any valid label and a weight of 0.
 * @returns (rows); its gradient with respect to the logits is softmax(z) − y.
 */
export function crossEntropyRows(logits: Tensor2D, labels: Tensor1D, smoothing = 0): Tensor1D {
  const [rows, classes] = logits.shape;
  return withGradient(
    logits,
    (z) => {
      const logProbabilities = logSoftmax(z);
      const hard = tf.neg(pick(logProbabilities, labels));
      const value =
        smoothing === 0
          ? hard
          : tf.sub<Tensor1D>(tf.mul(hard, 1 - smoothing), tf.mul(tf.mean(logProbabilities, 1), smoothing));
      const low = smoothing / classes;
      const target = tf.oneHot(labels, classes, 1 - smoothing + low, low, 'float32');
      return { value, saved: [tf.sub(tf.exp(logProbabilities), target)] };
    },
    (dy, [slope]) => tf.mul<Tensor2D>(slope!, tf.reshape(dy, [rows, 1])),
  );
}

import { hasKernel } from '../../../../src/device/operations/has-kernel.ts';
import { tf } from '../../../../src/device/tensorflow.ts';
import { check, type Family, floats, given, integers } from '../case.ts';

/** tfjs-core composes logSoftmax of other operations; here is the kernel by itself, where there is one. */
function logSoftmaxKernel(logits: tf.Tensor): tf.Tensor {
  if (!hasKernel('LogSoftmax')) return tf.logSoftmax(logits);
  return tf.engine().runKernel('LogSoftmax', { logits }, { axis: -1 }) as tf.Tensor;
}

export const softmaxes: Family = {
  name: 'softmax and losses',
  cases: [
    ...[[3, 5], [2, 3, 4], [7], [1, 1], [0, 4]].flatMap((shape) => [
      check(`softmax of [${shape}]`, [floats(shape, -5, 5)], (x) => tf.softmax(x!)),
      check(`logSoftmax of [${shape}]`, [floats(shape, -5, 5)], (x) => tf.logSoftmax(x!)),
    ]),
    check('softmax of large numbers', [given([1000, 999, -1000, 0], [1, 4])], (x) => [
      tf.softmax(x!),
      tf.logSoftmax(x!),
    ]),
    check('softmax of a masked row', [given([1, Number.NEGATIVE_INFINITY, 2, 0], [1, 4])], (x) =>
      tf.softmax(x!),
    ),
    check('the kernel of logSoftmax', [floats([3, 5], -5, 5)], (x) => logSoftmaxKernel(x!), {
      gradients: false,
    }),
    check('softmax cross-entropy', [integers([6], 0, 3), floats([6, 4], -4, 4)], (labels, logits) =>
      tf.losses.softmaxCrossEntropy(tf.oneHot(labels as tf.Tensor1D, 4), logits!),
    ),
    check('sigmoid cross-entropy', [floats([5, 3], 0, 1), floats([5, 3], -4, 4)], (labels, logits) =>
      tf.losses.sigmoidCrossEntropy(labels!, logits!),
    ),
    check('mean squared error', [floats([5, 3]), floats([5, 3])], (a, b) =>
      tf.losses.meanSquaredError(a!, b!),
    ),
    check('Huber loss', [floats([5, 3]), floats([5, 3])], (a, b) => tf.losses.huberLoss(a!, b!)),
    check('cosine distance', [floats([5, 3]), floats([5, 3])], (a, b) => tf.losses.cosineDistance(a!, b!, 1)),
  ],
};

import { tf } from '../../../../src/device/tensorflow.ts';
import { check, type Family, floats, integers, levels } from '../case.ts';

const top = (x: tf.Tensor, k: number, sorted?: boolean) => {
  const { values, indices } = tf.topk(x, k, sorted);
  return [values, indices];
};

export const ordering: Family = {
  name: 'ordering and running sums',
  cases: [
    check('topk', [floats([3, 6])], (x) => top(x!, 2), { gradients: false }),
    check('topk where several are equal', [levels([3, 6])], (x) => top(x!, 3), { gradients: false }),
    check('topk of everything', [floats([5])], (x) => top(x!, 5), { gradients: false }),
    check('topk of integers', [integers([2, 6])], (x) => top(x!, 3)),
    check('topk of none', [floats([3, 6])], (x) => top(x!, 0), { gradients: false }),
    ...[0, 1].flatMap((axis) =>
      [false, true].flatMap((exclusive) =>
        [false, true].map((reverse) =>
          check(
            `cumsum along ${axis}${exclusive ? ', exclusive' : ''}${reverse ? ', in reverse' : ''}`,
            [floats([3, 4])],
            (x) => tf.cumsum(x!, axis, exclusive, reverse),
            // Along other axes tfjs-core leaves the gradient permuted.
            { gradients: axis === 1 },
          ),
        ),
      ),
    ),
    check('cumsum of integers', [integers([6])], (x) => tf.cumsum(x!)),
    check('cumsum of nothing', [floats([0, 3])], (x) => tf.cumsum(x!, 1)),
    ...[false, true].flatMap((exclusive) =>
      [false, true].map((reverse) =>
        check(
          `cumprod${exclusive ? ', exclusive' : ''}${reverse ? ', in reverse' : ''}`,
          [floats([3, 4])],
          (x) => tf.cumprod(x!, 1, exclusive, reverse),
          { gradients: false },
        ),
      ),
    ),
    check('cumprod of integers', [integers([2, 4], -3, 3)], (x) => tf.cumprod(x!, 1)),
    check('cumprod along the first axis', [floats([3, 4])], (x) => tf.cumprod(x!, 0), { gradients: false }),
  ],
};

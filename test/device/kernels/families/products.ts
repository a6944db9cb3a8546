import { tf } from '../../../../src/device/tensorflow.ts';
import { check, type Family, floats, type KernelCase } from '../case.ts';

const product = (
  a: readonly number[],
  b: readonly number[],
  transposeA = false,
  transposeB = false,
): KernelCase =>
  check(
    `matMul of [${a}]${transposeA ? 'ᵀ' : ''} and [${b}]${transposeB ? 'ᵀ' : ''}`,
    [floats(a), floats(b)],
    (a, b) => tf.matMul(a!, b!, transposeA, transposeB),
    // tfjs-core does not sum gradients over a broadcast batch.
    { absolute: 1e-5, gradients: String(a.slice(0, -2)) === String(b.slice(0, -2)) },
  );

const einsum = (equation: string, ...shapes: readonly (readonly number[])[]): KernelCase =>
  check(
    `einsum ${equation} of ${shapes.map((shape) => `[${shape}]`).join(' ')}`,
    shapes.map((shape) => floats(shape)),
    (...tensors) => tf.einsum(equation, ...tensors),
    { absolute: 1e-5, gradients: false },
  );

export const products: Family = {
  name: 'products',
  cases: [
    ...[false, true].flatMap((transposeA) =>
      [false, true].flatMap((transposeB) => [
        product(transposeA ? [4, 3] : [3, 4], transposeB ? [5, 4] : [4, 5], transposeA, transposeB),
        product(
          transposeA ? [2, 4, 3] : [2, 3, 4],
          transposeB ? [2, 5, 4] : [2, 4, 5],
          transposeA,
          transposeB,
        ),
        product(
          transposeA ? [2, 3, 4, 3] : [2, 3, 3, 4],
          transposeB ? [2, 3, 5, 4] : [2, 3, 4, 5],
          transposeA,
          transposeB,
        ),
      ]),
    ),
    product([1, 3, 4], [5, 4, 2]),
    product([5, 3, 4], [1, 4, 2]),
    product([5, 3, 4], [4, 2]),
    product([3, 4], [5, 4, 2]),

    product([1, 1], [1, 1]),
    product([1, 7], [7, 1]),
    product([7, 1], [1, 7]),
    product([0, 3], [3, 2]),
    product([2, 0], [0, 3]),
    product([2, 3], [3, 0]),
    product([0, 2, 3], [0, 3, 2]),
    product([33, 65], [65, 17]),
    check('dot of vectors', [floats([7]), floats([7])], (a, b) => tf.dot(a!, b!), { absolute: 1e-5 }),
    check('outerProduct', [floats([3]), floats([4])], (a, b) =>
      tf.outerProduct(a as tf.Tensor1D, b as tf.Tensor1D),
    ),
    ...(['linear', 'relu', 'elu', 'sigmoid', 'relu6'] as const).map((activation) =>
      check(
        `fused matMul with bias and ${activation}`,
        [floats([3, 4]), floats([4, 5]), floats([5])],
        (a, b, bias) => tf.fused.matMul({ a: a!, b: b!, bias, activation }),
        { absolute: 1e-5 },
      ),
    ),
    check(
      'fused matMul with prelu',
      [floats([3, 4]), floats([5, 4]), floats([5])],
      (a, b, slopes) =>
        tf.fused.matMul({
          a: a!,
          b: b!,
          transposeB: true,
          activation: 'prelu',
          preluActivationWeights: slopes!,
        }),
      { absolute: 1e-5, gradients: false },
    ),
    einsum('ij,jk->ik', [3, 4], [4, 5]),
    einsum('bij,bjk->bik', [2, 3, 4], [2, 4, 5]),
    einsum('bhid,bhjd->bhij', [2, 2, 3, 4], [2, 2, 5, 4]),
    einsum('ij->ji', [3, 4]),
    einsum('ij->i', [3, 4]),
    einsum('i,j->ij', [3], [4]),
    einsum('ij,ij->', [3, 4], [3, 4]),
  ],
};

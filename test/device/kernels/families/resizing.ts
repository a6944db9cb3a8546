import { tf } from '../../../../src/device/tensorflow.ts';
import { check, type Family, floats, integers, type KernelCase, type Operand } from '../case.ts';

function resizes(
  x: Operand,
  size: [number, number],
  alignCorners: boolean,
  halfPixelCenters: boolean,
): KernelCase[] {
  const name = `${x.dtype} ${x.shape} to ${size}${alignCorners ? ', corners aligned' : ''}${halfPixelCenters ? ', half pixel centres' : ''}`;
  return [
    check(
      `resizeBilinear ${name}`,
      [x],
      (x) => tf.image.resizeBilinear(x as tf.Tensor4D, size, alignCorners, halfPixelCenters),
      // The pure JavaScript backend mixes up height and width in the shape of the gradient.
      { gradients: x.dtype === 'float32' && x.shape[1] === x.shape[2] },
    ),
    check(
      `resizeNearestNeighbor ${name}`,
      [x],
      (x) => tf.image.resizeNearestNeighbor(x as tf.Tensor4D, size, alignCorners, halfPixelCenters),
      // The pure JavaScript backend reads gradients of all but the first image from the wrong place.
      { gradients: x.dtype === 'float32' && x.shape[0]! <= 1 },
    ),
  ];
}

export const resizing: Family = {
  name: 'resizing',
  cases: [
    ...resizes(floats([2, 3, 4, 3]), [6, 8], false, false),
    ...resizes(floats([2, 3, 4, 3]), [5, 7], true, false),
    ...resizes(floats([2, 3, 4, 3]), [5, 7], false, true),
    ...resizes(floats([2, 7, 5, 1]), [3, 2], false, false),
    ...resizes(floats([2, 7, 5, 1]), [3, 2], true, false),
    ...resizes(floats([2, 4, 4, 3]), [5, 7], false, false),
    ...resizes(floats([2, 5, 5, 3]), [3, 8], true, false),
    ...resizes(floats([1, 4, 5, 3]), [5, 7], false, false),
    ...resizes(floats([1, 5, 4, 3]), [3, 8], true, false),
    ...resizes(floats([1, 3, 3, 2]), [1, 1], false, false),
    ...resizes(floats([0, 3, 3, 2]), [2, 2], false, false),
    ...resizes(integers([1, 3, 3, 2]), [4, 5], false, false),
  ],
};

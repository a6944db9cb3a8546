import { gelu } from '../../../../src/device/operations/gelu.ts';
import { layerNorm } from '../../../../src/device/operations/layer-norm.ts';
import { check, type Family, floats } from '../case.ts';

/** Operations of our own: on the pure JavaScript backend, which has no kernels for them, they are composed. */
export const transformers: Family = {
  name: 'transformers',
  cases: [
    ...[[3, 5], [2, 3, 4], [7], [], [0, 4]].map((shape) =>
      check(`gelu of [${shape}]`, [floats(shape, -6, 6)], (x) => gelu(x!)),
    ),
    ...[
      [3, 5],
      [2, 3, 4],
      [1, 8],
      [0, 4],
    ].map((shape) =>
      check(
        `layerNorm of [${shape}]`,
        [floats(shape), floats([shape.at(-1)!]), floats([shape.at(-1)!])],
        (x, gain, bias) => layerNorm(x!, gain!, bias!, 1e-5),
        { absolute: 2e-5 },
      ),
    ),
  ],
};

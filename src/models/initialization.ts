import type { RandomGenerator } from '../device/random-generator.ts';

/**
 * How a fresh weight is filled. `he`: normal, variance 2 / fan-in, for layers before a ReLU (He et al. 2015). `glorot`:
 * uniform, variance 2 / (fan-in + fan-out) (Glorot & Bengio 2010). `{ normal }`: normal with that standard deviation.
 * `{ uniform }`: uniform from minus that bound to the bound.
 */
export type Initializer =
  | 'zeros'
  | 'ones'
  | 'he'
  | 'glorot'
  | { readonly normal: number }
  | { readonly uniform: number };

/**
 * Fresh values for a weight. Matrices are (outputs, inputs), convolution kernels (height, width, inputs, outputs).
 */
export function initialValues(
  initializer: Initializer,
  shape: readonly number[],
  generator: RandomGenerator,
): Float32Array {
  const values = new Float32Array(shape.reduce((product, size) => product * size, 1));
  if (initializer === 'zeros') return values;
  if (initializer === 'ones') return values.fill(1);
  if (initializer === 'glorot' || (typeof initializer === 'object' && 'uniform' in initializer)) {
    const bound = initializer === 'glorot' ? glorotBound(shape) : initializer.uniform;
    for (let at = 0; at < values.length; at++) values[at] = (2 * generator.uniform() - 1) * bound;
    return values;
  }
  const deviation = initializer === 'he' ? Math.sqrt(2 / fans(shape).fanIn) : initializer.normal;
  for (let at = 0; at < values.length; at++) values[at] = generator.normal() * deviation;
  return values;
}

function glorotBound(shape: readonly number[]): number {
  const { fanIn, fanOut } = fans(shape);
  return Math.sqrt(6 / (fanIn + fanOut));
}

function fans(shape: readonly number[]): { fanIn: number; fanOut: number } {
  if (shape.length === 4) {
    const [height, width, inputs, outputs] = shape as [number, number, number, number];
    return { fanIn: height * width * inputs, fanOut: height * width * outputs };
  }
  if (shape.length !== 2) throw new RangeError(`a weight of shape [${shape}] has no fan-in`);
  return { fanIn: shape[1]!, fanOut: shape[0]! };
}

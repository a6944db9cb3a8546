/**
 * Convolution kernels are (height, width, inputs, outputs) in memory, as TensorFlow.js wants them, and (outputs, inputs,
 * height, width) in checkpoints, as PyTorch has them. They are the only weights of rank 4.
 */

export function storedShape(shape: readonly number[]): readonly number[] {
  if (shape.length !== 4) return shape;
  const [height, width, inputs, outputs] = shape as [number, number, number, number];
  return [outputs, inputs, height, width];
}

/** @param shape in memory */
export function toStored(data: Float32Array, shape: readonly number[]): Float32Array {
  return permuteKernel(data, shape, (stored, inMemory, target) => {
    target[stored] = data[inMemory]!;
  });
}

/** @param shape in memory */
export function fromStored(data: Float32Array, shape: readonly number[]): Float32Array {
  return permuteKernel(data, shape, (stored, inMemory, target) => {
    target[inMemory] = data[stored]!;
  });
}

function permuteKernel(
  data: Float32Array,
  shape: readonly number[],
  copy: (stored: number, inMemory: number, target: Float32Array) => void,
): Float32Array {
  if (shape.length !== 4) return data;
  const [height, width, inputs, outputs] = shape as [number, number, number, number];
  const target = new Float32Array(data.length);
  let inMemory = 0;
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      for (let input = 0; input < inputs; input++)
        for (let output = 0; output < outputs; output++)
          copy(((output * inputs + input) * height + y) * width + x, inMemory++, target);
  return target;
}

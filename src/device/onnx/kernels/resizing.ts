/**
 * Resizing of images. Along each axis it is a linear map that depends on the lengths only, so it is recorded as a
 * product with a constant matrix, and its gradient as a product with the transposed one.
 */
import type { tf } from '../../tensorflow.ts';
import { type KernelTable, kernel } from '../graph/kernel.ts';
import { cast, constant, filled, node, reshape } from '../graph/record.ts';
import type { Value } from '../graph/value.ts';

interface Sampling {
  readonly alignCorners: boolean;
  readonly halfPixelCenters: boolean;
}

/** Weights of input elements in output elements, (output, input), row by row. */
type Weights = (input: number, output: number, sampling: Sampling) => Float32Array;

function ratio(input: number, output: number, alignCorners: boolean): number {
  return alignCorners && output > 1 ? (input - 1) / (output - 1) : input / output;
}

const bilinear: Weights = (input, output, { alignCorners, halfPixelCenters }) => {
  const weights = new Float32Array(output * input);
  const step = ratio(input, output, alignCorners);
  for (let index = 0; index < output; index++) {
    const source = halfPixelCenters ? step * (index + 0.5) - 0.5 : step * index;
    const floor = Math.max(0, Math.floor(source));
    const ceiling = Math.min(input - 1, Math.ceil(source));
    const fraction = source - floor;
    weights[index * input + floor]! += 1 - fraction;
    weights[index * input + ceiling]! += fraction;
  }
  return weights;
};

function nearestSource(index: number, input: number, output: number, sampling: Sampling): number {
  const step = ratio(input, output, sampling.alignCorners);
  const source = sampling.halfPixelCenters ? step * (index + 0.5) : step * index;
  return Math.max(0, Math.min(input - 1, sampling.alignCorners ? Math.round(source) : Math.floor(source)));
}

const nearest: Weights = (input, output, sampling) => {
  const weights = new Float32Array(output * input);
  for (let index = 0; index < output; index++)
    weights[index * input + nearestSource(index, input, output, sampling)] = 1;
  return weights;
};

function transposed(weights: Float32Array, rows: number, columns: number): Float32Array {
  return Float32Array.from(weights, (_, at) => weights[(at % rows) * columns + Math.floor(at / rows)]!);
}

/** Multiplies the middle axis of (outer, length, inner) by a matrix of (rows, length). */
function applyAlong(value: Value, weights: Float32Array): Value {
  const [outer, length, inner] = value.shape as [number, number, number];
  const rows = weights.length / length;
  const matrix = constant(weights, [rows, length], 'float32');
  return node('MatMul', [matrix, value], { shape: [outer, rows, inner], type: 'float32' });
}

/** Applies one map along height and one along width of (batch, height, width, channels). */
function applyBoth(images: Value, down: Float32Array, across: Float32Array): Value {
  const [batch, height, width, channels] = images.shape as [number, number, number, number];
  const rows = down.length / height;
  const columns = across.length / width;
  if (images.size === 0) return filled([batch, rows, columns, channels], 0, 'float32');
  const tall = applyAlong(reshape(images, [batch, height, width * channels]), down);
  const wide = applyAlong(reshape(tall, [batch * rows, width, channels]), across);
  return reshape(wide, [batch, rows, columns, channels]);
}

function resize(images: Value, size: readonly [number, number], sampling: Sampling, weights: Weights): Value {
  const [, height, width] = images.shape as [number, number, number, number];
  return applyBoth(
    cast(images, 'float32'),
    weights(height, size[0], sampling),
    weights(width, size[1], sampling),
  );
}

function resizeGradient(images: Value, dy: Value, sampling: Sampling, weights: Weights): Value {
  const [, height, width] = images.shape as [number, number, number, number];
  const [, rows, columns] = dy.shape as [number, number, number, number];
  return applyBoth(
    dy,
    transposed(weights(height, rows, sampling), rows, height),
    transposed(weights(width, columns, sampling), columns, width),
  );
}

export const resizingKernels: KernelTable = {
  ResizeBilinear: kernel<tf.ResizeBilinearInputs, tf.ResizeBilinearAttrs>(({ images }, attributes) =>
    resize(images, attributes.size, attributes, bilinear),
  ),

  // The gradients as the pure JavaScript backend has them: half pixel centres play no part.
  ResizeBilinearGrad: kernel<tf.ResizeBilinearGradInputs, tf.ResizeBilinearGradAttrs>(
    ({ images, dy }, { alignCorners }) =>
      resizeGradient(images, dy, { alignCorners, halfPixelCenters: false }, bilinear),
  ),

  ResizeNearestNeighbor: kernel<tf.ResizeNearestNeighborInputs, tf.ResizeNearestNeighborAttrs>(
    ({ images }, { size, ...sampling }) => {
      const [batch, height, width, channels] = images.shape as [number, number, number, number];
      const sources = (input: number, output: number) =>
        Array.from({ length: output }, (_, index) => nearestSource(index, input, output, sampling));
      const [rows, columns] = [sources(height, size[0]), sources(width, size[1])];
      const pixels = rows.flatMap((row) => columns.map((column) => row * width + column));
      const shape = [batch, pixels.length, channels];
      const gathered = node(
        'Gather',
        [reshape(images, [batch, height * width, channels]), constant(pixels, [pixels.length], 'int32')],
        { shape, type: images.type },
        { axis: 1 },
      );
      return reshape(gathered, [batch, size[0], size[1], channels]);
    },
  ),

  ResizeNearestNeighborGrad: kernel<tf.ResizeNearestNeighborGradInputs, tf.ResizeNearestNeighborGradAttrs>(
    ({ images, dy }, { alignCorners }) =>
      resizeGradient(images, dy, { alignCorners, halfPixelCenters: false }, nearest),
  ),
};

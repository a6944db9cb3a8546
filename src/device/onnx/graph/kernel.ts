/**
 * How a TensorFlow.js kernel is declared for the ONNX backend.
 *
 * A kernel is a function from graph values to graph values. It computes nothing: it works out shape and type of its
 * result and records the ONNX operators that will compute it, with the helpers of record.ts. A family of kernels is
 * one file in kernels/ that exports a table by kernel name, and is listed in kernels/all.ts:
 *
 *     export const poolingKernels: KernelTable = {
 *       // Typed by tfjs-core's own types of the kernel's inputs and attributes.
 *       MaxPool: kernel<tf.MaxPoolInputs, tf.MaxPoolAttrs>(({ x }, { filterSize, strides, pad }) => {
 *         const nchw = transpose(x, [0, 3, 1, 2]);
 *         const pooled = node('MaxPool', [nchw], { shape: […], type: x.type }, { kernel_shape: […], strides: […] });
 *         return transpose(pooled, [0, 2, 3, 1]);
 *       }),
 *     };
 *
 * Rules:
 * - Shapes are known while recording, always. Values of tensors are not, unless `value.constant` is set.
 * - Integers in `attributes` become ONNX INT(S); floats are wrapped: `{ alpha: float(0.2) }`. Shapes, axes, indices that
 *   ONNX wants as inputs are `int64s([…])`; numbers are `scalar(0.5)`, `scalar(1, 'int32')`.
 * - The result's type must be what the pure JavaScript backend gives, and the ONNX operator must know the operand type
 *   on ONNX Runtime's CPU provider (few know bool; convolution and pooling know float32 only): `cast` where needed.
 * - Empty tensors: a node with an empty result is turned into a constant by `node` itself. A kernel that makes a
 *   non-empty result of an empty operand returns `filled(shape, number, type)`.
 * - Attributes may be undefined where tfjs leaves them out.
 * - `target` says which provider runs the graph, for kernels that have a better form on one.
 * - Equal subgraphs are merged and unused ones dropped later: record what is simplest to read.
 */
import type { tf } from '../../tensorflow.ts';
import type { Value } from './value.ts';

/** ONNX Runtime's execution provider. */
export type Target = 'cpu' | 'webgpu' | 'cuda';

/** The inputs of a kernel with graph values in the place of tensors. Optional inputs stay optional. */
export type ValuesOf<Inputs> = Inputs extends readonly tf.TensorInfo[]
  ? readonly Value[]
  : { readonly [Name in keyof Inputs]: Value };

type Implementation<Inputs, Attributes> = (
  inputs: ValuesOf<Inputs>,
  attributes: Attributes,
  target: Target,
) => Value | readonly Value[];

/** A kernel with its types forgotten, as tables hold it. */
export type Kernel = (inputs: unknown, attributes: unknown, target: Target) => Value | readonly Value[];

export type KernelTable = Readonly<Record<string, Kernel>>;

/** Declares a kernel over tfjs-core's types of its inputs and attributes. */
export function kernel<Inputs, Attributes = object>(
  implementation: Implementation<Inputs, Attributes>,
): Kernel {
  return implementation as unknown as Kernel;
}

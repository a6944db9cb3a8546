/**
 * Kernels of our own for what TensorFlow.js would compose of a dozen passes over memory; operations/ calls them where
 * the backend has them.
 */
import type { tf } from '../../tensorflow.ts';
import { type KernelTable, kernel } from '../graph/kernel.ts';
import { add, binary, mul, node, nodes, reshape, scalar, sub, unary } from '../graph/record.ts';
import { reduce } from '../graph/reduce.ts';
import { float, type Value } from '../graph/value.ts';

export interface LayerNormAttributes {
  readonly epsilon: number;
}

type LayerNormInputs = { x: tf.TensorInfo; gain: tf.TensorInfo; bias: tf.TensorInfo };
type LayerNormGradInputs = {
  x: tf.TensorInfo;
  gain: tf.TensorInfo;
  dy: tf.TensorInfo;
  mean: tf.TensorInfo;
  inverse: tf.TensorInfo;
};

/** d(x·Φ(x)) = Φ(x) + x·φ(x), with φ(x) = exp(−x²/2 − ln √2π): constants go where an operator takes them for free. */
function geluGradient(x: Value, dy: Value): Value {
  const u = mul(x, scalar(Math.SQRT1_2));
  // (1 + erf u) / 2 lies in [0, 1], where HardSigmoid is the plain line α·e + β, in one pass.
  const cumulative = unary('HardSigmoid', unary('Erf', u), 'float32', {
    alpha: float(0.5),
    beta: float(0.5),
  });
  const density = unary('Exp', sub(scalar(-0.5 * Math.log(2 * Math.PI)), mul(u, u)));
  return mul(dy, add(cumulative, mul(x, density)));
}

export const transformerKernels: KernelTable = {
  Gelu: kernel<{ x: tf.TensorInfo }>(({ x }) => unary('Gelu', x)),
  GeluGrad: kernel<{ x: tf.TensorInfo; dy: tf.TensorInfo }>(({ x, dy }) => geluGradient(x, dy)),

  /** Gives the normalised rows, their means and the inverses of their standard deviations. */
  LayerNorm: kernel<LayerNormInputs, LayerNormAttributes>(({ x, gain, bias }, { epsilon }) => {
    const rows = { shape: [...x.shape.slice(0, -1), 1], type: x.type };
    return nodes('LayerNormalization', [x, gain, bias], [{ shape: x.shape, type: x.type }, rows, rows], {
      axis: -1,
      epsilon: float(epsilon),
    });
  }),
  /** Ba, Kiros & Hinton 2016; gives the gradients of x, gain and bias. */
  LayerNormGrad: kernel<LayerNormGradInputs>(({ x, gain, dy, mean, inverse }) => {
    const width = gain.size;
    const leading = x.shape.slice(0, -1).map((_, axis) => axis);
    const normalised = mul(sub(x, mean), inverse);
    const weighted = mul(dy, normalised);
    // Means over a row weighted by the gain are products with a column.
    const column = reshape(mul(gain, scalar(1 / width)), [width, 1]);
    const alongRow = (value: Value) =>
      node('MatMul', [value, column], { shape: [...x.shape.slice(0, -1), 1], type: 'float32' });
    const centred = sub(binary('Mul', dy, gain), alongRow(dy));
    const dx = mul(sub(centred, mul(normalised, alongRow(weighted))), inverse);
    return [dx, reduce('ReduceSum', weighted, leading, false), reduce('ReduceSum', dy, leading, false)];
  }),
};

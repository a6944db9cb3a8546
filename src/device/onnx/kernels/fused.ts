import type { tf } from '../../tensorflow.ts';
import { add, binary, mul, node, reshape, scalar, unary, where } from '../graph/record.ts';
import { float, type Value } from '../graph/value.ts';

/** What tfjs fuses onto the end of a matrix product or convolution. */
export interface FusedInputs {
  readonly bias?: Value;
  readonly preluActivationWeights?: Value;
}

export interface FusedAttributes {
  readonly activation?: tf.backend_util.Activation;
  readonly leakyreluAlpha?: number;
  readonly dataFormat?: 'NHWC' | 'NCHW';
}

/** Adds the bias and applies the activation of a fused kernel. */
export function biasAndActivation(y: Value, inputs: FusedInputs, attributes: FusedAttributes): Value {
  // A vector belongs to the channels, wherever they are.
  const aligned = (value: Value) =>
    attributes.dataFormat === 'NCHW' && value.rank === 1 && value.size !== 1
      ? reshape(value, [value.size, 1, 1])
      : value;
  const biased = inputs.bias ? add(y, aligned(inputs.bias)) : y;
  const { preluActivationWeights: slopes } = inputs;
  return activated(biased, attributes, slopes && aligned(slopes));
}

function activated(x: Value, { activation, leakyreluAlpha }: FusedAttributes, slopes?: Value): Value {
  switch (activation ?? 'linear') {
    case 'linear':
      return x;
    case 'relu':
      return unary('Relu', x);
    case 'relu6':
      return node('Clip', [x, scalar(0), scalar(6)], { shape: x.shape, type: x.type });
    case 'elu':
      return unary('Elu', x);
    case 'sigmoid':
      return unary('Sigmoid', x);
    case 'leakyrelu':
      return unary('LeakyRelu', x, x.type, { alpha: float(leakyreluAlpha ?? 0.2) });
    case 'prelu':
      return where(binary('Less', x, scalar(0), 'bool'), mul(x, slopes!), x);
  }
}

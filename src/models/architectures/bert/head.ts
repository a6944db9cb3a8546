import type { Tensor } from '@tensorflow/tfjs-core';
import { tf } from '../../../device/tensorflow.ts';
import { dropout } from '../../layers/dropout.ts';
import type { ForwardOptions } from '../../model.ts';

/** (batch, hiddenSize) of the first token to (batch, classes). */
export type Classify = (firstToken: Tensor, options: ForwardOptions) => Tensor;

export interface HeadParts {
  readonly classes: number;
  readonly hiddenSize: number;
  /** Fraction that is dropped before a linear layer. */
  readonly rate: number;
  /** A linear layer over vectors of hiddenSize. */
  linear(name: string, outputs: number): (x: Tensor) => Tensor;
}

/** What classifies the first token's vector. */
export interface BertHead {
  /** Name of the last linear layer. */
  readonly output: string;
  build(parts: HeadParts): Classify;
}

/** The classifier alone. */
export const linearHead: BertHead = {
  output: 'classifier',
  build({ classes, rate, linear }) {
    const output = linear('classifier', classes);
    return (x, options) => output(dropout(x, rate, options));
  },
};

/** A hidden layer, then the classifier. @param dense name of the hidden layer */
export const pooledHead = (dense: string, squash: (x: Tensor) => Tensor): BertHead => ({
  output: 'classifier',
  build({ classes, hiddenSize, rate, linear }) {
    const hidden = linear(dense, hiddenSize);
    const output = linear('classifier', classes);
    return (x, options) => output(dropout(squash(hidden(x)), rate, options));
  },
});

/** A hidden layer as a part of the classifier, with units dropped before both. */
export const denseHead = (squash: (x: Tensor) => Tensor): BertHead => ({
  output: 'classifier.out_proj',
  build({ classes, hiddenSize, rate, linear }) {
    const hidden = linear('classifier.dense', hiddenSize);
    const output = linear('classifier.out_proj', classes);
    return (x, options) => output(dropout(squash(hidden(dropout(x, rate, options))), rate, options));
  },
});

export const robertaHead = denseHead((x) => tf.tanh(x));

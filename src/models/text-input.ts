import type { Tensor } from '@tensorflow/tfjs-core';
import { UserError } from '../base/user-error.ts';
import type { TaskShape, TextShape } from '../data/dataset.ts';
import { tf } from '../device/tensorflow.ts';
import { architecturesFor } from '../experiment/architectures/all.ts';
import type { ModelInput } from './model.ts';

const kinds: Readonly<Record<TextShape['goal'], string>> = {
  classification: 'classifies texts',
  'language-model': 'continues texts',
};

/**
 * What a model for texts must cope with.
 * @throws UserError if the data is of another kind.
 */
export function textShape(
  config: { readonly architecture: string },
  task: TaskShape,
  goal: TextShape['goal'],
): TextShape {
  const { text } = task;
  if (text?.goal === goal) return text;
  const has = text ? `the dataset asks for one that ${kinds[text.goal]}` : 'this dataset has no texts';
  throw new UserError(`A model of architecture "${config.architecture}" ${kinds[goal]}, but ${has}.`, {
    remedy: text
      ? `Choose ${architecturesFor('classification')} to classify, ${architecturesFor('language-model')} to continue.`
      : 'Choose a dataset of texts, or a model for images.',
  });
}

/**
 * Places for positions in a model: those its configuration names, else as many as the longest sample needs.
 * @throws UserError if the samples are longer.
 */
export function positionCount(positions: number | undefined, { length }: TextShape): number {
  if (positions === undefined || positions >= length) return positions ?? length;
  throw new UserError(`The model has ${positions} positions, but samples have up to ${length} tokens.`, {
    remedy: `Cut samples at ${positions} tokens, or build a model with more "positions".`,
  });
}

/**
 * Size of one attention head.
 * @throws UserError if the hidden size cannot be divided among the heads.
 */
export function headSize(hiddenSize: number, heads: number): number {
  if (hiddenSize % heads === 0) return hiddenSize / heads;
  const options = [heads - 1, heads + 1, heads - 2, heads + 2].filter(
    (count) => count > 0 && hiddenSize % count === 0,
  );
  throw new UserError(`hiddenSize ${hiddenSize} cannot be divided among ${heads} heads.`, {
    remedy: `Take a hiddenSize that is a multiple of ${heads}, for example ${Math.ceil(hiddenSize / heads) * heads}${
      options.length > 0 ? `, or ${options[0]} heads` : ''
    }.`,
  });
}

/**
 * Size of one attention head whose queries and keys are rotated.
 * @throws UserError if the hidden size cannot be divided among the heads, or the size is odd.
 */
export function rotatedHeadSize(config: { hiddenSize: number; heads: number; headSize?: number }): number {
  const size = config.headSize ?? headSize(config.hiddenSize, config.heads);
  if (size % 2 === 0) return size;
  throw new UserError(`Heads of size ${size} cannot be rotated: pairs of coordinates turn together.`, {
    remedy: 'Take a hiddenSize that is an even multiple of the heads, or set an even headSize.',
  });
}

/** Mean over the real tokens: (batch, length, size) to (batch, size). */
export function meanOverTokens(hiddenState: Tensor, { mask }: ModelInput): Tensor {
  if (!mask) return tf.mean(hiddenState, 1);
  const weights = tf.div(mask, tf.maximum(tf.sum(mask, 1, true), 1));
  return tf.sum(tf.mul(hiddenState, tf.expandDims(weights, -1)), 1);
}

/** The first token's vector, [CLS] of an encoder: (batch, length, size) to (batch, size). */
export function firstToken(hiddenState: Tensor): Tensor {
  const [batch, , size] = hiddenState.shape as [number, number, number];
  return tf.reshape(tf.slice(hiddenState, [0, 0, 0], [batch, 1, size]), [batch, size]);
}

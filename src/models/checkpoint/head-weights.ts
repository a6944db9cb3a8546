import type { ModelConfig } from '../../experiment/schema/schema.ts';
import { constructionOf } from '../architectures/all.ts';
import type { TokenHead } from '../architectures/construction.ts';

/**
 * Whether a weight belongs to what stands on the last layer and depends on the task alone, so that it can be drawn anew
 * for other classes. What predicts tokens is none: it is bound to the vocabulary.
 */
export function isHeadWeight(config: ModelConfig, name: string): boolean {
  const { head } = constructionOf(config);
  return head.answers === 'classes' && head.weights.test(name);
}

/** The last linear layer of a classifier, whose outputs are the classes; undefined for models of tokens. */
export function outputLayer(config: ModelConfig): string | undefined {
  const { head } = constructionOf(config);
  return head.answers === 'classes' ? head.output(config) : undefined;
}

/** What predicts the tokens of a model that continues texts; undefined for others. */
export function tokenHead(config: ModelConfig): TokenHead | undefined {
  const { head } = constructionOf(config);
  return head.answers === 'tokens' ? head : undefined;
}

/** Whether one table both embeds tokens and predicts them. */
export const tiesEmbeddings = (config: ModelConfig): boolean =>
  'tieEmbeddings' in config && config.tieEmbeddings;

/**
 * The weights or biases of an output layer with its classes in another order.
 * @param data (classes, …) or (classes)
 * @param rows class k of the result is class `rows[k]` of the data
 */
export function reordered(data: Float32Array, rows: readonly number[]): Float32Array {
  const width = data.length / rows.length;
  const result = new Float32Array(data.length);
  for (const [index, row] of rows.entries())
    result.set(data.subarray(row * width, (row + 1) * width), index * width);
  return result;
}

import type { ModelConfig } from '../experiment/schema.ts';

/**
 * Whether a weight belongs to what stands on the last layer and depends on the task alone, so that it can be drawn anew
 * for other classes. What predicts tokens is none: it is bound to the vocabulary.
 */
export function isHeadWeight(config: ModelConfig, name: string): boolean {
  switch (config.architecture) {
    case 'mlp':
    case 'cnn':
      return /^(classifier|bottleneck)\./.test(name);
    case 'resnet':
      return /^(fc|bottleneck)\./.test(name);
    case 'bert':
      return /^(classifier|pre_classifier|bert\.pooler)\./.test(name);
    case 'gpt2':
    case 'llama':
      return false;
  }
}

/** The last linear layer of a classifier, whose outputs are the classes; undefined for models of tokens. */
export function outputLayer(config: ModelConfig): string | undefined {
  switch (config.architecture) {
    case 'mlp':
    case 'cnn':
      return 'classifier';
    case 'resnet':
      return 'fc';
    case 'bert':
      return config.layout === 'roberta' && config.head !== 'linear' ? 'classifier.out_proj' : 'classifier';
    case 'gpt2':
    case 'llama':
      return undefined;
  }
}

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

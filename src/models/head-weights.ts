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

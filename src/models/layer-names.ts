import type { ModelConfig } from '../experiment/schema.ts';
import { bertNames } from './bert-names.ts';

/**
 * What the names of the weights of a layer begin with.
 * @param layer 1 … layerCount, as in ForwardResult.hiddenStates
 */
export function layerPrefixes(config: ModelConfig, layer: number): readonly string[] {
  const index = layer - 1;
  switch (config.architecture) {
    case 'mlp':
      return [`layers.${index}.`, `norms.${index}.`];
    case 'cnn':
      return [index < config.channels.length ? `stages.${index}.` : 'dense.'];
    case 'resnet': {
      const perGroup = (config.depth - 2) / 6;
      return [`layer${Math.floor(index / perGroup) + 1}.${index % perGroup}.`];
    }
    case 'bert':
      return [`${bertNames[config.layout].layer(index)}.`];
    case 'gpt2':
      return [`transformer.h.${index}.`];
    case 'llama':
      return [`model.layers.${index}.`];
  }
}

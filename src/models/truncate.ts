import type { Variable } from '@tensorflow/tfjs-core';
import type { ModelConfig } from '../experiment/schema.ts';
import { shareModel } from './create-model.ts';
import type { Model } from './model.ts';

/** What stands after the last layer that is kept: a classifier on the pooled state of that layer. */
export interface Classifier {
  /** (classes, width) */
  readonly weight: Variable;
  /** (classes) */
  readonly bias: Variable;
}

/** The architecture of the first `layers` layers, with a classifier on their pooled state. */
export function truncatedConfig(config: ModelConfig, layers: number): ModelConfig {
  switch (config.architecture) {
    case 'mlp':
      return { ...config, hidden: config.hidden.slice(0, layers) };
    case 'cnn':
      // What Model.pool() makes of a stage's maps. The dense layer is the last one, so it is never kept.
      return { ...config, channels: config.channels.slice(0, layers), dense: undefined, pooling: 'average' };
  }
}

/**
 * The first `layers` layers of a model and a classifier as a model of its own, a really smaller one, that shares their
 * weights.
 * @param layers 1 … model.layerCount − 1
 */
export function truncatedModel(model: Model, layers: number, classifier: Classifier): Model {
  return shareModel(truncatedConfig(model.config, layers), model.task, (name) => {
    if (name === 'classifier.weight') return classifier.weight;
    if (name === 'classifier.bias') return classifier.bias;
    return model.parameters.get(name) ?? model.buffers.get(name);
  });
}

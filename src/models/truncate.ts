import type { Variable } from '@tensorflow/tfjs-core';
import type { ModelConfig } from '../experiment/schema.ts';
import { UserError } from '../experiment/user-error.ts';
import { shareModel } from './create-model.ts';
import type { Model } from './model.ts';

/** What stands after the last layer that is kept: a classifier on the pooled state of that layer. */
export interface Classifier {
  /** (classes, width) */
  readonly weight: Variable;
  /** (classes) */
  readonly bias: Variable;
}

/**
 * The architecture of the first `layers` layers, with a classifier on their pooled state.
 * @throws UserError if the model continues texts: it has no state of a whole sample to classify.
 */
export function truncatedConfig(config: ModelConfig, layers: number): ModelConfig {
  switch (config.architecture) {
    case 'mlp':
      return { ...config, hidden: config.hidden.slice(0, layers) };
    case 'cnn':
      // What Model.pool() makes of a stage's maps. The dense layer is the last one, so it is never kept.
      return { ...config, channels: config.channels.slice(0, layers), dense: undefined, pooling: 'average' };
    case 'resnet':
      return { ...config, blocks: layers };
    case 'bert':
      return { ...config, layers, head: 'linear' };
    case 'gpt2':
    case 'llama':
      throw new UserError(
        `Exits classify samples, but a model of architecture "${config.architecture}" continues texts.`,
        { remedy: 'Take the strategy "sequence" or "direct" for language models.' },
      );
  }
}

/**
 * The first `layers` layers of a model and a classifier as a model of its own, a really smaller one, that shares their
 * weights.
 * @param layers 1 … model.layerCount − 1
 */
export function truncatedModel(model: Model, layers: number, classifier: Classifier): Model {
  const head = model.config.architecture === 'resnet' ? 'fc' : 'classifier';
  return shareModel(truncatedConfig(model.config, layers), model.task, (name) => {
    if (name === `${head}.weight`) return classifier.weight;
    if (name === `${head}.bias`) return classifier.bias;
    return model.parameters.get(name) ?? model.buffers.get(name);
  });
}

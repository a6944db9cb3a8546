import type { Variable } from '@tensorflow/tfjs-core';
import { UserError } from '../base/user-error.ts';
import type { TaskShape } from '../data/dataset.ts';
import type { ModelConfig } from '../experiment/schema/schema.ts';
import { constructionOf } from './architectures/all.ts';
import { shareModel } from './create-model.ts';
import type { MapReaderOptions } from './layers/map-reader.ts';
import type { Model } from './model.ts';

/**
 * The architecture of the first `layers` layers, with a classifier on the pooled state of the last one. Feature maps go
 * through a bottleneck before, a convolution for each time that the whole model would yet halve them, so that what is
 * classified has the channels of its last maps (Zhang et al. 2019).
 * @throws UserError if the model continues texts: it has no state of a whole sample to classify.
 */
export function truncatedConfig(config: ModelConfig, layers: number, task: TaskShape): ModelConfig {
  const { head } = constructionOf(config);
  if (head.answers === 'classes') return head.truncated(config, layers, task);
  throw new UserError(
    `Exits classify samples, but a model of architecture "${config.architecture}" continues texts.`,
    { remedy: 'Take the strategy "sequence" or "direct" for language models.' },
  );
}

/** How the classifier of a model reads feature maps; undefined where its hidden states are vectors. */
export function mapReading(config: ModelConfig): Omit<MapReaderOptions, 'shape'> | undefined {
  const { head } = constructionOf(config);
  return head.answers === 'classes' ? head.readsMaps?.(config) : undefined;
}

/**
 * The first `layers` layers of a model and a head as a model of its own, a really smaller one, that shares their weights.
 * @param layers 1 … model.layerCount − 1
 * @param head weights of the head by the names they have in the smaller model
 */
export function truncatedModel(model: Model, layers: number, head: ReadonlyMap<string, Variable>): Model {
  return shareModel(
    truncatedConfig(model.config, layers, model.task),
    model.task,
    (name) => head.get(name) ?? model.parameters.get(name) ?? model.buffers.get(name),
  );
}

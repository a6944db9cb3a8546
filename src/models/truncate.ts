import type { Tensor, Variable } from '@tensorflow/tfjs-core';
import { UserError } from '../base/user-error.ts';
import type { TaskShape } from '../data/dataset.ts';
import type { ModelConfig } from '../experiment/schema/schema.ts';
import type { LayerReference } from '../experiment/strategies/layer-reference.ts';
import { constructionOf } from './architectures/all.ts';
import { shareModel } from './create-model.ts';
import type { MapReaderOptions } from './layers/map-reader.ts';
import type { Model, ModelInput } from './model.ts';
import type { WeightRegistry } from './weights.ts';

/**
 * The architecture of the layers up to one, with a classifier on the pooled state of that one. Feature maps go through a
 * bottleneck before, a convolution for each time that the whole model would yet halve them, so that what is classified has
 * the channels of its last maps (Zhang et al. 2019).
 * @param layer 1 … layerCount − 1, or a value of a graph that was asked for
 * @throws UserError if the model continues texts: it has no state of a whole sample to classify; or if an exit cannot stand
 * there
 */
export function truncatedConfig(config: ModelConfig, layer: LayerReference, task: TaskShape): ModelConfig {
  const { head } = constructionOf(config);
  if (head.answers === 'classes') {
    if (typeof layer === 'number') return head.truncated(config, layer, task);
    if (head.truncatedAt) return head.truncatedAt(config, layer, task);
    throw new Error(`a model of architecture "${config.architecture}" has no layer "${layer}"`);
  }
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
 * What the classifier of a truncated model answers in training, where its architecture says so itself; see ClassHead.exit.
 */
export function exitAnswer(
  truncated: ModelConfig,
  weights: WeightRegistry,
): ((state: Tensor, input: ModelInput) => Tensor) | undefined {
  const { head } = constructionOf(truncated);
  return head.answers === 'classes' ? head.exit?.(truncated, weights) : undefined;
}

/**
 * The layers of a model up to one and a head as a model of its own, a really smaller one, that shares their weights.
 * @param layer as {@link truncatedConfig} takes it
 * @param head weights of the head by the names they have in the smaller model
 */
export function truncatedModel(
  model: Model,
  layer: LayerReference,
  head: ReadonlyMap<string, Variable>,
): Model {
  return shareModel(
    truncatedConfig(model.config, layer, model.task),
    model.task,
    (name) => head.get(name) ?? model.parameters.get(name) ?? model.buffers.get(name),
  );
}

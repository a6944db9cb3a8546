import type { Variable } from '@tensorflow/tfjs-core';
import type { TaskShape } from '../data/dataset.ts';
import type { ModelConfig } from '../experiment/schema.ts';
import { UserError } from '../experiment/user-error.ts';
import type { CnnConfig } from './cnn.ts';
import { shareModel } from './create-model.ts';
import { imageSize } from './image-input.ts';
import type { Model } from './model.ts';
import { groupChannels } from './resnet.ts';

/**
 * The architecture of the first `layers` layers, with a classifier on the pooled state of the last one. Feature maps go
 * through a bottleneck before, a convolution for each time that the whole model would yet halve them, so that what is
 * classified has the channels of its last maps (Zhang et al. 2019).
 * @throws UserError if the model continues texts: it has no state of a whole sample to classify.
 */
export function truncatedConfig(config: ModelConfig, layers: number, task: TaskShape): ModelConfig {
  switch (config.architecture) {
    case 'mlp':
      return { ...config, hidden: config.hidden.slice(0, layers) };
    case 'cnn':
      return truncatedCnn(config, layers, imageSize(config, task));
    case 'resnet': {
      const perGroup = (config.depth - 2) / 6;
      const groupOf = (block: number) => Math.floor((block - 1) / perGroup);
      const further = groupChannels(config).slice(
        groupOf(layers) + 1,
        groupOf(config.blocks ?? 3 * perGroup) + 1,
      );
      return { ...config, blocks: layers, bottleneck: [...further, ...(config.bottleneck ?? [])] };
    }
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

/** Maps that are classified place by place are halved until no side is longer. */
const longestSide = 4;

/** The dense layer is the last one, so it is never kept. */
function truncatedCnn(config: CnnConfig, layers: number, [height, width]: readonly number[]): CnnConfig {
  const bottleneck = [...config.channels.slice(layers), ...(config.bottleneck ?? [])];
  let side = Math.floor(Math.max(height!, width!) / 2 ** Math.min(layers, config.channels.length));
  for (const _ of bottleneck) side = Math.ceil(side / 2);
  // The classifier of an exit would else be about as large as the whole student.
  if (config.pooling !== 'average')
    for (; side > longestSide; side = Math.ceil(side / 2))
      bottleneck.push(bottleneck.at(-1) ?? config.channels.at(-1)!);
  return { ...config, channels: config.channels.slice(0, layers), bottleneck, dense: undefined };
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

/** What the names of the classifier's weights begin with. */
export const classifierName = ({ architecture }: ModelConfig): string =>
  architecture === 'resnet' ? 'fc' : 'classifier';

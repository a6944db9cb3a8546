import { createModel } from '../../models/create-model.ts';
import type { Model } from '../../models/model.ts';
import { ReadWeights } from './cuts.ts';
import {
  type SmallerModel,
  type StructuredOptions,
  smallerCnn,
  smallerMlp,
  smallerResnet,
} from './images.ts';
import { smallerBert, smallerGpt2, smallerLlama } from './transformers.ts';

/**
 * A smaller model of the same architecture without the units of the smallest norm, its weights those of the larger one,
 * which stays as it is.
 * @throws UserError if it would have none left
 */
export async function pruneUnits(model: Model, options: StructuredOptions): Promise<Model> {
  const weights = await ReadWeights.of(model);
  const { config, cuts } = smaller(model.config, weights, options);
  const pruned = createModel(config, model.task, (name) => weights.cut(name, cuts.of(name)));
  return model.origin ? { ...pruned, origin: model.origin } : pruned;
}

function smaller(config: Model['config'], weights: ReadWeights, options: StructuredOptions): SmallerModel {
  switch (config.architecture) {
    case 'mlp':
      return smallerMlp(config, weights, options);
    case 'cnn':
      return smallerCnn(config, weights, options);
    case 'resnet':
      return smallerResnet(config, weights, options);
    case 'bert':
      return smallerBert(config, weights, options);
    case 'gpt2':
      return smallerGpt2(config, weights, options);
    case 'llama':
      return smallerLlama(config, weights, options);
  }
}

/** A model with weights of its own that are the same. */
export async function copyOf(model: Model): Promise<Model> {
  const weights = await ReadWeights.of(model);
  const copy = createModel(model.config, model.task, (name) => weights.cut(name, []).slice());
  return model.origin ? { ...copy, origin: model.origin } : copy;
}

import { isGraphConfig } from '../../experiment/architectures/onnx-graph.ts';
import type { PruneConfig } from '../../experiment/strategies/prune/record.ts';
import { constructionOf } from '../../models/architectures/all.ts';
import { createModel } from '../../models/create-model.ts';
import { ReadWeights } from '../../models/cuts.ts';
import type { Model } from '../../models/model.ts';
import { pruneGraph } from './graph/prune-graph.ts';

/**
 * A smaller model of the same architecture without the units of the smallest norm, its weights those of the larger one,
 * which stays as it is. Of a graph that came as a file its units are found by following them.
 * @throws UserError if it would have none left, or none can go
 */
export async function pruneUnits(
  model: Model,
  { sparsity, norm }: Pick<PruneConfig, 'sparsity' | 'norm'>,
): Promise<Model> {
  const { config: whole } = model;
  if (isGraphConfig(whole)) return pruneGraph({ ...model, config: whole }, { sparsity, norm });
  const { pruning } = constructionOf(whole);
  const config = pruning.smaller(whole, sparsity);
  const weights = await ReadWeights.of(model);
  const cuts = pruning.cuts(whole, config, weights, norm);
  const pruned = createModel(config, model.task, (name) => weights.cut(name, cuts.of(name)));
  return model.origin ? { ...pruned, origin: model.origin } : pruned;
}

/** A model with weights of its own that are the same. */
export async function copyOf(model: Model): Promise<Model> {
  const weights = await ReadWeights.of(model);
  const copy = createModel(model.config, model.task, (name) => weights.cut(name, []).slice());
  return model.origin ? { ...copy, origin: model.origin } : copy;
}

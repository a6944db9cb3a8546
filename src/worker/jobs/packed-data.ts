import { UserError } from '../../base/user-error.ts';
import type { Dataset } from '../../data/dataset.ts';
import { isGraphConfig } from '../../experiment/architectures/onnx-graph.ts';
import type { Model } from '../../models/model.ts';

/**
 * Documents that share a sample are kept apart within the network, and a graph has no place for that.
 * @throws UserError if a model is one and the data are such
 */
export function requireApart({ config }: Model, who: string, { packed }: Dataset): void {
  if (!packed || !isGraphConfig(config)) return;
  throw new UserError(
    `${who} is an ONNX graph, which cannot be told which document of a sample a token belongs to.`,
    { remedy: 'Set "samples" of the dataset to "documents".' },
  );
}

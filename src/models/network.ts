import type { Model } from './model.ts';

/** What an architecture adds to its weights to become a model. */
export interface Network
  extends Pick<Model, 'layerCount' | 'forward' | 'memory' | 'proceed' | 'pool' | 'apart'> {
  /** Shapes of the hidden states without the batch axis; the length of a text is the longest it takes. */
  readonly hiddenShapes: readonly (readonly number[])[];
  /** The same of values that were asked for by name. */
  readonly namedShapes?: ReadonlyMap<string, readonly number[]>;
}

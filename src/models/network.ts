import type { Model } from './model.ts';

/** What an architecture adds to its weights to become a model. */
export type Network = Pick<Model, 'layerCount' | 'forward' | 'pool'>;

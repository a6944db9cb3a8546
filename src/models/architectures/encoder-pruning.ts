import type { PruneConfig } from '../../experiment/strategies/prune/record.ts';
import { Cuts, ofBlocks, type ReadWeights, strongest } from '../cuts.ts';
import { type AttentionSizes, overBlocks } from './heads-pruning.ts';

/** What the linear layers of an encoder are called. */
export interface EncoderNames {
  /** @param index from 0 */
  layer(index: number): string;
  readonly query: string;
  readonly key: string;
  readonly value: string;
  readonly attentionOutput: string;
  readonly up: string;
  readonly down: string;
}

/**
 * Feed-forward units and heads go by the norm of their incoming weights, in every layer as many.
 * @param shared name of a table with a column for each head that all layers read: the same heads go from all of them
 */
export function cutEncoder(
  config: AttentionSizes & { readonly layers: number },
  { heads, intermediateSize, headSize = config.hiddenSize / config.heads }: AttentionSizes,
  names: EncoderNames,
  weights: ReadWeights,
  norm: PruneConfig['norm'],
  shared?: string,
): Cuts {
  const cuts = new Cuts();
  const both = (name: string): [string, number][] => [
    [`${name}.weight`, 0],
    [`${name}.bias`, 0],
  ];
  const headsOf = (made: readonly string[]) =>
    strongest(overBlocks(weights.norms(norm, made.flatMap(both)), headSize, norm), heads);
  const makersIn = (layer: number) =>
    [names.query, names.key, names.value].map((part) => `${names.layer(layer)}.${part}`);
  const common =
    shared === undefined
      ? undefined
      : headsOf(Array.from({ length: config.layers }, (_, layer) => makersIn(layer)).flat());
  if (shared !== undefined) cuts.along(1, common!, `${shared}.weight`);
  for (let layer = 0; layer < config.layers; layer++) {
    const within = (part: string) => `${names.layer(layer)}.${part}`;
    const up = within(names.up);
    const keep = strongest(weights.norms(norm, both(up)), intermediateSize!);
    cuts.along(0, keep, `${up}.weight`, `${up}.bias`);
    cuts.along(1, keep, `${within(names.down)}.weight`);

    const made = makersIn(layer);
    const columns = ofBlocks(common ?? headsOf(made), headSize);
    cuts.along(0, columns, ...made.flatMap((name) => [`${name}.weight`, `${name}.bias`]));
    cuts.along(1, columns, `${within(names.attentionOutput)}.weight`);
  }
  return cuts;
}

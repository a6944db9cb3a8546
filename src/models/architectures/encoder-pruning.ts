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

/** Feed-forward units and heads go by the norm of their incoming weights, in every layer as many. */
export function cutEncoder(
  config: AttentionSizes & { readonly layers: number },
  { heads, intermediateSize, headSize = config.hiddenSize / config.heads }: AttentionSizes,
  names: EncoderNames,
  weights: ReadWeights,
  norm: PruneConfig['norm'],
): Cuts {
  const cuts = new Cuts();
  const both = (name: string): [string, number][] => [
    [`${name}.weight`, 0],
    [`${name}.bias`, 0],
  ];
  for (let layer = 0; layer < config.layers; layer++) {
    const within = (part: string) => `${names.layer(layer)}.${part}`;
    const up = within(names.up);
    const keep = strongest(weights.norms(norm, both(up)), intermediateSize!);
    cuts.along(0, keep, `${up}.weight`, `${up}.bias`);
    cuts.along(1, keep, `${within(names.down)}.weight`);

    const made = [names.query, names.key, names.value].map(within);
    const importance = overBlocks(weights.norms(norm, made.flatMap(both)), headSize, norm);
    const columns = ofBlocks(strongest(importance, heads), headSize);
    cuts.along(0, columns, ...made.flatMap((name) => [`${name}.weight`, `${name}.bias`]));
    cuts.along(1, columns, `${within(names.attentionOutput)}.weight`);
  }
  return cuts;
}

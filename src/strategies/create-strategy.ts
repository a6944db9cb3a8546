import type { StrategyConfig } from '../experiment/schema/strategy-schema.ts';
import { combined } from './combined.ts';
import { direct } from './direct.ts';
import { feature } from './feature.ts';
import { generated } from './generated.ts';
import { online } from './online.ts';
import { relation } from './relation.ts';
import { response } from './response.ts';
import { self } from './self.ts';
import { sequence } from './sequence.ts';
import type { Strategy } from './strategy.ts';

type Kind = StrategyConfig['kind'];
type Create<K extends Kind> = (config: Extract<StrategyConfig, { readonly kind: K }>) => Strategy;

const strategies: { readonly [K in Kind]: Create<K> } = {
  direct,
  response,
  feature,
  relation,
  self,
  online,
  sequence,
  generated,
  combined,
  // What is left after pruning is trained on with labels.
  prune: direct,
  quantize() {
    throw new Error('Quantization trains nothing.');
  },
};

/** The strategy an experiment names, with its settings. */
export function createStrategy(config: StrategyConfig): Strategy {
  return (strategies[config.kind] as Create<Kind>)(config);
}

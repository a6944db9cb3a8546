import type { StrategyConfig } from '../experiment/schema/strategy-schema.ts';
import type { StrategyTermConfig } from '../experiment/strategies/combined/terms.ts';
import { cosineTerm, featureTerm } from './feature.ts';
import { relationTerm } from './relation.ts';
import { responseTerm } from './response.ts';
import { sequenceTerm } from './sequence.ts';
import type { Strategy } from './strategy.ts';
import { type Term, weightedTerms } from './weighted-terms.ts';

type CombinedConfig = Extract<StrategyConfig, { kind: 'combined' }>;

function termOf(config: StrategyTermConfig): Term {
  switch (config.kind) {
    case 'response':
      return responseTerm(config);
    case 'feature':
      return featureTerm(config);
    case 'cosine':
      return cosineTerm(config);
    case 'relation':
      return relationTerm(config);
    case 'sequence':
      return sequenceTerm(config);
  }
}

/** labelWeight·CE(labels, z_s) + Σ weight·term, as in TinyBERT (Jiao et al. 2020) and DistilBERT (Sanh et al. 2019). */
export function combined({ labelWeight, terms }: CombinedConfig): Strategy {
  return weightedTerms(
    'combined',
    labelWeight,
    terms.map((config) => ({ weight: config.weight, term: termOf(config) })),
  );
}

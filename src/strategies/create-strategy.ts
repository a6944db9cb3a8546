import type { StrategyConfig } from '../experiment/strategy-schema.ts';
import { combined } from './combined.ts';
import { direct } from './direct.ts';
import { feature } from './feature.ts';
import { online } from './online.ts';
import { relation } from './relation.ts';
import { response } from './response.ts';
import { self } from './self.ts';
import { sequence } from './sequence.ts';
import type { Strategy } from './strategy.ts';

/** The strategy an experiment names, with its settings. */
export function createStrategy(config: StrategyConfig): Strategy {
  switch (config.kind) {
    case 'direct':
      return direct();
    case 'response':
      return response(config);
    case 'feature':
      return feature(config);
    case 'relation':
      return relation(config);
    case 'self':
      return self(config);
    case 'online':
      return online(config);
    case 'sequence':
      return sequence(config);
    case 'combined':
      return combined(config);
    case 'generated':
      // Kim & Rush 2016: what the teacher wrote are the labels.
      return direct();
    case 'prune':
      // What is left after pruning is trained on with labels.
      return direct();
    case 'quantize':
      throw new Error('Quantization trains nothing.');
  }
}

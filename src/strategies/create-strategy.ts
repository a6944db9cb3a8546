import type { StrategyConfig } from '../experiment/schema.ts';
import { direct } from './direct.ts';
import { response } from './response.ts';
import type { Strategy } from './strategy.ts';

/** The strategy an experiment names, with its settings. */
export function createStrategy(config: StrategyConfig): Strategy {
  switch (config.kind) {
    case 'direct':
      return direct();
    case 'response':
      return response(config);
  }
}

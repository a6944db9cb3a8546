import type { StrategyFacts } from '../strategy-facts.ts';

export const combinedFacts: StrategyFacts = {
  role: 'distillation',
  needsTeacher: true,
  comparesSamples: true,
  unlabelled: 'learns',
  color: { light: '#965830', dark: '#d8a27a' },
  marker: 'emptyRoundRect',
};

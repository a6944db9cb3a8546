import type { StrategyFacts } from '../strategy-facts.ts';

export const combinedFacts: StrategyFacts = {
  role: 'distillation',
  needsTeacher: true,
  comparesSamples: true,
  color: { light: '#965830', dark: '#d8a27a' },
  marker: 'emptyRoundRect',
};

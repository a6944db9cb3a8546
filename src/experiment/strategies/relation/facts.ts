import type { StrategyFacts } from '../strategy-facts.ts';

export const relationFacts: StrategyFacts = {
  role: 'distillation',
  needsTeacher: true,
  comparesSamples: true,
  unlabelled: 'learns',
  color: { light: '#008a64', dark: '#3ccf9f' },
  marker: 'pin',
};

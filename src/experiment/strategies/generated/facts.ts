import type { StrategyFacts } from '../strategy-facts.ts';

export const generatedFacts: StrategyFacts = {
  role: 'distillation',
  needsTeacher: true,
  ofServer: 'texts',
  comparesSamples: false,
  unlabelled: 'refuses',
  color: { light: '#527a1e', dark: '#a3c95c' },
  marker: 'emptyPin',
};

import type { StrategyFacts } from '../strategy-facts.ts';

export const featureFacts: StrategyFacts = {
  role: 'distillation',
  needsTeacher: true,
  comparesSamples: true,
  unlabelled: 'learns',
  color: { light: '#cf5a00', dark: '#ff9a4d' },
  marker: 'triangle',
};

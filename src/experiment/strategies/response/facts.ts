import type { StrategyFacts } from '../strategy-facts.ts';

export const responseFacts: StrategyFacts = {
  role: 'distillation',
  needsTeacher: true,
  ofServer: 'classes',
  comparesSamples: true,
  unlabelled: 'learns',
  color: { light: '#0072b2', dark: '#4fb0ee' },
  marker: 'circle',
};

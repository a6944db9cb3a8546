import type { StrategyFacts } from '../strategy-facts.ts';

export const pruneFacts: StrategyFacts = {
  role: 'alternative',
  needsTeacher: false,
  comparesSamples: true,
  color: { light: '#8c1f3c', dark: '#ff86a0' },
  marker: 'emptyTriangle',
};

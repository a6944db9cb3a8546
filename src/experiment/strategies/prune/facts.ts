import type { StrategyFacts } from '../strategy-facts.ts';

export const pruneFacts: StrategyFacts = {
  role: 'alternative',
  needsTeacher: false,
  comparesSamples: true,
  unlabelled: 'refuses',
  color: { light: '#8c1f3c', dark: '#ff86a0' },
  marker: 'emptyTriangle',
};

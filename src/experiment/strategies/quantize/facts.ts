import type { StrategyFacts } from '../strategy-facts.ts';

export const quantizeFacts: StrategyFacts = {
  role: 'alternative',
  needsTeacher: false,
  comparesSamples: true,
  unlabelled: 'refuses',
  color: { light: '#0a7f92', dark: '#4fd0e0' },
  marker: 'emptyRect',
};

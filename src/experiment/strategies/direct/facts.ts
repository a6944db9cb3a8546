import type { StrategyFacts } from '../strategy-facts.ts';

export const directFacts: StrategyFacts = {
  role: 'yardstick',
  needsTeacher: false,
  comparesSamples: false,
  unlabelled: 'ignores',
  color: { light: '#737b89', dark: '#98a0af' },
  marker: 'rect',
};

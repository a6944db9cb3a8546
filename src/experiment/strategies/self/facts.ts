import type { StrategyFacts } from '../strategy-facts.ts';

export const selfFacts: StrategyFacts = {
  role: 'distillation',
  needsTeacher: false,
  comparesSamples: true,
  alongside: 'exit',
  unlabelled: 'refuses',
  color: { light: '#b8508f', dark: '#ee95ca' },
  marker: 'roundRect',
};

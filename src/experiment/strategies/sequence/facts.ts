import type { StrategyFacts } from '../strategy-facts.ts';

export const sequenceFacts: StrategyFacts = {
  role: 'distillation',
  needsTeacher: true,
  comparesSamples: true,
  unlabelled: 'refuses',
  color: { light: '#94700a', dark: '#d9b84a' },
  marker: 'emptyCircle',
};

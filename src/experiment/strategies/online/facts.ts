import type { StrategyFacts } from '../strategy-facts.ts';

export const onlineFacts: StrategyFacts = {
  role: 'distillation',
  needsTeacher: false,
  comparesSamples: true,
  alongside: 'peer',
  unlabelled: 'refuses',
  color: { light: '#7448c8', dark: '#b795ff' },
  marker: 'arrow',
};

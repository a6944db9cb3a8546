import { UserError } from '../../base/user-error.ts';
import type { Dataset } from '../../data/dataset.ts';
import { unlabelledOf } from '../../experiment/datasets/unlabelled.ts';
import type { Experiment } from '../../experiment/schema/schema.ts';
import { type StrategyKind, strategyFacts } from '../../experiment/strategies/facts.ts';
import { refusesUnlabelled } from '../../experiment/strategies/unlabelled.ts';
import type { RunData } from '../directory/events.ts';

/** @throws UserError if the strategy has no use for samples without labels, and there are some */
export function requireUse(kind: StrategyKind, { unlabelled }: Dataset): void {
  if (!unlabelled || strategyFacts[kind].unlabelled !== 'refuses') return;
  const { message, remedy } = refusesUnlabelled(kind);
  throw new UserError(message, { remedy, option: 'unlabelled' });
}

/** What a run's events say of samples without labels before the teacher was asked. */
export function unlabelledTold(
  { dataset: config, strategy, teacher }: Experiment,
  { unlabelled }: Dataset,
): Pick<RunData, 'unlabelled'> {
  if (!unlabelled) return {};
  const { from, minConfidence } = unlabelledOf(config) ?? {};
  const learns = strategyFacts[strategy.kind].unlabelled === 'learns';
  return {
    unlabelled: {
      content: unlabelled.content,
      samples: unlabelled.split.size,
      ...(learns && from === undefined && teacher?.model && { teacherSawLabels: true }),
      ...(learns ? minConfidence !== undefined && { minConfidence } : { learned: 0 }),
    },
  };
}

import { type StrategyKind, strategyFacts, strategyKinds } from './facts.ts';

/** Why a strategy cannot have samples without labels, and what to do. */
export function refusesUnlabelled(kind: StrategyKind): { readonly message: string; readonly remedy: string } {
  const learning = strategyKinds.filter((one) => strategyFacts[one].unlabelled === 'learns');
  return {
    message: `Strategy "${kind}" has no use for unlabelled samples: only the teacher’s answers say anything of them, and it does not learn from those.`,
    remedy: `Remove "unlabelled", which leaves the results comparable, or use ${learning.map((one) => JSON.stringify(one)).join(', ')}.`,
  };
}

import { combinedFacts } from './combined/facts.ts';
import { directFacts } from './direct/facts.ts';
import { featureFacts } from './feature/facts.ts';
import { generatedFacts } from './generated/facts.ts';
import { onlineFacts } from './online/facts.ts';
import { pruneFacts } from './prune/facts.ts';
import { quantizeFacts } from './quantize/facts.ts';
import { relationFacts } from './relation/facts.ts';
import { responseFacts } from './response/facts.ts';
import { selfFacts } from './self/facts.ts';
import { sequenceFacts } from './sequence/facts.ts';
import type { StrategyFacts } from './strategy-facts.ts';

/** Every strategy, by the name it has in experiments; in the order that they are offered. */
export const strategyFacts = {
  direct: directFacts,
  response: responseFacts,
  feature: featureFacts,
  relation: relationFacts,
  self: selfFacts,
  online: onlineFacts,
  sequence: sequenceFacts,
  generated: generatedFacts,
  combined: combinedFacts,
  quantize: quantizeFacts,
  prune: pruneFacts,
} satisfies Record<string, StrategyFacts>;

export type StrategyKind = keyof typeof strategyFacts;

export const strategyKinds = Object.keys(strategyFacts) as readonly StrategyKind[];

/** What is known of a strategy; undefined for a name that a later version may have stored. */
export function factsOf(kind: string): StrategyFacts | undefined {
  return Object.hasOwn(strategyFacts, kind) ? strategyFacts[kind as StrategyKind] : undefined;
}

/** What a strategy is to a comparison; one that is not known here is judged like any other. */
export function roleOf(kind: string): StrategyFacts['role'] {
  return factsOf(kind)?.role ?? 'distillation';
}

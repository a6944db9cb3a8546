import type { StrategyConfig } from '../experiment/schema/strategy-schema.ts';
import { checkClasses } from './check-classes.ts';
import { distillationLoss } from './losses/distillation-kl.ts';
import { requireLogits } from './require.ts';
import type { Strategy } from './strategy.ts';
import { plainTerm, type Term, weightedTerms } from './weighted-terms.ts';

type ResponseConfig = Extract<StrategyConfig, { kind: 'response' }>;

/** T²·KL(softmax(z_t/T) ‖ softmax(z_s/T)), averaged over samples (Hinton, Vinyals & Dean 2015). */
export function responseTerm({ temperature }: Pick<ResponseConfig, 'temperature'>): Term {
  return plainTerm(
    'response',
    { logits: true, hiddenStates: [], pooled: [] },
    checkClasses,
    ({ teacher, student, rows }) =>
      distillationLoss(requireLogits(teacher), student.logits, temperature, rows),
  );
}

/** α·T²·KL(softmax(z_t/T) ‖ softmax(z_s/T)) + (1−α)·CE(labels, z_s), both averaged over samples. */
export function response({ temperature, alpha }: ResponseConfig): Strategy {
  return weightedTerms('response', 1 - alpha, [{ weight: alpha, term: responseTerm({ temperature }) }]);
}

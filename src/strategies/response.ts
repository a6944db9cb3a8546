import type { StrategyConfig } from '../experiment/schema.ts';
import { distillationLoss } from './losses/distillation-kl.ts';
import { hardLoss } from './losses/hard-loss.ts';
import { rowsOf } from './losses/rows.ts';
import { requireLogits } from './require.ts';
import type { Strategy } from './strategy.ts';

type ResponseConfig = Extract<StrategyConfig, { kind: 'response' }>;

/**
 * α·T²·KL(softmax(z_t/T) ‖ softmax(z_s/T)) + (1−α)·CE(labels, z_s), both averaged over samples
 * (Hinton, Vinyals & Dean 2015).
 */
export function response({ temperature, alpha }: ResponseConfig): Strategy {
  return {
    kind: 'response',
    needs: () => ({ logits: true, hiddenStates: [], pooled: [] }),
    attach: () => ({
      parameters: new Map(),
      buffers: new Map(),
      loss(context) {
        const rows = rowsOf(context.batch, context.totals);
        const { logits } = context.student;
        return {
          labels: { weight: 1 - alpha, value: hardLoss(context, logits, rows) },
          response: {
            weight: alpha,
            value: distillationLoss(requireLogits(context.teacher), logits, temperature, rows),
          },
        };
      },
      dispose() {},
    }),
  };
}

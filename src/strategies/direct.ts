import { hardLoss } from './losses/hard-loss.ts';
import { noTeacher, type Strategy } from './strategy.ts';

/** CE(labels, z_s): labels alone, the yardstick for everything else. */
export function direct(): Strategy {
  return {
    kind: 'direct',
    needs: () => noTeacher,
    attach: () => ({
      parameters: new Map(),
      buffers: new Map(),
      loss: (context) => ({ labels: { weight: 1, value: hardLoss(context) } }),
      dispose() {},
    }),
  };
}

import type { TrainingConfig } from '../../experiment/schema/schema.ts';

type ScheduleConfig = Pick<TrainingConfig, 'learningRate' | 'schedule' | 'warmupRatio'>;

/**
 * Learning rate of one optimizer step. It rises linearly over the warm-up and then falls to zero by the end, along a
 * line or half a cosine (Loshchilov & Hutter 2017), or stays.
 *
 * @param step 0 … totalSteps − 1. The first warm-up step already moves: its rate is a whole share, not zero.
 */
export function learningRateAt(config: ScheduleConfig, step: number, totalSteps: number): number {
  const warmup = Math.round(config.warmupRatio * totalSteps);
  if (step < warmup) return (config.learningRate * (step + 1)) / warmup;
  const remaining = Math.max(1, totalSteps - warmup);
  const progress = Math.min(1, (step - warmup) / remaining);
  switch (config.schedule) {
    case 'constant':
      return config.learningRate;
    case 'linear':
      return config.learningRate * (1 - progress);
    case 'cosine':
      return (config.learningRate * (1 + Math.cos(Math.PI * progress))) / 2;
  }
}

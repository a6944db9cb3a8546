import { heed, type StopRequested } from '../../base/interruption.ts';
import type { Split } from '../../data/dataset.ts';
import type { CompiledStep, Device, HostTensor } from '../../device/device.ts';
import { deviceFor } from '../apart-device.ts';
import { breathe } from '../breathe.ts';
import { modelInput, prefixed } from '../inputs.ts';
import type { NamedModel } from './named-model.ts';

export interface Speed {
  /** Median of warmed single-sample forward passes, answer read back. */
  readonly latencyMs: number;
  /** Samples per second in batches of 32, from the median batch. */
  readonly throughput: number;
  /** Timed passes that each of the two medians rests on. */
  readonly rounds: number;
}

export interface MeasureOptions {
  readonly device: Device;
  /** Where samples to run are taken from. */
  readonly split: Split;
  readonly stopRequested?: StopRequested;
  readonly onProgress?: (done: number, total: number) => void;
  /** Timed passes of each model and size, at most. */
  readonly rounds?: number;
  /** Milliseconds that have passed since some moment. */
  readonly clock?: () => number;
}

const warmUpRounds = 10;
const throughputBatch = 32;

/** What ends the warming up, and the measuring, of slow models: enough rounds, and as long as this for each model. */
const enough = {
  warmUp: { rounds: 2, milliseconds: 1000 },
  timed: { rounds: 15, milliseconds: 3000 },
} as const;

/**
 * Speed of models, measured in turns (A B A B …), so that whatever else the machine does weighs on all of them alike.
 * Slow models, or a machine that is busy, get fewer rounds.
 * @returns by name
 * @throws Interruption if asked to end early
 */
export async function measureSpeed(
  models: readonly NamedModel[],
  { device, split, stopRequested, onProgress, rounds = 100, clock = () => performance.now() }: MeasureOptions,
): Promise<Map<string, Speed>> {
  const subjects = models.map(({ name, model, device: own, dataset }) => ({
    name,
    single: firstSamples(dataset?.test ?? split, 1),
    batch: firstSamples(dataset?.test ?? split, throughputBatch),
    step: deviceFor(own ?? device, model).compile((inputs) => ({
      logits: model.forward(modelInput(inputs), { training: false }).logits,
    })),
  }));
  const time = async (step: CompiledStep<'logits'>, inputs: Record<string, HostTensor>) => {
    const started = clock();
    await step.run(inputs);
    return clock() - started;
  };
  /** Times of one sample and of a batch, a pair for each round, by subject. */
  const turns = async (most: number, least: (typeof enough)[keyof typeof enough], timed: boolean) => {
    const times = subjects.map(() => [] as (readonly [number, number])[]);
    const started = clock();
    for (let round = 0; round < most; round++) {
      const late = clock() - started >= least.milliseconds * subjects.length;
      if (late && round >= least.rounds) break;
      if (stopRequested) heed(stopRequested);
      for (const [index, { step, single, batch }] of subjects.entries())
        times[index]!.push([await time(step, single), await time(step, batch)]);
      if (timed) onProgress?.(round + 1, most);
      await breathe();
    }
    return times;
  };
  try {
    await turns(warmUpRounds, enough.warmUp, false);
    const times = await turns(rounds, enough.timed, true);
    return new Map(
      subjects.map(({ name }, index) => {
        const own = times[index]!;
        const latencyMs = median(own.map(([one]) => one));
        const throughput = (1000 * throughputBatch) / median(own.map(([, many]) => many));
        return [name, { latencyMs, throughput, rounds: own.length }];
      }),
    );
  } finally {
    for (const { step } of subjects) step.dispose();
  }
}

const firstSamples = (split: Split, size: number): Record<string, HostTensor> =>
  prefixed(
    'input',
    split.batch(
      Int32Array.from({ length: size }, (_, at) => at % split.size),
      size,
    ).input,
  );

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

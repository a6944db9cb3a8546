import type { Split } from '../data/dataset.ts';
import type { CompiledStep, Device, HostTensor } from '../device/device.ts';
import type { Model } from '../models/model.ts';
import { breathe } from './breathe.ts';
import { modelInput, prefixed } from './inputs.ts';
import { heed, type StopRequested } from './interruption.ts';

export interface Speed {
  /** Median of warmed single-sample forward passes, answer read back. */
  readonly latencyMs: number;
  /** Samples per second in batches of 32, from the median batch. */
  readonly throughput: number;
}

export interface MeasureOptions {
  readonly stopRequested?: StopRequested;
  readonly onProgress?: (done: number, total: number) => void;
  /** Timed passes of each model and size. */
  readonly rounds?: number;
  /** Where the forward pass of a model is compiled, by its name, if it is not the device itself. */
  readonly devices?: Readonly<Record<string, Device | undefined>>;
}

const warmUpRounds = 10;
const throughputBatch = 32;

/**
 * Speed of models on a device, measured in turns (A B A B …), so that whatever else the machine does weighs on all of
 * them alike.
 * @param split where samples to run are taken from
 * @throws Interruption if asked to end early
 */
export async function measureSpeed<Name extends string>(
  device: Device,
  models: Readonly<Record<Name, Model>>,
  split: Split,
  { stopRequested, onProgress, rounds = 100, devices = {} }: MeasureOptions = {},
): Promise<Record<Name, Speed>> {
  const subjects = (Object.entries(models) as [Name, Model][]).map(([name, model]) => ({
    name,
    step: (devices[name] ?? device).compile((inputs) => ({
      logits: model.forward(modelInput(inputs), { training: false }).logits,
    })),
    single: [] as number[],
    batch: [] as number[],
  }));
  const sample = (size: number) =>
    prefixed(
      'input',
      split.batch(
        Int32Array.from({ length: size }, (_, at) => at % split.size),
        size,
      ).input,
    );
  const [single, batch] = [sample(1), sample(throughputBatch)];
  try {
    for (let round = -warmUpRounds; round < rounds; round++) {
      if (stopRequested) heed(stopRequested);
      for (const subject of subjects) {
        const times = [await time(subject.step, single), await time(subject.step, batch)] as const;
        if (round < 0) continue;
        subject.single.push(times[0]);
        subject.batch.push(times[1]);
      }
      onProgress?.(Math.max(0, round + 1), rounds);
      await breathe();
    }
  } finally {
    for (const { step } of subjects) step.dispose();
  }
  const speeds = subjects.map(({ name, single: ones, batch: many }): [Name, Speed] => [
    name,
    { latencyMs: median(ones), throughput: (1000 * throughputBatch) / median(many) },
  ]);
  return Object.fromEntries(speeds) as Record<Name, Speed>;
}

async function time(step: CompiledStep<'logits'>, inputs: Record<string, HostTensor>): Promise<number> {
  const started = performance.now();
  await step.run(inputs);
  return performance.now() - started;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

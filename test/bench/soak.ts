import { tf } from '../../src/device/tensorflow.ts';
import { observed } from './observed-sessions.ts';
import { Stepper } from './stepper.ts';
import type { Workload } from './workloads.ts';

const warmUp = 100;

/**
 * Takes many steps and looks at what must not grow.
 * @returns whether tensors and sessions stayed the same, and resident memory level, within a tenth.
 */
export async function soak(workload: Workload, steps: number): Promise<boolean> {
  const stepper = await Stepper.open(workload, 1);
  const samples: { step: number; tensors: number; resident: number; compiled: number }[] = [];
  for (let step = 1; step <= steps; step++) {
    await stepper.step();
    if (step >= warmUp && step % 50 === 0) {
      globalThis.gc?.();
      samples.push({
        step,
        tensors: tf.memory().numTensors,
        resident: process.memoryUsage().rss / 2 ** 20,
        compiled: observed.compiled,
      });
    }
  }
  const loss = await stepper.loss();
  await stepper.close();

  const [first, last] = [samples[0]!, samples.at(-1)!];
  const constant = samples.every(
    ({ tensors, compiled }) => tensors === first.tensors && compiled === first.compiled,
  );
  const level = last.resident <= first.resident * 1.1;
  console.log(
    `${workload.title}: ${steps} steps, mean loss ${loss.toFixed(3)}; tensors ${first.tensors} → ${last.tensors}, ` +
      `sessions compiled ${first.compiled} → ${last.compiled}, resident memory ${first.resident.toFixed(0)} → ` +
      `${last.resident.toFixed(0)} MiB (from step ${first.step} on): ${constant && level ? 'steady' : 'GROWS'}`,
  );
  return constant && level;
}

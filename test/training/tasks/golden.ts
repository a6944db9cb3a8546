import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Tensor } from '@tensorflow/tfjs-core';
import { tf } from '../../../src/device/tensorflow.ts';
import type { AskedTask } from '../../../src/experiment/tasks/all.ts';
import type { Rows } from '../../../src/strategies/losses/rows.ts';
import { learningOf } from '../../../src/strategies/tasks/all.ts';
import { temporaryDirectory } from '../../data/idx-files.ts';

const reference = join(import.meta.dirname, '../../reference/tasks');

/** What tasks.py computed. */
export const golden = JSON.parse(readFileSync(join(reference, 'tasks.golden.json'), 'utf8'));

/** The same, computed now. */
export function computedNow(python: string, context: Parameters<typeof temporaryDirectory>[0]) {
  const file = join(temporaryDirectory(context), 'tasks.json');
  const { status, stderr } = spawnSync(python, [join(reference, 'tasks.py'), file], { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  return JSON.parse(readFileSync(file, 'utf8'));
}

export function close(actual: number, expected: number, what: string, within = 1e-9): void {
  assert.ok(
    Math.abs(actual - expected) <= within * Math.max(1, Math.abs(expected)),
    `${what} is ${actual}, not ${expected}`,
  );
}

/** Whether all numbers of two trees are close. */
export function allClose(actual: unknown, expected: unknown, what: string): void {
  if (typeof expected === 'number') {
    close(actual as number, expected, what);
    return;
  }
  for (const [key, value] of Object.entries(expected as object))
    allClose((actual as Record<string, unknown>)[key], value, `${what}.${key}`);
}

/** The rows of a batch whose samples are all real. */
export function rowsOf(task: AskedTask, labels: Tensor, targets: number): Rows {
  const samples = labels.shape[0]!;
  return learningOf(task).rows(
    { input: {}, labels, weights: tf.ones([samples]) },
    {
      samples: tf.scalar(samples),
      tokens: tf.scalar(0),
      targets: tf.scalar(targets),
      labelled: tf.scalar(samples),
    },
  );
}

/** Holds a loss and its gradient against what PyTorch computed. */
export function lossIs(
  found: { readonly value: Tensor; readonly grad: Tensor },
  expected: { readonly value: number; readonly gradients: number[][][] },
  what: string,
): void {
  close(found.value.dataSync()[0]!, expected.value, what, 1e-5);
  const gradient = expected.gradients[0]!.flat(5) as unknown as number[];
  for (const [at, value] of [...found.grad.dataSync()].entries())
    close(value, gradient[at]!, `${what}, gradient ${at}`, 1e-5);
}

import assert from 'node:assert/strict';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import { createStrategy } from '../../../src/strategies/create-strategy.ts';
import { modelOf, partsFor, strategyConfig, type uniform } from '../support.ts';

/** Numbers that agree but for rounding in 32 bits. */
export const close = (actual: number, expected: number, relative = 1e-5) =>
  assert.ok(
    Math.abs(actual - expected) <= relative * Math.max(Math.abs(expected), 1e-3),
    `${actual}, not ${expected}`,
  );

export const finite = (values: ArrayLike<number>) => assert.ok(Array.from(values).every(Number.isFinite));

/** Attaches a strategy that needs no model, only logits. */
export const attach = (config: Parameters<typeof strategyConfig>[0], classes = 3) =>
  createStrategy(strategyConfig(config)).attach({
    ...partsFor(modelOf({ architecture: 'mlp', hidden: [2] })),
    task: { classes },
    // Wide enough that keeping some of its answers takes fewer numbers than its last hidden state.
    teacher: { hiddenShapes: [[64]], classes },
  });

/** Signals of a teacher of which nothing but the logits is known. */
export const teacherSays = (logits: Tensor2D | ReturnType<typeof uniform>) => ({
  logits,
  hiddenStates: new Map(),
  pooled: new Map(),
});

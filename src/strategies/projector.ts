import type { Tensor2D, Variable } from '@tensorflow/tfjs-core';
import { tf } from '../device/tensorflow.ts';
import type { StrategyParts } from './strategy.ts';

/** Maps vectors of the student to the width of the teacher's; trained with the student, then thrown away. */
export interface Projector {
  readonly parameters: ReadonlyMap<string, Variable>;
  /** (rows, from) to (rows, to). */
  apply(states: Tensor2D): Tensor2D;
}

type Initialize = StrategyParts['initialize'];

function linear(name: string, from: number, to: number, initialize: Initialize): Projector {
  const weight = initialize(`${name}.weight`, [from, to], 'glorot');
  const bias = initialize(`${name}.bias`, [to], 'zeros');
  return {
    parameters: new Map([
      [`${name}.weight`, weight],
      [`${name}.bias`, bias],
    ]),
    apply: (states) => tf.add(tf.matMul(states, weight as Tensor2D), bias),
  };
}

/** Linear(from → to), ReLU, Linear(to → to). */
export function mlpProjector(name: string, from: number, to: number, initialize: Initialize): Projector {
  const first = linear(`${name}.0`, from, to, initialize);
  const second = linear(`${name}.2`, to, to, initialize);
  return {
    parameters: new Map([...first.parameters, ...second.parameters]),
    apply: (states) => second.apply(tf.relu(first.apply(states))),
  };
}

/** Linear(from → to) where the widths differ, else nothing. */
export function widthProjector(name: string, from: number, to: number, initialize: Initialize): Projector {
  if (from === to) return { parameters: new Map(), apply: (states) => states };
  return linear(name, from, to, initialize);
}

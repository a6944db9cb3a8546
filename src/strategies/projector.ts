import type { Tensor, Variable } from '@tensorflow/tfjs-core';
import { tf } from '../device/tensorflow.ts';
import type { Initializer } from '../models/initialization.ts';
import { linear } from '../models/layers/linear.ts';
import type { StrategyParts } from './strategy.ts';

/** A small network that a strategy adds; trained with the student, then thrown away or exported by itself. */
export interface Projector {
  readonly parameters: ReadonlyMap<string, Variable>;
  /** (…, from) to (…, to). */
  apply(states: Tensor): Tensor;
}

type Initialize = StrategyParts['initialize'];

/** Linear(from → to); weight (to, from) and bias (to). */
export function linearProjector(name: string, from: number, to: number, initialize: Initialize): Projector {
  const parameters = new Map<string, Variable>();
  const parameter = (weight: string, shape: readonly number[], initializer: Initializer): Variable => {
    const variable = initialize(weight, shape, initializer === 'zeros' ? 'zeros' : 'glorot');
    parameters.set(weight, variable);
    return variable;
  };
  const apply = linear({ parameter, buffer: parameter }, name, from, to, { initializer: 'glorot' });
  return { parameters, apply };
}

/** Linear(from → to), ReLU, Linear(to → to). */
export function mlpProjector(name: string, from: number, to: number, initialize: Initialize): Projector {
  const first = linearProjector(`${name}.0`, from, to, initialize);
  const second = linearProjector(`${name}.2`, to, to, initialize);
  return {
    parameters: new Map([...first.parameters, ...second.parameters]),
    apply: (states) => second.apply(tf.relu(first.apply(states))),
  };
}

/** Linear(from → to) where the widths differ, else nothing. */
export function widthProjector(name: string, from: number, to: number, initialize: Initialize): Projector {
  if (from === to) return { parameters: new Map(), apply: (states) => states };
  return linearProjector(name, from, to, initialize);
}

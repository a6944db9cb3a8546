import type { Tensor } from '@tensorflow/tfjs-core';
import type { TeacherSignals } from './strategy.ts';

/** What a strategy asked for in needs(); its absence is a mistake of ours, never of the user. */
export function requireLogits({ logits }: TeacherSignals): Tensor {
  if (!logits) throw new Error('The strategy asked for the teacher’s logits and was given none.');
  return logits;
}

export function requireLayer(states: ReadonlyMap<number, Tensor>, layer: number): Tensor {
  const state = states.get(layer);
  if (!state) throw new Error(`The strategy asked for layer ${layer} of the teacher and was not given it.`);
  return state;
}

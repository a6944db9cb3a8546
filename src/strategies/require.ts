import type { Tensor } from '@tensorflow/tfjs-core';
import type { LayerReference } from '../experiment/strategies/layer-reference.ts';
import type { ForwardResult } from '../models/model.ts';
import type { TeacherSignals } from './strategy.ts';

/** What a strategy asked for in needs(); its absence is a mistake of ours, never of the user. */
export function requireLogits({ logits }: TeacherSignals): Tensor {
  if (!logits) throw new Error('The strategy asked for the teacher’s logits and was given none.');
  return logits;
}

export function requireLayer(states: ReadonlyMap<LayerReference, Tensor>, layer: LayerReference): Tensor {
  const state = states.get(layer);
  if (!state) throw new Error(`The strategy asked for layer ${layer} of the teacher and was not given it.`);
  return state;
}

export function requireState({ hiddenStates, named }: ForwardResult, layer: LayerReference): Tensor {
  const state = typeof layer === 'number' ? hiddenStates[layer] : named?.get(layer);
  if (!state) throw new Error(`The model gave no hidden state ${layer}.`);
  return state;
}

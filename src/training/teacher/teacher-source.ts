import type { Tensor } from '@tensorflow/tfjs-core';
import type { HostBatch } from '../../data/dataset.ts';
import type { HostTensor, Tensors } from '../../device/device.ts';
import type { LayerReference } from '../../experiment/strategies/layer-reference.ts';
import type { ForwardResult, Model, ModelInput } from '../../models/model.ts';
import { logitsOfStates, predictsFromStates } from '../../models/next-token.ts';
import { topLogits } from '../../strategies/losses/top-logits.ts';
import { requireState } from '../../strategies/require.ts';
import type { TeacherNeeds, TeacherSignals } from '../../strategies/strategy.ts';
import { prefixed, unprefixed } from '../inputs.ts';

/** Where the teacher's signals of a training batch come from: a cache read in JavaScript, or the teacher itself. */
export interface TeacherSource {
  /**
   * Inputs of the compiled step for the samples of a batch; none where the teacher runs in the step.
   * @param step all batches of the optimizer step; left out: this one
   */
  inputs(
    batch: HostBatch,
    step?: readonly HostBatch[],
  ): Record<string, HostTensor> | Promise<Record<string, HostTensor>>;
  /** Inside the compiled step. @param cached what {@link TeacherSource.inputs} gave. */
  signals(input: ModelInput, cached: Tensors): TeacherSignals;
}

/** One whose inputs need no waiting for. */
export interface ReadyTeacher extends TeacherSource {
  inputs(batch: HostBatch, step?: readonly HostBatch[]): Record<string, HostTensor>;
}

export const withoutTeacher: ReadyTeacher = {
  inputs: () => ({}),
  signals: () => ({ hiddenStates: new Map(), pooled: new Map() }),
};

/** The teacher runs in every step, in evaluation mode. */
export function liveTeacher(teacher: Model, needs: TeacherNeeds): ReadyTeacher {
  return {
    inputs: () => ({}),
    signals: (input) => toSignals(teacher, signalsOf(teacher, needs, input)),
  };
}

export const needsTeacher = (needs: TeacherNeeds): boolean =>
  needs.logits || needs.hiddenStates.length > 0 || needs.pooled.length > 0;

const restName = 'top.rest';

/** The name of the last hidden state, where it is kept in place of the logits that follow from it. */
const answersName = 'answers';

/** What a strategy needs of the teacher, under flat names: 'logits', 'top.indices', 'top.rest.2', 'hidden.3', 'pooled.12', 'hidden.=name'. */
export const signalsOf = (teacher: Model, needs: TeacherNeeds, input: ModelInput): Record<string, Tensor> =>
  flatSignals(teacher, needs, input, (forward) => ({ logits: forward.logits }));

/**
 * The same in fewer numbers, to be kept on disk: a language model has as many logits as there are tokens, and they
 * follow exactly from its last hidden state, 'answers'.
 */
export const storedSignals = (
  teacher: Model,
  needs: TeacherNeeds,
  input: ModelInput,
): Record<string, Tensor> =>
  flatSignals(
    teacher,
    needs,
    input,
    ({ logits, hiddenStates }): Record<string, Tensor> =>
      predictsFromStates(teacher) ? { [answersName]: hiddenStates.at(-1)! } : { logits },
  );

function flatSignals(
  teacher: Model,
  needs: TeacherNeeds,
  input: ModelInput,
  allLogits: (forward: ForwardResult) => Record<string, Tensor>,
): Record<string, Tensor> {
  const forward = teacher.forward(input, { training: false });
  const { logits } = forward;
  const signals: Record<string, Tensor> = {};
  const { topLogits: top } = needs;
  if (needs.logits && top && logits.rank === 3 && top.count < logits.shape[2]!) {
    const { indices, logProbabilities, rest } = topLogits(logits, top.count, top.temperatures);
    Object.assign(signals, prefixed('top', { indices, logProbabilities }));
    for (const [temperature, left] of rest) signals[`${restName}.${temperature}`] = left;
  } else if (needs.logits) Object.assign(signals, allLogits(forward));
  for (const layer of needs.hiddenStates) signals[`hidden.${keyOf(layer)}`] = requireState(forward, layer);
  for (const layer of needs.pooled)
    signals[`pooled.${keyOf(layer)}`] = teacher.pool(requireState(forward, layer), input);
  return signals;
}

/** Layers by number stay as they were; a name may look like a number. */
const keyOf = (layer: LayerReference): string => (typeof layer === 'number' ? `${layer}` : `=${layer}`);
const layerOf = (key: string): LayerReference => (key.startsWith('=') ? key.slice(1) : Number(key));

/** Whether the second axis of a signal goes over the tokens of a text. */
export const isPerToken = (name: string, rank: number, input: { readonly ids?: unknown }): boolean =>
  input.ids !== undefined && (rank >= 3 || name.startsWith(`${restName}.`));

/** @param flat what {@link signalsOf} or {@link storedSignals} made */
export function toSignals(teacher: Model, flat: Readonly<Record<string, Tensor>>): TeacherSignals {
  const byNumber = (kind: string) =>
    new Map(Object.entries(unprefixed(kind, flat)).map(([number, tensor]) => [Number(number), tensor]));
  const byLayer = (kind: string) =>
    new Map(Object.entries(unprefixed(kind, flat)).map(([key, tensor]) => [layerOf(key), tensor]));
  const { indices, logProbabilities } = unprefixed('top', flat);
  const answers = flat[answersName];
  return {
    logits: answers ? logitsOfStates(teacher, answers) : flat.logits,
    ...(indices &&
      logProbabilities && { topLogits: { indices, logProbabilities, rest: byNumber(restName) } }),
    hiddenStates: byLayer('hidden'),
    pooled: byLayer('pooled'),
  };
}

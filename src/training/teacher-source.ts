import type { Tensor } from '@tensorflow/tfjs-core';
import type { HostTensor, Tensors } from '../device/device.ts';
import type { Model, ModelInput } from '../models/model.ts';
import type { TeacherNeeds, TeacherSignals } from '../strategies/strategy.ts';

/** Where the teacher's signals of a training batch come from: a cache read in JavaScript, or the teacher itself. */
export interface TeacherSource {
  /** Inputs of the compiled step for these samples, padded to the batch size; none where the teacher runs in the step. */
  inputs(sampleIds: Int32Array, batchSize: number): Record<string, HostTensor>;
  /** Inside the compiled step. @param cached what {@link TeacherSource.inputs} gave. */
  signals(input: ModelInput, cached: Tensors): TeacherSignals;
}

export const withoutTeacher: TeacherSource = {
  inputs: () => ({}),
  signals: () => ({ hiddenStates: new Map(), pooled: new Map() }),
};

/** The teacher runs in every step, in evaluation mode. */
export function liveTeacher(teacher: Model, needs: TeacherNeeds): TeacherSource {
  return {
    inputs: () => ({}),
    signals: (input) => toSignals(signalsOf(teacher, needs, input)),
  };
}

export const needsTeacher = (needs: TeacherNeeds): boolean =>
  needs.logits || needs.hiddenStates.length > 0 || needs.pooled.length > 0;

/** What a strategy needs of the teacher, under flat names: 'logits', 'hidden.3', 'pooled.12'. */
export function signalsOf(teacher: Model, needs: TeacherNeeds, input: ModelInput): Record<string, Tensor> {
  const { logits, hiddenStates } = teacher.forward(input, { training: false });
  const signals: Record<string, Tensor> = {};
  if (needs.logits) signals.logits = logits;
  for (const layer of needs.hiddenStates) signals[`hidden.${layer}`] = hiddenStates[layer]!;
  for (const layer of needs.pooled) signals[`pooled.${layer}`] = teacher.pool(hiddenStates[layer]!, input);
  return signals;
}

export function toSignals(flat: Readonly<Record<string, Tensor>>): TeacherSignals {
  const byLayer = (kind: string) =>
    new Map(
      Object.entries(flat)
        .filter(([name]) => name.startsWith(`${kind}.`))
        .map(([name, tensor]) => [Number(name.slice(kind.length + 1)), tensor] as const),
    );
  return { logits: flat.logits, hiddenStates: byLayer('hidden'), pooled: byLayer('pooled') };
}

import type { HostBatch } from '../data/dataset.ts';
import type { HostTensor, Tensors } from '../device/device.ts';
import type { ModelInput } from '../models/model.ts';
import type { StrategyBatch } from '../strategies/strategy.ts';

type HostTensors = Record<string, HostTensor>;

/** A compiled step takes one flat record: names are joined by a dot, 'teacher.logits'. */
export function prefixed<T>(prefix: string, record: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [`${prefix}.${name}`, value]));
}

/** The inverse of {@link prefixed}: those whose names start with the prefix, without it. */
export function unprefixed<T>(prefix: string, record: Readonly<Record<string, T>>): Record<string, T> {
  const start = `${prefix}.`;
  return Object.fromEntries(
    Object.entries(record)
      .filter(([name]) => name.startsWith(start))
      .map(([name, value]) => [name.slice(start.length), value]),
  );
}

export const batchInputs = (batch: HostBatch): HostTensors => ({
  ...prefixed('input', batch.input),
  labels: batch.labels,
  weights: batch.weights,
});

export const modelInput = (inputs: Tensors): ModelInput => unprefixed('input', inputs) as ModelInput;

export const strategyBatch = (inputs: Tensors): StrategyBatch => ({
  input: modelInput(inputs),
  labels: inputs.labels!,
  weights: inputs.weights!,
});

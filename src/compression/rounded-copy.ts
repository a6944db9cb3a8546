import type { QuantizeConfig } from '../experiment/strategies/quantize/record.ts';
import { floatsToHalves, halvesToFloats } from '../models/checkpoint/half-precision.ts';
import { fromStored } from '../models/checkpoint/kernel-layout.ts';
import { storedTensors } from '../models/checkpoint/store-weights.ts';
import { createModel } from '../models/create-model.ts';
import type { Model } from '../models/model.ts';
import { quantizedWeights } from '../models/stored/quantized-weights.ts';
import { describeQuantization, type QuantizedWeight, quantizedTensors } from './stored-quantization.ts';

/**
 * A model with the weights that are left of another's when they are stored in fewer bits, as floats again: all that a graph
 * over the stored weights may differ by.
 * @param weights those that are stored quantized; none for float16, which takes all
 */
export async function roundedCopy(
  model: Model,
  { scheme, groupSize }: Pick<QuantizeConfig, 'scheme' | 'groupSize'>,
  weights: readonly QuantizedWeight[],
): Promise<Model> {
  const tensors = await storedTensors(model);
  const values = new Map([...tensors].map(([name, { data }]) => [name, data as Float32Array]));
  if (scheme === 'float16')
    for (const [name, data] of values) values.set(name, halvesToFloats(floatsToHalves(data)));
  else {
    const stored = quantizedTensors(tensors, weights, groupSize);
    const described = describeQuantization({ scheme, groupSize }, weights, tensors);
    for (const { name, parts, decode } of quantizedWeights(described))
      values.set(name, decode(parts.map((part) => stored.get(part.name)!.data)));
  }
  return createModel(model.config, model.task, (name, shape) => fromStored(values.get(name)!, shape));
}

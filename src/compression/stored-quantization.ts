import { storedShape } from '../models/checkpoint/kernel-layout.ts';
import type { TensorToStore } from '../models/checkpoint/safetensors.ts';
import { packNibbles } from '../models/stored/nibbles.ts';
import type { StoredQuantization } from '../models/stored/quantized-weights.ts';
import { transposed } from '../models/stored/transposed.ts';
import { quantizeGroups, quantizeRows } from './quantization/rows.ts';

/** A weight that is stored quantized. */
export interface QuantizedWeight {
  /** In the checkpoint. */
  readonly name: string;
  readonly bits: 4 | 8;
  /** Axis of the stored tensor along which the outputs lie; each has scales of its own. */
  readonly outputAxis: 0 | 1;
}

/** The tensors of a checkpoint with some of them quantized, laid out as quantizedWeights() reads them. */
export function quantizedTensors(
  tensors: ReadonlyMap<string, TensorToStore>,
  weights: readonly QuantizedWeight[],
  groupSize: number,
): Map<string, TensorToStore> {
  const result = new Map(tensors);
  for (const { name, bits, outputAxis } of weights) {
    const { shape, data } = tensors.get(name)!;
    const outputs = shape[outputAxis]!;
    const inputs = data.length / outputs;
    const floats = data as Float32Array;
    const matrix = outputAxis === 0 ? floats : transposed(floats, inputs, outputs);
    if (bits === 8) {
      const { values, scales } = quantizeRows(matrix, outputs);
      const placed = outputAxis === 0 ? values : transposed(values, outputs, inputs);
      const scaleShape = shape.map((length, axis) => (axis === outputAxis ? length : 1));
      result.set(name, { shape, data: placed });
      result.set(`${name}.scale`, { shape: scaleShape, data: scales });
    } else {
      const { values, scales } = quantizeGroups(matrix, outputs, groupSize);
      const packed = packNibbles(values, outputs);
      result.set(name, { shape: [outputs, packed.length / outputs], data: packed });
      result.set(`${name}.scale`, { shape: [outputs, scales.length / outputs], data: scales });
    }
  }
  return result;
}

/** What config.json says of them. */
export function describeQuantization(
  { scheme, groupSize }: Pick<StoredQuantization, 'scheme' | 'groupSize'>,
  weights: readonly QuantizedWeight[],
  tensors: ReadonlyMap<string, TensorToStore>,
): StoredQuantization {
  return {
    scheme,
    ...(scheme === 'int4-weights' && { groupSize }),
    weights: weights.map((weight) => ({ ...weight, shape: [...tensors.get(weight.name)!.shape] })),
  };
}

/** Along which axis of the stored tensor the outputs of a weight lie. @param shape in memory */
export function outputAxisOf(shape: readonly number[], outputs: number, rowsFirst: boolean): 0 | 1 {
  if (shape.length === 4) return 0;
  return rowsFirst || storedShape(shape)[1] !== outputs ? 0 : 1;
}

import { z } from 'zod';
import { dequantizeGroups, dequantizeRows } from './dequantize.ts';
import { type EncodedWeight, elementCount } from './encoded-weight.ts';
import { unpackNibbles } from './nibbles.ts';
import { transposed } from './transposed.ts';

/** Holds weights that are whole numbers, so that nobody takes them for floats. */
export const quantizedFile = 'quantized.safetensors';

const axis = z.union([z.literal(0), z.literal(1)]);

/** What config.json says of a quantized model under "quantization", and all that is needed to read its weights. */
export const storedQuantizationSchema = z.object({
  scheme: z.enum(['int8', 'int8-weights', 'int4-weights']),
  groupSize: z.int().min(1).optional(),
  weights: z.array(
    z.object({
      /** In the checkpoint. */
      name: z.string(),
      bits: z.union([z.literal(4), z.literal(8)]),
      /** Axis of the stored tensor along which the outputs lie; each has scales of its own. */
      outputAxis: axis,
      /** Of the floats. */
      shape: z.array(z.int().min(1)).min(2).max(4),
    }),
  ),
});

export type StoredQuantization = z.output<typeof storedQuantizationSchema>;
type StoredWeight = StoredQuantization['weights'][number];

/**
 * How quantized weights lie in a file. A weight NAME of 8 bits is I8 in its own shape, and `NAME.scale` has that shape
 * with 1 for every axis but that of the outputs: w = scale · q. One of 4 bits is U8 of (outputs, ⌈inputs / 2⌉), two
 * numbers q + 8 a byte, the first in the low half, and `NAME.scale` is (outputs, groups).
 */
export const quantizedWeights = ({ weights, groupSize }: StoredQuantization): EncodedWeight[] =>
  weights.map((weight) => (weight.bits === 8 ? bytes(weight) : nibbles(weight, groupSize ?? 1)));

function bytes({ name, shape, outputAxis }: StoredWeight): EncodedWeight {
  const outputs = shape[outputAxis]!;
  const inputs = elementCount(shape) / outputs;
  const scaleShape = shape.map((length, index) => (index === outputAxis ? length : 1));
  return {
    name,
    shape,
    parts: [
      { name, dtype: 'I8', shape },
      { name: `${name}.scale`, dtype: 'F32', shape: scaleShape },
    ],
    decode(parts) {
      const [stored, scales] = parts as [Int8Array, Float32Array];
      if (outputAxis === 0) return dequantizeRows({ values: stored, scales });
      const values = transposed(stored, inputs, outputs);
      return transposed(dequantizeRows({ values, scales }), outputs, inputs);
    },
  };
}

function nibbles({ name, shape, outputAxis }: StoredWeight, groupSize: number): EncodedWeight {
  const outputs = shape[outputAxis]!;
  const inputs = elementCount(shape) / outputs;
  return {
    name,
    shape,
    parts: [
      { name, dtype: 'U8', shape: [outputs, Math.ceil(inputs / 2)] },
      { name: `${name}.scale`, dtype: 'F32', shape: [outputs, Math.ceil(inputs / groupSize)] },
    ],
    decode(parts) {
      const [packed, scales] = parts as [Uint8Array, Float32Array];
      const values = unpackNibbles(packed, outputs, inputs);
      const matrix = dequantizeGroups({ values, scales, groupSize }, outputs);
      return outputAxis === 0 ? matrix : transposed(matrix, outputs, inputs);
    },
  };
}

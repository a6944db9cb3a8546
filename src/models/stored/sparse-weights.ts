import { z } from 'zod';
import type { StoredWeights } from '../checkpoint/checkpoint.ts';
import type { TensorToStore } from '../checkpoint/safetensors.ts';
import { type EncodedWeight, elementCount } from './encoded-weight.ts';

/** Holds weights without their zeros, so that nobody takes them for whole ones. */
export const sparseFile = 'sparse.safetensors';

/** What config.json says of a model with sparse weights under "sparsity", and all that is needed to read them. */
export const storedSparsitySchema = z.object({
  layout: z.literal('bitmap'),
  weights: z.array(
    z.object({
      /** In the checkpoint. */
      name: z.string(),
      /** With the zeros. */
      shape: z.array(z.int().min(1)).min(1).max(4),
    }),
  ),
});

export type StoredSparsity = z.output<typeof storedSparsitySchema>;

const bitmapName = (name: string) => `${name}.bitmap`;
const valuesName = (name: string) => `${name}.values`;
const bytesOf = (elements: number) => Math.ceil(elements / 8);

/** What a further tensor takes in a header, about. */
const entryBytes = 100;

/**
 * The tensors of a checkpoint, those of many zeros without them. In place of a weight NAME there are then `NAME.bitmap`,
 * U8 of ⌈elements / 8⌉, a bit for each element in order, the lowest of a byte first, set where the element is not zero;
 * and `NAME.values`, F32, what is not zero in order. Below 97 % of non-zeros that is smaller, whichever they are;
 * indices beside the values, as in CSR, would take as many bytes again as the values. Undefined where nothing would be
 * smaller.
 */
export function withoutZeros(tensors: ReadonlyMap<string, TensorToStore>): StoredWeights | undefined {
  const result = new Map(tensors);
  const weights: StoredSparsity['weights'] = [];
  for (const [name, { shape, data }] of tensors) {
    if (!(data instanceof Float32Array)) continue;
    const values = data.filter((value) => value !== 0);
    if (bytesOf(data.length) + values.byteLength + entryBytes >= data.byteLength) continue;
    const bitmap = new Uint8Array(bytesOf(data.length));
    for (let at = 0; at < data.length; at++) if (data[at] !== 0) bitmap[at >> 3]! |= 1 << (at & 7);
    result.delete(name);
    result.set(bitmapName(name), { shape: [bitmap.length], data: bitmap });
    result.set(valuesName(name), { shape: [values.length], data: values });
    weights.push({ name, shape: [...shape] });
  }
  if (weights.length === 0) return undefined;
  const sparsity: StoredSparsity = { layout: 'bitmap', weights };
  return { file: sparseFile, tensors: result, description: { sparsity } };
}

/** How weights that {@link withoutZeros} took apart lie in a file. */
export const sparseWeights = ({ weights }: StoredSparsity): EncodedWeight[] =>
  weights.map(({ name, shape }) => {
    const elements = elementCount(shape);
    return {
      name,
      shape,
      parts: [
        { name: bitmapName(name), dtype: 'U8', shape: [bytesOf(elements)] },
        { name: valuesName(name), dtype: 'F32' },
      ],
      decode(parts) {
        const [bitmap, values] = parts as [Uint8Array, Float32Array];
        const floats = new Float32Array(elements);
        let next = 0;
        for (let at = 0; at < elements; at++)
          if (bitmap[at >> 3]! & (1 << (at & 7))) floats[at] = values[next++] ?? Number.NaN;
        if (next !== values.length)
          throw new RangeError(`its bitmap marks ${next} values, but there are ${values.length}`);
        return floats;
      },
    };
  });

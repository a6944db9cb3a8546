import { UserError } from '../../base/user-error.ts';
import type { TensorToStore } from '../../models/checkpoint/safetensors.ts';
import { uint32 } from '../../models/gguf/values.ts';
import type { Precision } from '../forms.ts';
import { arranged } from './arrangement.ts';
import { bytesOf, encodeTensor } from './blocks.ts';
import type { GgufPlan } from './plan.ts';
import { storages, typeFor } from './storage.ts';
import { type TensorToWrite, writeGguf } from './write-gguf.ts';

/**
 * Writes a model as a GGUF file.
 * @param weights of the model, by their names in it
 * @returns its bytes
 * @throws UserError if a weight is too large for the precision, or the file cannot be written
 */
export function exportGguf(
  plan: GgufPlan,
  weights: ReadonlyMap<string, TensorToStore>,
  precision: Precision,
  file: string,
): Promise<number> {
  const tensors = [...weights].map(([weight, tensor]): TensorToWrite => {
    const place = plan.place(weight);
    const shape = place.transposed ? tensor.shape.toReversed() : tensor.shape;
    const type = typeFor(precision, shape, place);
    return {
      name: place.name,
      type,
      shape,
      bytes: bytesOf(type, tensor.data.length),
      encoded() {
        const { data } = arranged({ shape: tensor.shape, data: tensor.data as Float32Array }, place);
        try {
          return encodeTensor(type, data);
        } catch (error) {
          if (!(error instanceof RangeError)) throw error;
          throw new UserError(`The weight ${weight} cannot be stored as ${type}: ${error.message}.`, {
            remedy: 'Export it with --precision fp32.',
          });
        }
      },
    };
  });
  const further = Object.entries(plan.further).map(
    ([name, data]): TensorToWrite => ({
      name,
      type: 'F32',
      shape: [data.length],
      bytes: data.byteLength,
      encoded: () => encodeTensor('F32', data),
    }),
  );
  const metadata = new Map([...plan.metadata, ['general.file_type', uint32(storages[precision].fileType)]]);
  return writeGguf(file, metadata, [...further, ...tensors]);
}

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Model } from '../model.ts';
import { indexFile, weightsFile } from './checkpoint-weights.ts';
import { storedShape, toStored } from './kernel-layout.ts';
import { type TensorToStore, writeSafetensors } from './safetensors.ts';

/** Parameters and buffers of a model as its checkpoint holds them. */
export async function storedTensors(model: Model): Promise<Map<string, TensorToStore>> {
  const tensors = new Map<string, TensorToStore>();
  for (const [name, variable] of [...model.parameters, ...model.buffers]) {
    const data = (await variable.data()) as Float32Array;
    tensors.set(name, { shape: storedShape(variable.shape), data: toStored(data, variable.shape) });
  }
  return tensors;
}

const runningMean = /running_mean$/;

/**
 * Weights with the count of batches that PyTorch has beside each running mean: nothing that is computed depends on it, but
 * transformers would say that the checkpoint lacks it.
 */
export function withBatchCounts(tensors: ReadonlyMap<string, TensorToStore>): Map<string, TensorToStore> {
  const all = new Map(tensors);
  for (const name of tensors.keys())
    if (runningMean.test(name))
      all.set(name.replace(runningMean, 'num_batches_tracked'), { shape: [], data: new BigInt64Array(1) });
  return all;
}

/** Without "format", transformers refuses the file. */
export const weightsMetadata = { format: 'pt' };

/**
 * Writes weights to one file, or to several and their index if they take more than `maxShardBytes`.
 * @returns bytes written, the index not counted
 */
export async function writeWeights(
  directory: string,
  tensors: ReadonlyMap<string, TensorToStore>,
  maxShardBytes: number,
): Promise<number> {
  const shards = spread(tensors, maxShardBytes);
  if (shards.length === 1) return writeSafetensors(join(directory, weightsFile), tensors, weightsMetadata);
  const weightMap: Record<string, string> = {};
  let bytes = 0;
  let dataBytes = 0;
  for (const [index, shard] of shards.entries()) {
    const number = (value: number) => String(value).padStart(5, '0');
    const name = `model-${number(index + 1)}-of-${number(shards.length)}.safetensors`;
    bytes += await writeSafetensors(join(directory, name), shard, weightsMetadata);
    for (const [weight, { data }] of shard) {
      weightMap[weight] = name;
      dataBytes += data.byteLength;
    }
  }
  const index = { metadata: { total_size: dataBytes }, weight_map: weightMap };
  await writeFile(join(directory, indexFile), `${JSON.stringify(index, undefined, 2)}\n`);
  return bytes;
}

/** Weights in their order, as many to a file as fit. */
function spread(tensors: ReadonlyMap<string, TensorToStore>, maxBytes: number): Map<string, TensorToStore>[] {
  const shards = [new Map<string, TensorToStore>()];
  let filled = 0;
  for (const [name, tensor] of tensors) {
    const { byteLength } = tensor.data;
    if (filled > 0 && filled + byteLength > maxBytes) {
      shards.push(new Map());
      filled = 0;
    }
    shards.at(-1)!.set(name, tensor);
    filled += byteLength;
  }
  return shards;
}

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { taskRecord } from '../../experiment/tasks/all.ts';
import { isHeadWeight } from '../checkpoint/head-weights.ts';
import { type TensorToStore, writeSafetensors } from '../checkpoint/safetensors.ts';
import { storedTensors, weightsMetadata } from '../checkpoint/store-weights.ts';
import { isHubReference, parseHubReference } from '../hub/reference.ts';
import type { Model } from '../model.ts';

/** Folder of the adapter beside the merged weights; in the same one transformers would put it on top of them. */
const adapterFolder = 'adapter';

/**
 * What writes the adapter of a student beside its weights; undefined where none is to be kept.
 * @param base what the student began as, by the name that the experiment gives it
 */
export function adapterBeside(
  model: Model,
  base: string | undefined,
): ((directory: string) => Promise<void>) | undefined {
  if (!model.adapter?.config.keepAdapter) return undefined;
  return (directory) => writeAdapter(model, join(directory, adapterFolder), base);
}

/**
 * Writes the adapter of a model as PEFT stores it: adapter_config.json and adapter_model.safetensors. A head that learnt
 * beside it is among the modules that are saved whole.
 * @param base what the student began as, by the name that the experiment gives it
 * @throws the errors of the file system
 */
export async function writeAdapter(model: Model, directory: string, base: string | undefined): Promise<void> {
  const { adapter, config, task } = model;
  if (!adapter) throw new Error('The model has no adapter to write.');
  const { layers, config: lora, weights } = adapter;
  const tensors = new Map<string, TensorToStore>();
  const stored = (name: string) => `base_model.model.${name}`;
  for (const [name, variable] of weights)
    tensors.set(stored(name), { shape: variable.shape, data: (await variable.data()) as Float32Array });
  const heads = new Set<string>();
  for (const [name, tensor] of await storedTensors(model)) {
    if (!isHeadWeight(config, name)) continue;
    tensors.set(stored(name), tensor);
    heads.add(name.slice(0, name.lastIndexOf('.')));
  }
  const description = {
    peft_type: 'LORA',
    task_type: taskRecord(task).continuesTexts ? 'CAUSAL_LM' : null,
    ...baseOf(base),
    inference_mode: true,
    r: lora.rank,
    lora_alpha: lora.alpha,
    lora_dropout: lora.dropout,
    target_modules: layers.map(({ name }) => name),
    fan_in_fan_out: layers.some(({ inputsFirst }) => inputsFirst),
    bias: 'none',
    modules_to_save: heads.size > 0 ? [...heads] : null,
  };
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, 'adapter_config.json'), `${JSON.stringify(description, undefined, 2)}\n`);
  await writeSafetensors(join(directory, 'adapter_model.safetensors'), tensors, weightsMetadata);
}

function baseOf(base: string | undefined): Record<string, unknown> {
  if (base === undefined || !isHubReference(base)) return { base_model_name_or_path: base ?? null };
  const { repository, revision } = parseHubReference(base);
  return { base_model_name_or_path: repository, revision };
}

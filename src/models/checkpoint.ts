import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { fileProblem } from '../data/file-problem.ts';
import { modelSchema } from '../experiment/model-schema.ts';
import { UserError } from '../experiment/user-error.ts';
import { createModel } from './create-model.ts';
import { fromStored, storedShape, toStored } from './kernel-layout.ts';
import type { Model } from './model.ts';
import { replaceDirectory } from './replace-directory.ts';
import { readSafetensors, type StoredTensor, type TensorToStore, writeSafetensors } from './safetensors.ts';
import type { WeightSource } from './weights.ts';

const prefix = 'distillery-';
const weightsFile = 'model.safetensors';

const configSchema = z.object({
  architecture: z.string().startsWith(prefix),
  task: z.object({
    classes: z.int().min(1),
    image: z.tuple([z.int().min(1), z.int().min(1), z.int().min(1)]).optional(),
  }),
  config: modelSchema,
});

export interface SaveOptions {
  /** Markdown of the model card. */
  readonly card?: string;
}

/**
 * Writes a model to a directory: config.json, model.safetensors and, where given, README.md. The directory appears
 * whole or not at all; one that is there is replaced.
 * @returns size of the weights on disk
 * @throws UserError if the place cannot be written or the disk is full.
 */
export async function saveModel(
  model: Model,
  directory: string,
  { card }: SaveOptions = {},
): Promise<{ bytes: number }> {
  const config = {
    architecture: `${prefix}${model.config.architecture}`,
    task: model.task,
    config: model.config,
  };
  const tensors = await storedTensors(model);
  let bytes = 0;
  await replaceDirectory(directory, async (temporary) => {
    bytes = await writeSafetensors(join(temporary, weightsFile), tensors, { format: 'pt' });
    await writeFile(join(temporary, 'config.json'), `${JSON.stringify(config, undefined, 2)}\n`);
    if (card !== undefined) await writeFile(join(temporary, 'README.md'), card);
  });
  return { bytes };
}

/** Parameters and buffers of a model as its checkpoint holds them. */
async function storedTensors(model: Model): Promise<Map<string, TensorToStore>> {
  const tensors = new Map<string, TensorToStore>();
  for (const [name, variable] of [...model.parameters, ...model.buffers]) {
    const data = (await variable.data()) as Float32Array;
    tensors.set(name, { shape: storedShape(variable.shape), data: toStored(data, variable.shape) });
  }
  return tensors;
}

/**
 * Opens a model that {@link saveModel} wrote.
 * @throws UserError if a file is missing or broken, or the weights do not fit the configuration.
 */
export async function loadModel(directory: string): Promise<Model> {
  const { config, task } = await readModelConfig(directory);
  const file = join(directory, weightsFile);
  const { tensors } = await readSafetensors(file);
  const unused = new Set(tensors.keys());
  const model = createModel(config, task, storedWeights(tensors, file, unused));
  if (unused.size === 0) return model;
  model.dispose();
  throw new UserError(
    `${file} holds weights that the model in config.json does not have: ${listed([...unused])}.`,
    { remedy: 'Put the config.json that was saved with these weights beside them.', place: file },
  );
}

/** Size of a saved model's weights on disk. */
export async function checkpointBytes(directory: string): Promise<number> {
  const file = join(directory, weightsFile);
  try {
    return (await stat(file)).size;
  } catch (error) {
    throw fileProblem(error, file);
  }
}

/** What a checkpoint says of its model, without the weights. @throws UserError if config.json is missing or is not ours. */
export async function readModelConfig(directory: string): Promise<z.output<typeof configSchema>> {
  const file = join(directory, 'config.json');
  let parsed: unknown;
  try {
    parsed = JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw fileProblem(error, file);
    throw new UserError(`${file} is not valid JSON: ${error.message}.`, {
      remedy: 'Restore the file that was saved with the weights.',
      place: file,
    });
  }
  const result = configSchema.safeParse(parsed);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new UserError(
    `${file} does not describe a Distillery model: ${issue!.path.join('.') || 'file'}: ${issue!.message}.`,
    { remedy: 'Name a folder that Distillery saved, such as the student/ of a run.', place: file },
  );
}

function storedWeights(
  tensors: ReadonlyMap<string, StoredTensor>,
  file: string,
  unused: Set<string>,
): WeightSource {
  const remedy = 'Put the config.json and the model.safetensors that were saved together into the folder.';
  return (name, shape) => {
    const tensor = tensors.get(name);
    if (!tensor)
      throw new UserError(`${file} lacks the weight "${name}" that config.json asks for.`, {
        remedy,
        place: file,
      });
    unused.delete(name);
    const wanted = storedShape(shape);
    if (tensor.shape.length !== wanted.length || tensor.shape.some((size, axis) => size !== wanted[axis]))
      throw new UserError(
        `${file}: weight "${name}" has the shape [${tensor.shape.join(', ')}], but config.json asks for [${wanted.join(', ')}].`,
        { remedy, place: file },
      );
    if (!(tensor.data instanceof Float32Array))
      throw new UserError(
        `${file}: weight "${name}" is stored as ${tensor.dtype}, not as a floating-point type.`,
        {
          remedy: 'Convert it to F32, F16 or BF16.',
          place: file,
        },
      );
    return fromStored(tensor.data, shape);
  };
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, 3).map((name) => `"${name}"`);
  return names.length > 3 ? `${shown.join(', ')} and ${names.length - 3} more` : shown.join(', ');
}

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { fileProblem } from '../data/file-problem.ts';
import { UserError } from '../experiment/user-error.ts';
import { SafetensorsFile, type StoredTensor } from './safetensors.ts';
import type { TensorEntry } from './safetensors-header.ts';

export const weightsFile = 'model.safetensors';
export const indexFile = `${weightsFile}.index.json`;

const indexSchema = z.object({ weight_map: z.record(z.string(), z.string()) });
/** A plain file name: an index must not lead out of its folder. */
const shardName = /^[\w][\w.-]*\.safetensors$/;
const pickled = /\.(bin|pt|pth|ckpt|pkl|pickle|h5|msgpack|onnx|gguf)$/i;

/** The weights of a checkpoint folder, in one file or in several, headers checked, values read on demand. */
export class CheckpointWeights {
  readonly #files: readonly SafetensorsFile[];
  readonly #homes: ReadonlyMap<string, SafetensorsFile>;

  private constructor(files: readonly SafetensorsFile[], homes: ReadonlyMap<string, SafetensorsFile>) {
    this.#files = files;
    this.#homes = homes;
  }

  /** @throws UserError if there are no weights, a shard is missing, or a file is not sound. */
  static async open(directory: string): Promise<CheckpointWeights> {
    const files = await weightFiles(directory);
    const opened: SafetensorsFile[] = [];
    try {
      const homes = new Map<string, SafetensorsFile>();
      for (const { file, expected } of files) {
        const shard = await SafetensorsFile.open(file);
        opened.push(shard);
        for (const name of expected ?? shard.entries.keys()) {
          if (!shard.entries.has(name))
            throw new UserError(`${file} lacks the weight "${name}" that ${indexFile} says it has.`, {
              remedy: 'Download or save the checkpoint again, all files of one version.',
              place: file,
            });
          homes.set(name, shard);
        }
      }
      return new CheckpointWeights(opened, homes);
    } catch (error) {
      await Promise.all(opened.map((shard) => shard.close()));
      throw error;
    }
  }

  names(): IterableIterator<string> {
    return this.#homes.keys();
  }

  /** Type and shape of a weight as stored, and the file it lies in. */
  entry(name: string): (TensorEntry & { readonly file: string }) | undefined {
    const home = this.#homes.get(name);
    return home && { ...home.entries.get(name)!, file: home.file };
  }

  read(name: string): Promise<StoredTensor> {
    return this.#homes.get(name)!.read(name);
  }

  /** Size of all files on disk. */
  get bytes(): number {
    return this.#files.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  async close(): Promise<void> {
    await Promise.all(this.#files.map((file) => file.close()));
  }
}

/** Names of the files that hold the weights of a checkpoint; for an index, the index too. */
export async function weightFileNames(directory: string): Promise<string[]> {
  const names = await folderNames(directory);
  if (names.includes(weightsFile)) return [weightsFile];
  if (!names.includes(indexFile)) return [];
  const shards = await readIndex(directory);
  return [indexFile, ...shards.keys()];
}

async function weightFiles(directory: string): Promise<{ file: string; expected?: string[] }[]> {
  const names = await folderNames(directory);
  if (names.includes(weightsFile)) return [{ file: join(directory, weightsFile) }];
  if (!names.includes(indexFile)) throw noWeights(directory, names);
  const shards = await readIndex(directory);
  const missing = [...shards.keys()].filter((shard) => !names.includes(shard));
  if (missing.length > 0)
    throw new UserError(
      `${directory} lacks ${missing.length} of the ${shards.size} files its weights are spread over: ${missing.slice(0, 3).join(', ')}${missing.length > 3 ? ', …' : ''}.`,
      { remedy: 'Put the missing files beside the others.', place: join(directory, missing[0]!) },
    );
  return [...shards].map(([shard, expected]) => ({ file: join(directory, shard), expected }));
}

/** Names of weights by the shard they lie in. */
async function readIndex(directory: string): Promise<Map<string, string[]>> {
  const file = join(directory, indexFile);
  let parsed: unknown;
  try {
    parsed = JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw fileProblem(error, file);
  }
  const result = indexSchema.safeParse(parsed);
  const shards = new Map<string, string[]>();
  for (const [name, shard] of Object.entries(result.data?.weight_map ?? {})) {
    if (!shardName.test(shard))
      throw new UserError(
        `${file} names ${JSON.stringify(shard)}, which is no safetensors file of this folder.`,
        {
          remedy: 'Restore the index that came with the weights.',
          place: file,
        },
      );
    shards.set(shard, [...(shards.get(shard) ?? []), name]);
  }
  if (shards.size > 0) return shards;
  throw new UserError(`${file} is no index of weights: it has no "weight_map" from names to files.`, {
    remedy: 'Restore the index that came with the weights.',
    place: file,
  });
}

async function folderNames(directory: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    throw fileProblem(error, directory);
  }
}

function noWeights(directory: string, names: readonly string[]): UserError {
  const other = names.find((name) => pickled.test(name));
  if (other === undefined)
    return new UserError(`${directory} has no ${weightsFile}.`, {
      remedy: 'Name a folder with config.json and model.safetensors, such as the student folder of a run.',
      place: directory,
    });
  return new UserError(
    `${directory} has its weights as ${other}; only safetensors files are read, because others, pickles above all, can run any program when they are opened.`,
    {
      remedy: `Convert it where you trust it: python -c "from transformers import AutoModel; AutoModel.from_pretrained('FOLDER').save_pretrained('NEW_FOLDER')", with the Auto class of your task, or choose a revision that has ${weightsFile}.`,
      place: join(directory, other),
    },
  );
}

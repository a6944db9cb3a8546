import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { fileProblem } from '../../base/file-problem.ts';
import { readNamed } from '../../base/regular-file.ts';
import { UserError } from '../../base/user-error.ts';
import type { EncodedWeight } from '../stored/encoded-weight.ts';
import { compactFiles, type WeightStorage } from '../stored/weight-storage.ts';
import { SafetensorsFile, type StoredData, type StoredTensor } from './safetensors.ts';
import { broken } from './safetensors-header.ts';

export const weightsFile = 'model.safetensors';
export const indexFile = `${weightsFile}.index.json`;

/** Those of the largest models, of tens of thousands of weights, have a few. */
const longestIndex = 64e6;
const indexSchema = z.object({ weight_map: z.record(z.string(), z.string()) });
/** A plain file name: an index must not lead out of its folder. */
const shardName = /^[\w][\w.-]*\.safetensors$/;
const pickled = /\.(bin|pt|pth|ckpt|pkl|pickle|h5|msgpack|onnx|gguf)$/i;

/** The weights of a checkpoint folder, in one file or in several, headers checked, values read on demand. */
export class CheckpointWeights {
  readonly #files: readonly SafetensorsFile[];
  /** Where each tensor lies. */
  readonly #homes: ReadonlyMap<string, SafetensorsFile>;
  /** Names that stand for a tensor saved under another, as a weight that two layers share is. */
  readonly #aliases: ReadonlyMap<string, string>;
  /** Weights that several tensors are read for, by name. */
  readonly #encoded: ReadonlyMap<string, EncodedWeight>;

  private constructor(
    files: readonly SafetensorsFile[],
    homes: ReadonlyMap<string, SafetensorsFile>,
    aliases: ReadonlyMap<string, string>,
    encoded: readonly EncodedWeight[],
  ) {
    this.#files = files;
    this.#homes = homes;
    this.#aliases = aliases;
    this.#encoded = new Map(encoded.map((weight) => [weight.name, weight]));
  }

  /**
   * @param storage how the weights are stored, if config.json says so; weights that lie there as floats are taken first
   * @throws UserError if there are no weights, a shard is missing, or a file is not sound.
   */
  static async open(directory: string, storage?: WeightStorage): Promise<CheckpointWeights> {
    const files = await weightFiles(directory);
    const opened: SafetensorsFile[] = [];
    try {
      const homes = new Map<string, SafetensorsFile>();
      const aliases = new Map<string, string>();
      for (const { file, expected } of files) {
        const shard = await SafetensorsFile.open(file);
        opened.push(shard);
        const shared = aliasesIn(shard);
        for (const [alias, name] of shared) aliases.set(alias, name);
        for (const name of expected ?? shard.entries.keys()) {
          if (shared.has(name)) continue;
          if (!shard.entries.has(name))
            throw new UserError(`${file} lacks the weight "${name}" that ${indexFile} says it has.`, {
              remedy: 'Download or save the checkpoint again, all files of one version.',
              place: file,
            });
          homes.set(name, shard);
        }
      }
      const encoded = storage?.file === basename(files[0]!.file) ? storage.weights : [];
      for (const weight of encoded) checkParts(weight, homes, files[0]!.file);
      return new CheckpointWeights(opened, homes, aliases, encoded);
    } catch (error) {
      await Promise.all(opened.map((shard) => shard.close()));
      throw error;
    }
  }

  names(): IterableIterator<string> {
    const parts = [...this.#encoded.values()].flatMap((weight) => weight.parts.map(({ name }) => name));
    const names = new Set([...this.#homes.keys(), ...this.#aliases.keys()]);
    for (const part of parts) names.delete(part);
    for (const name of this.#encoded.keys()) names.add(name);
    return names.values();
  }

  /** Whether a name stands for a tensor that is saved under another. */
  isAlias(name: string): boolean {
    return this.#aliases.has(name);
  }

  /** Type and shape of a weight as it is read, and the file it lies in. */
  entry(
    name: string,
  ): { readonly dtype: string; readonly shape: readonly number[]; readonly file: string } | undefined {
    const encoded = this.#encoded.get(name);
    if (encoded) return { dtype: 'F32', shape: encoded.shape, file: this.#files[0]!.file };
    const stored = this.#aliases.get(name) ?? name;
    const home = this.#homes.get(stored);
    return home && { ...home.entries.get(stored)!, file: home.file };
  }

  /** @throws UserError if the file cannot be read, or contradicts itself */
  async read(name: string): Promise<StoredTensor> {
    const encoded = this.#encoded.get(name);
    const stored = this.#aliases.get(name) ?? name;
    if (!encoded) return this.#homes.get(stored)!.read(stored);
    const parts: StoredData[] = [];
    for (const part of encoded.parts) parts.push((await this.#homes.get(part.name)!.read(part.name)).data);
    try {
      return { dtype: 'F32', shape: encoded.shape, data: encoded.decode(parts) };
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw broken(this.#files[0]!.file, `weight "${name}" cannot be put together: ${error.message}`);
    }
  }

  /** Size of all files on disk. */
  get bytes(): number {
    return this.#files.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  async close(): Promise<void> {
    await Promise.all(this.#files.map((file) => file.close()));
  }
}

/**
 * Weights that share their memory are saved once, and the names of the others stand in the file's metadata, each with
 * the name it is saved under: so writes the library safetensors, save_model().
 */
function aliasesIn({ entries, metadata }: SafetensorsFile): Map<string, string> {
  const shared = Object.entries(metadata).filter(([alias, name]) => !entries.has(alias) && entries.has(name));
  return new Map(shared);
}

/** Every tensor that a weight is read from must be there, as it has to be. */
function checkParts(
  { name, parts }: EncodedWeight,
  homes: ReadonlyMap<string, SafetensorsFile>,
  file: string,
): void {
  for (const part of parts) {
    const entry = homes.get(part.name)?.entries.get(part.name);
    const fits =
      entry?.dtype === part.dtype && (part.shape === undefined || String(entry.shape) === String(part.shape));
    if (!fits)
      throw new UserError(
        `${file} does not hold "${part.name}"${entry ? ` as ${part.dtype} of the shape that` : ', which'} config.json asks for to read "${name}".`,
        {
          remedy: 'Put the config.json and the weights that were saved together into the folder.',
          place: file,
        },
      );
  }
}

/** The one file with all weights of a folder, floats before what must be made floats; undefined where there is none. */
const singleFile = (names: readonly string[]): string | undefined =>
  names.includes(indexFile) && !names.includes(weightsFile)
    ? undefined
    : [weightsFile, ...compactFiles].find((file) => names.includes(file));

/** Whether a folder with files of these names has weights that can be read. */
export const hasWeights = (names: readonly string[]): boolean =>
  names.includes(indexFile) || singleFile(names) !== undefined;

/** Names of the files that hold the weights of a checkpoint; for an index, the index too. */
export async function weightFileNames(directory: string): Promise<string[]> {
  const names = await folderNames(directory);
  const single = singleFile(names);
  if (single !== undefined) return [single];
  if (!names.includes(indexFile)) return [];
  const shards = await readIndex(directory);
  return [indexFile, ...shards.keys()];
}

async function weightFiles(directory: string): Promise<{ file: string; expected?: string[] }[]> {
  const names = await folderNames(directory);
  const single = singleFile(names);
  if (single !== undefined) return [{ file: join(directory, single) }];
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
    parsed = JSON.parse((await readNamed(file, longestIndex)).toString('utf8'));
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
    const weights = shards.get(shard);
    if (weights) weights.push(name);
    else shards.set(shard, [name]);
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

import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { getHFHubCachePath } from '@huggingface/hub';
import { readNamed } from '../../base/regular-file.ts';
import { CheckpointWeights, weightsFile } from '../checkpoint/checkpoint-weights.ts';
import { usualGraphs } from '../onnx/files.ts';
import { commitPattern, type HubReference } from './reference.ts';

/** A model of a certain commit, as files in the cache that all Hugging Face tools share. */
export interface Snapshot {
  readonly directory: string;
  readonly commit: string;
  /** Its graph, relative to the folder, where that is its network. */
  readonly graph?: string;
}

/** A model as checkpoints are named: its folder, or the graph in it. */
export const checkpointIn = ({ directory, graph }: Snapshot): string =>
  graph === undefined ? directory : join(directory, graph);

/** The cache: $HF_HUB_CACHE, $HF_HOME/hub or ~/.cache/huggingface/hub. */
export const cacheFolder = (): string => getHFHubCachePath();

/** What the folder of a model in the cache is called. */
export const repositoryName = ({ repository }: HubReference): string =>
  `models--${repository.replace('/', '--')}`;

export function repositoryFolder(reference: HubReference, cache = cacheFolder()): string {
  return join(cache, repositoryName(reference));
}

/**
 * What an earlier download left in the cache.
 * @returns undefined unless configuration and weights are all there. A graph with an unusual name is known by that name only.
 */
export async function cachedSnapshot(reference: HubReference, cache?: string): Promise<Snapshot | undefined> {
  const folder = repositoryFolder(reference, cache);
  const commit = await cachedCommit(folder, reference.revision);
  if (commit === undefined) return undefined;
  const directory = join(folder, 'snapshots', commit);
  const isThere = (file: string) =>
    stat(file).then(
      (status) => status.isFile(),
      () => false,
    );
  // A graph gets its name when all that belongs to it is there.
  const { file } = reference;
  if (file !== undefined)
    return (await isThere(join(directory, file))) ? { directory, commit, graph: file } : undefined;
  if (await isComplete(directory)) return { directory, commit };
  if (!(await isThere(missingMark(folder, commit)))) return undefined;
  for (const graph of usualGraphs)
    if (await isThere(join(directory, graph))) return { directory, commit, graph };
  return undefined;
}

/** By this empty file all Hugging Face tools know that a model has no weights in safetensors. */
export const missingMark = (folder: string, commit: string): string =>
  join(folder, '.no_exist', commit, weightsFile);

async function cachedCommit(folder: string, revision: string): Promise<string | undefined> {
  if (commitPattern.test(revision)) return revision;
  try {
    const commit = (await readNamed(join(folder, 'refs', revision), 1000)).toString('utf8').trim();
    return commitPattern.test(commit) ? commit : undefined;
  } catch {
    return undefined;
  }
}

async function isComplete(directory: string): Promise<boolean> {
  try {
    if (!(await readdir(directory)).includes('config.json')) return false;
    const weights = await CheckpointWeights.open(directory);
    await weights.close();
    return true;
  } catch {
    return false;
  }
}

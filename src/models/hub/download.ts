import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join, posix } from 'node:path';
import { fileProblem } from '../../base/file-problem.ts';
import { replaceFile } from '../../base/replace-file.ts';
import { UserError } from '../../base/user-error.ts';
import type { KnownFile } from '../../data/network/fetch-file.ts';
import { indexFile, weightFileNames, weightsFile } from '../checkpoint/checkpoint-weights.ts';
import { externalFiles } from '../onnx/reading/external-data.ts';
import { compactFiles } from '../stored/weight-storage.ts';
import { cachedSnapshot, missingMark, repositoryFolder, type Snapshot } from './cache.ts';
import { chosenGraph } from './choose-graph.ts';
import { downloadBlob, downloadFile, type FileDownload, linkFile } from './download-file.ts';
import { type HubLimits, hubLimits, sizeVariable } from './limits.ts';
import { type HubAccess, listModel } from './listing.ts';
import { problemOf, Unreachable } from './problems.ts';
import { type HubReference, isPinned, nameOf } from './reference.ts';

export interface DownloadOptions {
  readonly signal?: AbortSignal;
  /** Bytes that are here and bytes there will be, over all files. */
  readonly onProgress?: (done: number, total: number, file: string) => void;
  /** Other limits than the usual ones. */
  readonly limits?: Partial<HubLimits>;
  /** Left out: the cache that all Hugging Face tools share. */
  readonly cache?: string;
}

/** What a model and its tokenizer need; nothing that could run when it is opened. */
const wanted =
  /^(config|generation_config|preprocessor_config|tokenizer|tokenizer_config|special_tokens_map|added_tokens|vocab)\.json$|^(vocab|merges)\.txt$/;

/**
 * A model of the Hub in the shared cache, by its weights in safetensors or, where it has none or one is named, as an ONNX
 * graph; downloaded if it is not there. Without a connection, or
 * with HF_HUB_OFFLINE=1, what an earlier download left is used. HF_ENDPOINT names another hub; HF_TOKEN opens private
 * and gated models, and goes nowhere but to the hub.
 * @throws UserError if the model cannot be had; what has arrived of it stays for the next time
 * @throws the reason of the signal, at once when it aborts
 */
export async function downloadSnapshot(
  reference: HubReference,
  options: DownloadOptions = {},
): Promise<Snapshot> {
  const cached = await cachedSnapshot(reference, options.cache);
  if (cached && isPinned(reference)) return cached;
  if (/^(1|true|yes|on)$/i.test(process.env.HF_HUB_OFFLINE ?? '')) {
    if (cached) return cached;
    throw new UserError(
      `${nameOf(reference)} is not in the cache, and HF_HUB_OFFLINE forbids to download it.`,
      {
        remedy: 'Unset HF_HUB_OFFLINE once, so that it can be downloaded.',
      },
    );
  }
  const { signal, limits } = options;
  const access = {
    home: hubUrl(),
    token: await accessToken(),
    signal,
    limits: { ...hubLimits(), ...limits },
  };
  try {
    return await download(reference, access, options);
  } catch (error) {
    signal?.throwIfAborted();
    const problem = problemOf(error, reference, access);
    if (cached && problem instanceof Unreachable) return cached;
    throw problem;
  }
}

async function download(
  reference: HubReference,
  access: HubAccess,
  { onProgress, cache }: DownloadOptions,
): Promise<Snapshot> {
  const { commit, files } = await listModel(reference, access);
  const folder = repositoryFolder(reference, cache);
  const directory = join(folder, 'snapshots', commit);
  let before = 0;
  let total = 0;
  const downloadOf = ({ name }: KnownFile): FileDownload => ({
    reference,
    access,
    folder,
    commit,
    onBytes: (done) => onProgress?.(before + done, total, name),
  });
  const arrived = ({ name, size }: KnownFile) => {
    before += size;
    onProgress?.(before, total, name);
  };
  const fetchFile = async (file: KnownFile, isWeights = false) => {
    requireBearable(reference, access.limits, file, { total: total || file.size, isWeights });
    await downloadFile(file, downloadOf(file));
    arrived(file);
  };
  const described = [...files.keys()].filter((name) => wanted.test(name));
  const fetchAll = async (weights: readonly string[]) => {
    const chosen = [...described, ...weights];
    const missing = chosen.find((name) => !files.has(name));
    if (missing !== undefined)
      throw new UserError(
        `${nameOf(reference)} lacks ${missing}, one of the files its weights are spread over.`,
        {
          remedy: 'Name another revision.',
        },
      );
    total = chosen.reduce((sum, name) => sum + files.get(name)!.size, before);
    for (const name of chosen) await fetchFile(files.get(name)!, weights.includes(name));
  };
  // The index tells which of many files are the weights.
  const index = files.get(indexFile);
  const single = [weightsFile, ...(files.has(indexFile) ? [] : compactFiles)].find((name) => files.has(name));
  const hasSafetensors = single !== undefined || index !== undefined;
  const graph =
    reference.file === undefined && hasSafetensors ? undefined : chosenGraph(reference, files.keys());
  if (graph !== undefined) {
    const file = files.get(graph)!;
    requireBearable(reference, access.limits, file, { total: file.size, isWeights: true });
    const blob = await downloadBlob(file, downloadOf(file));
    arrived(file);
    // What is not in the repository is missed when the graph is opened, with the tensor that wants it.
    const beside = (await externalFiles(blob))
      .map((location) => posix.join(posix.dirname(graph), location))
      .filter((name) => files.has(name));
    await fetchAll(beside);
    await linkFile(file, downloadOf(file), blob);
    if (!hasSafetensors) await markMissing(folder, commit);
  } else {
    if (!hasSafetensors) throw noSafetensors(reference, [...files.keys()]);
    if (!single) await fetchFile(index!);
    await fetchAll(
      single ? [single] : (await weightFileNames(directory)).filter((name) => name !== indexFile),
    );
  }
  if (!isPinned(reference)) await writeReference(join(folder, 'refs', reference.revision), commit);
  return { directory, commit, ...(graph !== undefined && { graph }) };
}

/** Whoever looks at the cache knows from now on that the graph is all there is. */
async function markMissing(folder: string, commit: string): Promise<void> {
  const mark = missingMark(folder, commit);
  try {
    await mkdir(dirname(mark), { recursive: true });
    await writeFile(mark, '');
  } catch (error) {
    throw fileProblem(error, mark);
  }
}

/** @param total bytes of all files that are wanted */
function requireBearable(
  reference: HubReference,
  { textBytes, modelBytes }: HubLimits,
  { name, size }: KnownFile,
  { total, isWeights }: { readonly total: number; readonly isWeights: boolean },
): void {
  if (!isWeights && size > textBytes)
    throw new UserError(
      `${name} of ${nameOf(reference)} has ${size} bytes, more than the ${textBytes} that are read of such a file.`,
      { remedy: 'Name another revision; this one is damaged, or no model that can be opened here.' },
    );
  if (total > modelBytes)
    throw new UserError(
      `${nameOf(reference)} has ${gigabytes(total)} of files, more than the ${gigabytes(modelBytes)} that are downloaded.`,
      {
        remedy: `Name a smaller model, or allow for more: set ${sizeVariable}=${Math.ceil(total / 1e9)} in the environment.`,
      },
    );
}

const gigabytes = (bytes: number) => `${(bytes / 1e9).toPrecision(3)} GB`;

async function writeReference(file: string, commit: string): Promise<void> {
  try {
    await mkdir(dirname(file), { recursive: true });
    await replaceFile(file, commit);
  } catch (error) {
    throw fileProblem(error, file);
  }
}

function hubUrl(): string {
  const endpoint = process.env.HF_ENDPOINT || 'https://huggingface.co';
  if (/^https?:\/\/[^/]/.test(endpoint)) return endpoint.replace(/\/+$/, '');
  throw new UserError('HF_ENDPOINT is not an address that begins with https:// or http://.', {
    remedy: 'Correct or unset it.',
  });
}

/** HF_TOKEN, or what `hf auth login` stored. */
async function accessToken(): Promise<string | undefined> {
  const given = process.env.HF_TOKEN?.trim();
  if (given) return given;
  const home =
    process.env.HF_HOME ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'huggingface');
  const stored = await readFile(process.env.HF_TOKEN_PATH ?? join(home, 'token'), 'utf8').catch(() => '');
  return stored.trim() || undefined;
}

function noSafetensors(reference: HubReference, files: readonly string[]): UserError {
  const other = files.find((name) => /\.(bin|pt|pth|h5|msgpack|gguf)$/.test(name));
  return new UserError(
    `${nameOf(reference)} has no ${weightsFile}, and no ONNX graph in its root or its folder onnx${other === undefined ? '' : `, only ${other}`}; other formats are not read, because pickles can run any program when they are opened.`,
    {
      remedy:
        'Name a revision that has it, for example the one that the Hub’s conversion bot proposes (@refs/pr/N).',
    },
  );
}

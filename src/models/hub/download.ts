import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { HubApiError, listFiles, modelInfo } from '@huggingface/hub';
import { fileProblem } from '../../data/file-problem.ts';
import { UserError } from '../../experiment/user-error.ts';
import { indexFile, weightFileNames, weightsFile } from '../checkpoint-weights.ts';
import { compactFiles } from '../stored/weight-storage.ts';
import { cachedSnapshot, repositoryFolder, type Snapshot } from './cache.ts';
import { downloadFile, type RemoteFile, reasonOf } from './download-file.ts';
import { commitPattern, type HubReference, isPinned } from './reference.ts';

export interface DownloadOptions {
  readonly signal?: AbortSignal;
  /** Bytes that are here and bytes there will be, over all files. */
  readonly onProgress?: (done: number, total: number, file: string) => void;
  /** Left out: the cache that all Hugging Face tools share. */
  readonly cache?: string;
}

/** What a model and its tokenizer need; nothing that could run when it is opened. */
const wanted =
  /^(config|generation_config|tokenizer|tokenizer_config|special_tokens_map|added_tokens|vocab)\.json$|^(vocab|merges)\.txt$/;

/**
 * A model of the Hub as a checkpoint folder in the shared cache, downloaded if it is not there. Without a connection, or
 * with HF_HUB_OFFLINE=1, what an earlier download left is used. HF_ENDPOINT names another hub; HF_TOKEN opens private
 * and gated models, and goes nowhere but to the hub.
 * @throws UserError if the model cannot be had.
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
  const access = { hubUrl: hubUrl(), accessToken: await accessToken() };
  try {
    return await download(reference, access, options);
  } catch (error) {
    options.signal?.throwIfAborted();
    const problem = problemOf(error, reference, access.accessToken !== undefined);
    if (cached && problem instanceof Unreachable) return cached;
    throw problem;
  }
}

interface Access {
  readonly hubUrl: string;
  readonly accessToken: string | undefined;
}

async function download(
  reference: HubReference,
  access: Access,
  { signal, onProgress, cache }: DownloadOptions,
): Promise<Snapshot> {
  const { repository, revision } = reference;
  const { sha: commit } = await modelInfo({
    name: repository,
    revision,
    additionalFields: ['sha'],
    ...access,
  });
  if (!commitPattern.test(commit))
    throw new UserError(`The Hub names no commit for ${nameOf(reference)}.`, { remedy: 'Try again later.' });
  const folder = repositoryFolder(reference, cache);
  const directory = join(folder, 'snapshots', commit);
  const files = await remoteFiles(reference, commit, access);
  const headers: Record<string, string> = access.accessToken
    ? { Authorization: `Bearer ${access.accessToken}` }
    : {};
  let before = 0;
  let total = 0;
  const fetchFile = async (file: RemoteFile) => {
    signal?.throwIfAborted();
    await downloadFile(file, {
      url: `${access.hubUrl}/${repository}/resolve/${commit}/${file.name}`,
      headers,
      folder,
      commit,
      signal,
      onBytes: (done) => onProgress?.(before + done, total, file.name),
    });
    before += file.size;
    onProgress?.(before, total, file.name);
  };
  // The index tells which of many files are the weights.
  const index = files.get(indexFile);
  const single = [weightsFile, ...(files.has(indexFile) ? [] : compactFiles)].find((name) => files.has(name));
  if (!single && !index) throw noSafetensors(reference, [...files.keys()]);
  if (!single) await fetchFile(index!);
  const weights = single ? [single] : (await weightFileNames(directory)).filter((name) => name !== indexFile);
  const chosen = [...files.keys()].filter((name) => wanted.test(name)).concat(weights);
  const missing = chosen.find((name) => !files.has(name));
  if (missing !== undefined)
    throw new UserError(
      `${nameOf(reference)} lacks ${missing}, one of the files its weights are spread over.`,
      {
        remedy: 'Name another revision.',
      },
    );
  total = chosen.reduce((sum, name) => sum + files.get(name)!.size, before);
  for (const name of chosen) await fetchFile(files.get(name)!);
  if (revision !== commit) await writeReference(join(folder, 'refs', revision), commit);
  return { directory, commit };
}

async function remoteFiles(
  { repository }: HubReference,
  commit: string,
  access: Access,
): Promise<Map<string, RemoteFile>> {
  const files = new Map<string, RemoteFile>();
  for await (const { type, path, size, oid, lfs } of listFiles({
    repo: repository,
    revision: commit,
    ...access,
  }))
    if (type === 'file')
      files.set(path, {
        name: path,
        size: lfs?.size ?? size,
        hash: lfs ? { kind: 'sha256', value: lfs.oid } : { kind: 'git', value: oid ?? '' },
      });
  return files;
}

async function writeReference(file: string, commit: string): Promise<void> {
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, commit);
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

const nameOf = ({ repository, revision }: HubReference) => `hf:${repository}@${revision}`;

class Unreachable extends UserError {}

/** Errors of the hub library tell addresses and headers; what people see is put together here instead. */
function problemOf(error: unknown, reference: HubReference, hasToken: boolean): unknown {
  if (error instanceof UserError) return error;
  const name = nameOf(reference);
  if (error instanceof HubApiError) {
    if (error.statusCode >= 500 || error.statusCode === 429)
      return new Unreachable(`The Hub answers ${error.statusCode} for ${name}.`, {
        remedy: 'Try again later.',
      });
    if (error.statusCode === 404)
      return new UserError(`${name} is not on the Hub: there is no such model, or no such revision of it.`, {
        remedy: hasToken
          ? 'Correct the name; a private model needs a token that may see it.'
          : 'Correct the name; for a private model set HF_TOKEN.',
      });
    return new UserError(`The Hub does not let ${hasToken ? 'this token' : 'you'} read ${name}.`, {
      remedy: hasToken
        ? 'Accept the terms of the model on its page, or set an HF_TOKEN that may read it.'
        : 'Accept the terms of the model on its page and set HF_TOKEN.',
    });
  }
  if (error instanceof TypeError && /access token/i.test(error.message))
    return new UserError('HF_TOKEN is no token of the Hub: those begin with hf_.', {
      remedy: 'Correct or unset it.',
    });
  return new Unreachable(`${name} could not be downloaded: ${reasonOf(error)}.`, {
    remedy: 'Check the connection; HF_ENDPOINT names another hub, such as a mirror.',
  });
}

function noSafetensors(reference: HubReference, files: readonly string[]): UserError {
  const other = files.find((name) => /\.(bin|pt|pth|h5|msgpack|onnx|gguf)$/.test(name));
  return new UserError(
    `${nameOf(reference)} has no ${weightsFile}${other === undefined ? '' : `, only ${other}`}; other formats are not read, because pickles can run any program when they are opened.`,
    {
      remedy:
        'Name a revision that has it, for example the one that the Hub’s conversion bot proposes (@refs/pr/N).',
    },
  );
}

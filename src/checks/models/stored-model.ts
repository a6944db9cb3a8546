import { readdir } from 'node:fs/promises';
import { basename } from 'node:path';
import { fileProblem } from '../../base/file-problem.ts';
import type { GraphNames } from '../../experiment/architectures/onnx-graph.ts';
import type { Finding, JsonPath } from '../../experiment/parsing/problem.ts';
import { resolvePath } from '../../experiment/parsing/resolve-path.ts';
import { type InspectedCheckpoint, inspectCheckpoint } from '../../models/checkpoint/checkpoint.ts';
import { hasWeights, weightsFile } from '../../models/checkpoint/checkpoint-weights.ts';
import { cachedSnapshot, checkpointIn } from '../../models/hub/cache.ts';
import { isHubReference, parseHubReference } from '../../models/hub/reference.ts';
import type { AskedDropout } from '../../models/onnx/dropping/places.ts';
import { graphAt, isGraphFile } from '../../models/onnx/files.ts';
import { GraphNameProblem } from '../../models/onnx/names.ts';
import { findingOf } from '../context.ts';
import { didYouMean } from '../data/neighbours.ts';

const pickled = /\.(bin|pt|pth|ckpt|pkl|pickle)$/i;

export interface StoredModelOptions {
  /** Where the experiment names the checkpoint. */
  readonly path: JsonPath;
  /** The folder where relative paths start. */
  readonly directory: string;
  /** A student gets a new head where the checkpoint has none. */
  readonly freshHead: boolean;
  /** What the experiment says of an ONNX graph. */
  readonly graph?: GraphNames | undefined;
  /** What an ONNX graph is to drop in training. */
  readonly dropout?: AskedDropout | undefined;
  /** Values of an ONNX graph that the strategy asks for. */
  readonly values?: readonly { readonly value: string; readonly path: JsonPath }[];
}

/**
 * Looks at a checkpoint: complete, safe to open, weights as the configuration says. Weights are not read, and nothing is
 * downloaded: of a model of the Hub that is not in the cache, nothing is known.
 */
export async function readStoredModel(
  checkpoint: string,
  options: StoredModelOptions,
): Promise<{ stored?: InspectedCheckpoint; findings: Finding[] }> {
  const { path, directory, freshHead, graph, dropout, values = [] } = options;
  const inspected = async (folder: string) => ({
    stored: await inspectCheckpoint(folder, {
      freshHead,
      graph,
      dropout,
      values: values.map(({ value }) => value),
    }),
    findings: [],
  });
  try {
    const folder = await folderOf(checkpoint, directory);
    if (folder === undefined) return { findings: [] };
    let names: string[];
    if (isGraphFile(folder)) return await inspected(folder);
    try {
      names = await readdir(folder);
    } catch (error) {
      return { findings: [await unreadable(error, checkpoint, options)] };
    }
    if (await graphAt(folder)) return await inspected(folder);
    const incomplete = missingPart(names, checkpoint, path);
    if (incomplete !== undefined) return { findings: [incomplete] };
    return await inspected(folder);
  } catch (error) {
    const [first, asked] = error instanceof GraphNameProblem ? error.path : [];
    const place = first === 'values' ? values.find(({ value }) => value === asked) : undefined;
    if (place) return { findings: [findingOf(error, place.path, 'layers')] };
    if (dropout && (first === 'dropout' || first === 'dropoutAt'))
      return {
        findings: [findingOf(error, [...path.slice(0, -1), ...(error as GraphNameProblem).path], 'dropout')],
      };
    if (graph && error instanceof GraphNameProblem)
      return { findings: [findingOf(error, [...path.slice(0, -1), 'graph', ...error.path], 'graph-names')] };
    return { findings: [findingOf(error, path, 'checkpoint')] };
  }
}

/**
 * The folder, or the ONNX file, of a checkpoint; undefined where it is of the Hub and not in the cache.
 * @throws UserError if it is meant to be of the Hub, but is misspelled.
 */
export async function folderOf(checkpoint: string, directory: string): Promise<string | undefined> {
  if (!isHubReference(checkpoint)) return resolvePath(directory, checkpoint);
  const cached = await cachedSnapshot(parseHubReference(checkpoint));
  return cached && checkpointIn(cached);
}

async function unreadable(
  error: unknown,
  checkpoint: string,
  { path, directory }: StoredModelOptions,
): Promise<Finding> {
  const folder = resolvePath(directory, checkpoint);
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOTDIR' && pickled.test(folder)) return pickleFinding(basename(folder), path);
  if (code === 'ENOTDIR')
    return {
      message: `${folder} is a file, or lies below one; a checkpoint is a folder with config.json and ${weightsFile}.`,
      remedy: 'Name the folder.',
      path,
      severity: 'error',
      code: 'checkpoint',
    };
  const finding = findingOf(fileProblem(error, folder), path, 'checkpoint-missing');
  return code === 'ENOENT'
    ? {
        ...finding,
        remedy: `Correct the path, or put a folder with config.json and ${weightsFile} there.`,
        ...(await didYouMean(directory, checkpoint, path)),
      }
    : finding;
}

function missingPart(names: readonly string[], checkpoint: string, path: JsonPath): Finding | undefined {
  const base = { path, severity: 'error', code: 'checkpoint' } as const;
  if (!hasWeights(names)) {
    const pickle = names.find((name) => pickled.test(name));
    if (pickle !== undefined) return pickleFinding(pickle, path);
    return {
      ...base,
      message: `${checkpoint} has no ${weightsFile}.`,
      remedy: 'Name a folder that Distillery saved, such as the student folder of a run.',
    };
  }
  if (names.includes('config.json')) return undefined;
  return {
    ...base,
    message: `${checkpoint} has no config.json, which says what the weights belong to.`,
    remedy: 'Put the config.json there that was saved with the weights.',
  };
}

function pickleFinding(file: string, path: JsonPath): Finding {
  return {
    message: `${file} is a Python pickle, which can run any program when it is opened; only safetensors files are read.`,
    remedy: `Convert it where you trust it: python -c "import torch; from safetensors.torch import save_file; save_file(torch.load('${file.replaceAll(/[^\w.-]/g, '?')}', weights_only=True), '${weightsFile}')"`,
    path,
    severity: 'error',
    code: 'pickle',
  };
}

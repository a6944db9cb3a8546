import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { UserError } from '../../base/user-error.ts';

/** Where an ONNX model lies. */
export interface GraphPlace {
  /** The folder with its configuration and tokenizer. */
  readonly folder: string;
  /** The graph, relative to the folder. */
  readonly file: string;
}

/** Where Optimum and transformers.js keep the graph in full precision. */
const usual = 'model.onnx';
/** The same, relative to the folder of a model, as they are looked for. */
export const usualGraphs = [usual, `onnx/${usual}`] as const;

/** Whether a path names an ONNX file itself. */
export const isGraphFile = (path: string): boolean => /\.onnx$/i.test(path);

/** Files of a model that are not its graph: what exporters write beside it. */
const parts = /^(decoder_with_past|decoder_model|encoder_model)/;

/** Whether a graph is a model by itself, and not a part of one. */
export const isWholeGraph = (name: string): boolean => isGraphFile(name) && !parts.test(basename(name));

/**
 * The graph that a path names: a file, or a folder in the layout of Optimum or transformers.js.
 * @returns undefined for a folder without a graph, or one whose weights lie in safetensors
 * @throws UserError if a folder has several graphs and none is the usual one
 */
export async function graphAt(path: string): Promise<GraphPlace | undefined> {
  if (isGraphFile(path)) {
    const folder = dirname(path);
    // The configuration lies above a folder that only holds graphs.
    if (basename(folder) === 'onnx') return { folder: dirname(folder), file: join('onnx', basename(path)) };
    return { folder, file: basename(path) };
  }
  const names = await namesIn(path);
  if (names.some((name) => name.endsWith('.safetensors'))) return undefined;
  for (const [below, found] of [
    ['', names],
    ['onnx', names.includes('onnx') ? await namesIn(join(path, 'onnx')) : []],
  ] as const) {
    const graphs = found.filter(isGraphFile);
    if (graphs.includes(usual)) return { folder: path, file: join(below, usual) };
    const whole = graphs.filter(isWholeGraph);
    if (whole.length === 1) return { folder: path, file: join(below, whole[0]!) };
    if (graphs.length > 0)
      throw new UserError(
        `${join(path, below)} holds several ONNX models: ${graphs.slice(0, 5).join(', ')}.`,
        {
          remedy: `Name one of the files, such as ${JSON.stringify(join(path, below, graphs[0]!))}.`,
          place: path,
        },
      );
  }
  return undefined;
}

async function namesIn(folder: string): Promise<string[]> {
  return (await readdir(folder).catch((): string[] => [])).sort();
}

/** The folder where a checkpoint's configuration and tokenizer lie: of a graph that is named itself, the one around it. */
export const folderOfCheckpoint = (path: string): string =>
  isGraphFile(path) ? (basename(dirname(path)) === 'onnx' ? dirname(dirname(path)) : dirname(path)) : path;

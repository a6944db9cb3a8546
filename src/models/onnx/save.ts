import { mkdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { UserError } from '../../base/user-error.ts';
import type { OnnxGraphConfig } from '../../experiment/architectures/onnx-graph.ts';
import { toStored } from '../checkpoint/kernel-layout.ts';
import { isFrozen } from '../frozen.ts';
import { labelKeys } from '../huggingface/description.ts';
import type { Model } from '../model.ts';
import { encodeGraph } from './inline.ts';
import { namesKey } from './names.ts';
import { openedGraph } from './opened.ts';

/** The most that one file of protocol buffers holds. */
const longestFile = 2 ** 31 - 1;

/**
 * Writes the graph of a model with the weights it has now: names, inputs and outputs stay, and so does the type in which
 * each weight is stored. It lies in the folder as it lay in the one it came from, beside a config.json.
 * @returns size of the graph's file
 * @throws UserError if it does not fit into one file
 */
export async function writeGraphModel(
  model: Model,
  config: OnnxGraphConfig,
  directory: string,
  classNames: readonly string[] | undefined,
): Promise<number> {
  const { graph, proto, place } = openedGraph(config);
  const bytes = encodeGraph(proto, graph, await presentValues(model, config));
  if (bytes.length > longestFile)
    throw new UserError(`A graph of ${Math.ceil(bytes.length / 1e9)} GB does not fit into one ONNX file.`, {
      remedy: 'Train a student of less than 2 GB.',
    });
  const file = join(directory, place.file);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, bytes);
  await writeFile(
    join(directory, 'config.json'),
    `${JSON.stringify(describe(model, config, classNames), undefined, 2)}\n`,
  );
  return (await stat(file)).size;
}

/** The numbers that the tensors of a graph have now in a model over it, by name, as the graph lays them out. */
export async function presentValues(
  { parameters, buffers }: Pick<Model, 'parameters' | 'buffers'>,
  config: OnnxGraphConfig,
): Promise<Map<string, Float32Array>> {
  const { graph, weights } = openedGraph(config);
  const values = new Map<string, Float32Array>();
  // What was frozen stays as it was, to the bit.
  for (const [name, variable] of [...parameters, ...buffers])
    if (!isFrozen(variable))
      values.set(name, toStored((await variable.data()) as Float32Array, variable.shape));
  for (const [name, { parameter, transposed }] of weights.tied) {
    const own = values.get(parameter);
    if (!own) continue;
    const [rows, columns] = graph.tensors.get(parameter)!.shape as [number, number];
    values.set(name, transposed ? turned(own, rows, columns) : own);
  }
  return values;
}

/** The configuration it came with; one without names of classes learns those of the data. */
function describe(
  { task, origin = {} }: Model,
  { order, goal, names }: OnnxGraphConfig,
  classNames: readonly string[] | undefined,
): Record<string, unknown> {
  const { text } = task;
  const own = {
    ...origin,
    ...(names && { [namesKey]: names }),
    ...(text && { vocab_size: origin.vocab_size ?? text.vocabulary, pad_token_id: text.padId }),
    ...(text && origin.max_position_embeddings === undefined && origin.n_positions === undefined
      ? { max_position_embeddings: text.length }
      : {}),
  };
  if (goal === 'tokens' || 'id2label' in origin || order) return own;
  return { ...own, ...labelKeys(task, classNames) };
}

function turned(values: Float32Array, rows: number, columns: number): Float32Array {
  const result = new Float32Array(values.length);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      result[column * rows + row] = values[row * columns + column]!;
  return result;
}

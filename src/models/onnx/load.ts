import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileProblem } from '../../base/file-problem.ts';
import { UserError } from '../../base/user-error.ts';
import type { TaskShape } from '../../data/dataset.ts';
import { stableHash } from '../../experiment/parsing/identity.ts';
import { classOrder } from '../checkpoint/class-order.ts';
import { fromStored } from '../checkpoint/kernel-layout.ts';
import { createModel } from '../create-model.ts';
import type { Model } from '../model.ts';
import { requireAgreement } from './agree.ts';
import type { GraphDescription } from './describe.ts';
import { keptShape } from './network.ts';
import { openedGraph } from './opened.ts';
import { bytesOf } from './reading/tensor-data.ts';

/**
 * Whether a graph answers what is asked: how many classes it tells apart lies in the graph, so no head is drawn anew.
 * @throws UserError if it answers something else
 */
export function requireClasses({ task: own, place, config }: GraphDescription, wanted: TaskShape): void {
  if (own.classes === wanted.classes || config.goal === 'tokens') return;
  const path = join(place.folder, place.file);
  throw new UserError(`${path} tells ${own.classes} classes apart, but the data has ${wanted.classes}.`, {
    remedy: 'Export a model with as many classes: a graph’s head cannot be drawn anew.',
    place: path,
  });
}

/**
 * A model over a graph, with the weights of its file.
 * @param classNames in whose order its answers are brought, where it has the same ones
 * @throws UserError if it answers otherwise than the graph does by ONNX Runtime
 */
export async function loadGraph(
  described: GraphDescription,
  task: TaskShape,
  classNames: readonly string[] | undefined,
): Promise<Model> {
  requireClasses(described, task);
  const { config, origin } = described;
  const { graph } = openedGraph(config);
  const rows = classNames && classOrder(described.classNames, classNames);
  const ordered = rows?.kind === 'names' ? { ...config, order: [...rows.rows] } : config;
  const model = createModel(ordered, task, (name) => {
    const { shape, data } = graph.tensors.get(name)!;
    return fromStored(Float32Array.from(data), keptShape(shape));
  });
  try {
    await requireAgreement(described, model);
  } catch (error) {
    model.dispose();
    throw error;
  }
  return { ...model, ...(origin && { origin }) };
}

/** Size of a graph's file, and of its numbers that lie in other files. */
export async function graphBytes({ place, config }: GraphDescription): Promise<number> {
  const { graph, proto } = openedGraph(config);
  let bytes = (await stat(join(place.folder, place.file))).size;
  for (const { name, dataLocation } of proto.graph?.initializer ?? []) {
    const tensor = graph.tensors.get(name ?? '');
    if (dataLocation && tensor) bytes += tensor.data.length * bytesOf(tensor.stored)!;
  }
  return bytes;
}

/**
 * Identifies a graph with its weights by its content, 16 hexadecimal digits.
 * @throws UserError if the file cannot be read
 */
export async function graphHash({ place, config }: GraphDescription): Promise<string> {
  const hash = createHash('sha256');
  const file = join(place.folder, place.file);
  try {
    for await (const chunk of createReadStream(file)) hash.update(chunk as Uint8Array);
  } catch (error) {
    throw fileProblem(error, file);
  }
  // Numbers may lie in other files.
  for (const { name, data } of openedGraph(config).graph.tensors.values())
    hash.update(`\n${name}\n`).update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  // Another value may be the answer.
  if (config.names) hash.update(stableHash(config.names));
  return hash.digest('hex').slice(0, 16);
}

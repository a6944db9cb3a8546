import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileProblem } from '../../base/file-problem.ts';
import { UserError } from '../../base/user-error.ts';
import type { TaskShape } from '../../data/dataset.ts';
import { isGraphConfig, type OnnxGraphConfig } from '../../experiment/architectures/onnx-graph.ts';
import { stableHash } from '../../experiment/parsing/identity.ts';
import type { ModelConfig } from '../../experiment/schema/schema.ts';
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

export interface GraphLoading {
  /** In whose order its answers are brought, where it has the same ones. */
  readonly classNames?: readonly string[] | undefined;
  /** It only answers: what cannot be trained is run by ONNX Runtime as it is. */
  readonly frozen?: boolean | undefined;
}

/**
 * A model over a graph, with the weights of its file.
 * @throws UserError if it is to be trained and cannot be, or answers otherwise than the graph does by ONNX Runtime
 */
export async function loadGraph(
  described: GraphDescription,
  task: TaskShape,
  { classNames, frozen = false }: GraphLoading,
): Promise<Model> {
  requireClasses(described, task);
  const { config, origin } = described;
  if (!frozen) requireTrainable(config);
  const { graph } = openedGraph(config);
  const rows = classNames && classOrder(described.classNames, classNames);
  const create = (own: OnnxGraphConfig) => {
    const ordered = rows?.kind === 'names' ? { ...own, order: [...rows.rows] } : own;
    const model = createModel(ordered, task, (name) => {
      const { shape, data } = graph.tensors.get(name)!;
      return fromStored(Float32Array.from(data), keptShape(shape));
    });
    return { ...model, ...(origin && { origin }) };
  };
  const model = create(config);
  if (model.apart) return model;
  try {
    await requireAgreement(described, model);
    return model;
  } catch (error) {
    model.dispose();
    // ONNX Runtime, which is right by definition, has run it already.
    if (!frozen || !(error instanceof UserError)) throw error;
    return create({ ...config, asIs: error.message.replace(/\.$/, '') });
  }
}

/** @throws UserError if a graph is only run as it is */
export function requireTrainable(config: ModelConfig): void {
  if (!isGraphConfig(config) || config.asIs === undefined) return;
  const { file } = openedGraph(config).graph;
  throw new UserError(`${file} cannot be trained: ${config.asIs}.`, {
    remedy:
      'Use it as a teacher, which only answers. As a student, name the model in full precision, usually model.onnx, exported without optimizations.',
    place: file,
  });
}

/** Size of a graph's file, and of its numbers that lie in other files. */
export async function graphBytes({ place, config }: GraphDescription): Promise<number> {
  const { graph, proto } = openedGraph(config);
  let bytes = (await stat(join(place.folder, place.file))).size;
  for (const { name, dataLocation } of proto.graph?.initializer ?? []) {
    const tensor = graph.tensors.get(name ?? '');
    if (dataLocation && tensor) bytes += Math.ceil(tensor.data.length * bytesOf(tensor.stored)!);
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

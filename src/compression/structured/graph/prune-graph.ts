import { createHash } from 'node:crypto';
import { UserError } from '../../../base/user-error.ts';
import type { OnnxGraphConfig } from '../../../experiment/architectures/onnx-graph.ts';
import type { PruneConfig } from '../../../experiment/strategies/prune/record.ts';
import { fromStored } from '../../../models/checkpoint/kernel-layout.ts';
import { createModel } from '../../../models/create-model.ts';
import type { Model } from '../../../models/model.ts';
import { difference, requireAgreement, sampleFor } from '../../../models/onnx/agree.ts';
import { withValues } from '../../../models/onnx/inline.ts';
import { keptShape } from '../../../models/onnx/network.ts';
import { openedGraph, rememberGraph } from '../../../models/onnx/opened.ts';
import { GraphSession } from '../../../models/onnx/probe.ts';
import { graphFrom, type OpenedGraph } from '../../../models/onnx/reading/read-graph.ts';
import { presentValues } from '../../../models/onnx/save.ts';
import { keptStateShape } from '../../../models/onnx/values.ts';
import type { Followed } from './followed.ts';
import { weakest } from './groups.ts';
import { requireUnits, unitsOf } from './plan.ts';
import { Left, withoutReading, withoutUnits } from './rewrite.ts';

export type GraphModel = Model & { readonly config: OnnxGraphConfig };

/**
 * A model over a smaller graph, without the units of the smallest norm; the larger one stays as it is. Before it is handed
 * out, ONNX Runtime and the operations that train it are asked whether it answers as the larger one does when nothing reads
 * the units that went.
 * @throws UserError if no unit can go, or the smaller graph answers otherwise
 */
export async function pruneGraph(
  model: GraphModel,
  strategy: Pick<PruneConfig, 'sparsity' | 'norm'>,
): Promise<Model> {
  const { config, task, origin } = model;
  await requireUnits(config, task, strategy.sparsity);
  const { followed, groups } = await unitsOf(config, task);
  const { place } = openedGraph(config);
  const present = await asItIs(model);
  const gone = weakest(followed, groups, present.graph.tensors, strategy);
  const left = new Left(followed, gone);
  const bytes = withoutUnits(present, followed, left);
  const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 16);
  const smaller = rememberGraph(hash, await graphFrom(bytes, present.graph.file), place);
  const pruned = createModel(smallerConfig(config, hash, followed, left), task, (name) => {
    const { shape, data } = smaller.graph.tensors.get(name)!;
    return fromStored(Float32Array.from(data), keptShape(shape));
  }) as GraphModel;
  try {
    await requireSame(withoutReading(present, followed, gone), smaller, pruned);
    await requireAgreement(pruned, pruned);
  } catch (error) {
    pruned.dispose();
    throw error;
  }
  return { ...pruned, ...(origin && { origin }) };
}

/** The graph of a model with the weights it has now. */
async function asItIs(model: GraphModel): Promise<OpenedGraph> {
  const { graph, proto } = openedGraph(model.config);
  const values = await presentValues(model, model.config);
  const tensors = new Map(
    [...graph.tensors].map(([name, tensor]) => [name, { ...tensor, data: values.get(name) ?? tensor.data }]),
  );
  return { graph: { ...graph, tensors }, proto: withValues(proto, graph, values) };
}

function smallerConfig(
  config: OnnxGraphConfig,
  graph: string,
  followed: Followed,
  left: Left,
): OnnxGraphConfig {
  const state = <S extends { readonly name: string }>(one: S) => {
    const { name } = one;
    const shape = left.shape(followed.shape(name), followed.axes(name));
    return { ...one, shape: keptStateShape(shape, config.channelsLast) };
  };
  const { states, values } = config;
  return { ...config, graph, states: states.map(state), ...(values && { values: values.map(state) }) };
}

/** @throws UserError if a pruned graph answers otherwise than the whole one when it does not read what went */
async function requireSame(
  masked: OpenedGraph,
  smaller: OpenedGraph,
  { config, task }: GraphModel,
): Promise<void> {
  const sample = sampleFor({ task });
  const [expected, found] = await Promise.all(
    [masked, smaller].map(async (opened) => {
      const session = await GraphSession.open(opened, config, []);
      try {
        return (await session.run(sample, [config.answer])).get(config.answer)!;
      } finally {
        await session.release();
      }
    }),
  );
  const { file } = smaller.graph;
  const width = found!.shape.at(-1)!;
  const sameShape = expected!.shape.join() === found!.shape.join();
  const apart = difference(Float32Array.from(found!.data as ArrayLike<number>), width, {
    expected: expected!.data as ArrayLike<number>,
    stored: width,
  });
  if (sameShape && apart === undefined) return;
  throw new UserError(`${file} answers otherwise than it must without the units that went from it.`, {
    remedy:
      'Set "method" to "magnitude" and "storage" to "dense", and please report it with the way the model was exported.',
    place: file,
  });
}

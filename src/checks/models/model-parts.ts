import type { ModelConfig } from '../../experiment/schema/schema.ts';
import { inspectCheckpoint } from '../../models/checkpoint/checkpoint.ts';
import { type ModelPlan, planModel } from '../../models/create-model.ts';
import { adaptableLayers } from '../../models/lora/targets.ts';
import { openGraph } from '../../models/onnx/describe.ts';
import { graphAt } from '../../models/onnx/files.ts';
import type { GraphTensor } from '../../models/onnx/graph.ts';
import type { KnownGraph } from '../../models/onnx/opened.ts';
import { madeValues } from '../../models/onnx/values.ts';
import type { NamedCheckpoint } from '../apart/checker.ts';
import { type ModelParts, mostParts } from './model-report-schema.ts';
import { folderOf } from './stored-model.ts';

const longestName = 2000;
const shapeOf = (shape: readonly number[]) => shape.join(' × ');

/** Lists that fit into a message, and how much does not. */
class Lists {
  leftOut = 0;

  of<T extends string | { readonly name: string }>(items: Iterable<T>): T[] {
    const all = [...items];
    const kept = all
      .filter((item) => (typeof item === 'string' ? item : item.name).length <= longestName)
      .slice(0, mostParts);
    this.leftOut += all.length - kept.length;
    return kept;
  }
}

/** What a graph is made of. */
export function partsOfGraph({ graph, weights }: KnownGraph, layers?: number): ModelParts {
  const lists = new Lists();
  const named = ({ name, shape }: GraphTensor) => ({ name, shape: shapeOf(shape) });
  const { parameters, buffers, tied, constants, reasons } = weights;
  return {
    inputs: lists.of(graph.inputs.map(({ name }) => name)),
    values: lists.of(new Set(madeValues(graph))),
    parameters: lists.of(parameters.map(named)),
    buffers: lists.of(buffers.map(named)),
    adaptable: [],
    tied: lists.of([...tied].map(([name, { parameter }]) => ({ name, parameter }))),
    constants: lists.of(
      constants.flatMap((tensor) => {
        const why = reasons.get(tensor.name);
        return why === undefined ? [] : [{ ...named(tensor), why }];
      }),
    ),
    ...(layers !== undefined && { layers }),
    leftOut: lists.leftOut,
  };
}

/** What a model that is described is made of. */
export function partsOfPlan(
  config: ModelConfig,
  { parameters, buffers, dense, layerCount }: ModelPlan,
): ModelParts {
  const lists = new Lists();
  const named = (weights: ReadonlyMap<string, readonly number[]>) =>
    lists.of([...weights].map(([name, shape]) => ({ name, shape: shapeOf(shape) })));
  return {
    inputs: [],
    values: [],
    parameters: named(parameters),
    buffers: named(buffers),
    adaptable: lists.of(adaptableLayers({ config, dense }).map(({ name }) => name)),
    tied: [],
    constants: [],
    layers: layerCount,
    leftOut: lists.leftOut,
  };
}

/**
 * The names that an experiment can use of a checkpoint; undefined where that is of the Hub and not in the cache. Those of
 * a graph are known where it is not even understood.
 * @throws UserError if it cannot be opened
 */
export async function partsOfCheckpoint({
  checkpoint,
  directory,
  graph,
}: NamedCheckpoint): Promise<ModelParts | undefined> {
  const path = await folderOf(checkpoint, directory);
  if (path === undefined) return undefined;
  const place = await graphAt(path);
  const plan = async () => {
    const { config, task } = await inspectCheckpoint(path, { freshHead: true, graph });
    return { config, plan: planModel(config, task) };
  };
  if (!place) {
    const described = await plan();
    return partsOfPlan(described.config, described.plan);
  }
  const [, known] = await openGraph(place);
  const layers = await plan().then(
    ({ plan: { layerCount } }) => layerCount,
    () => undefined,
  );
  return partsOfGraph(known, layers);
}

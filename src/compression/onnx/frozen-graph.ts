import type { TracedStep } from '../../device/onnx/steps/traced-step.ts';
import { EditableGraph } from './editable-graph.ts';
import { foldConstants } from './fold-constants.ts';

/** A forward pass with its weights in it. */
export interface FrozenGraph {
  readonly graph: EditableGraph;
  /** The step's inputs by the name of the graph's; the others have become part of the graph. */
  readonly inputs: ReadonlyMap<string, string>;
  /** Which weight a tensor of the graph holds, perhaps transposed or reshaped. */
  readonly origins: Map<string, string>;
}

/**
 * Puts the values of weights into a traced step, and whatever follows from weights alone.
 * @param weightName the name a variable has in its checkpoint
 * @param stored what becomes of the values of a weight by being stored
 */
export async function freeze(
  { model, sources }: Pick<TracedStep, 'model' | 'sources'>,
  weightName: ReadonlyMap<unknown, string>,
  stored: (values: Float32Array) => Float32Array,
): Promise<FrozenGraph> {
  return freezeGraph(new EditableGraph(model), sources, weightName, stored);
}

/** The same for a graph that was changed since it was traced. */
export async function freezeGraph(
  graph: EditableGraph,
  sources: TracedStep['sources'],
  weightName: ReadonlyMap<unknown, string>,
  stored: (values: Float32Array) => Float32Array,
): Promise<FrozenGraph> {
  const inputs = new Map<string, string>();
  const origins = new Map<string, string>();
  for (const [name, source] of sources) {
    if (source.kind === 'input') {
      inputs.set(name, source.name);
      continue;
    }
    if (source.kind === 'fixed') {
      const type = source.data instanceof Float32Array ? 'float32' : 'int32';
      graph.setTensor(name, type, source.shape, source.data as Float32Array | Int32Array);
    } else {
      const data = (await source.variable.data()) as Float32Array;
      graph.setTensor(name, 'float32', source.variable.shape, stored(data.slice()));
      const weight = weightName.get(source.variable);
      if (weight !== undefined) origins.set(name, weight);
    }
  }
  graph.inputs = graph.inputs.filter(({ name }) => inputs.has(name!));
  await foldConstants(graph, origins);
  return { graph, inputs, origins };
}

import { UserError } from '../../base/user-error.ts';
import type { OnnxGraphConfig } from '../../experiment/architectures/onnx-graph.ts';
import type { QuantizeConfig } from '../../experiment/strategies/quantize/record.ts';
import { openedGraph } from '../../models/onnx/opened.ts';
import type { WeightedNode } from '../onnx/layers.ts';
import { bitsOf, computesInIntegers } from '../quantization-plan.ts';
import { withoutEnds } from '../quantize.ts';
import { type WeightedGraph, weightedGraph } from './weighted-graph.ts';

interface StoredWeight {
  readonly name: string;
  readonly bits: 4 | 8 | 16;
}

/** What of a graph that came as a file is stored in fewer bits. */
export interface GraphPlan {
  readonly weights: readonly StoredWeight[];
  /** Weights that stay as they are. */
  readonly floatWeights: readonly string[];
  /** Convolutions that take 8 bits although 4 were asked for. */
  readonly wider: readonly string[];
}

type Choice = Pick<QuantizeConfig, 'scheme' | 'keepEnds'>;

/** Plans that were made, by the graph: the same is asked again with every change of an experiment. */
const planned = new WeakMap<object, Map<string, Promise<GraphPlan>>>();

/**
 * Which weights of a graph a scheme quantizes.
 * @throws UserError if there are none
 */
export async function planGraph(config: OnnxGraphConfig, { scheme, keepEnds }: Choice): Promise<GraphPlan> {
  const graph = openedGraph(config);
  const plans = planned.get(graph) ?? new Map<string, Promise<GraphPlan>>();
  planned.set(graph, plans);
  const key = `${scheme} ${keepEnds}`;
  const plan = plans.get(key) ?? makePlan(config, { scheme, keepEnds });
  plans.set(key, plan);
  return plan;
}

async function makePlan(config: OnnxGraphConfig, strategy: Choice): Promise<GraphPlan> {
  const { scheme } = strategy;
  const weighted = await weightedGraph(config);
  const { graph, nodes } = weighted;
  const { parameters, buffers } = openedGraph(config).weights;
  const found: readonly StoredWeight[] =
    scheme === 'float16'
      ? parameters
          .filter(
            ({ name, data }) => graph.tensors.get(name)?.type === 'float32' && savesByHalves(name, data),
          )
          .map(({ name }) => ({ name, bits: 16 as const }))
      : unique(usableNodes(weighted, scheme).map(({ weight }) => weight)).map((name) => ({
          name,
          bits: bitsOf(name, nodes, scheme, graph.operatorSet),
        }));
  if (found.length === 0)
    throw new UserError(
      scheme === 'float16'
        ? 'Nothing of this model can be quantized: none of its weights is stored in float32, or all are too small.'
        : 'Nothing of this model can be quantized: it has no weights in float32 that a product, a convolution or a look-up takes directly.',
      { remedy: 'Name the model in full precision, usually model.onnx.' },
    );
  const weights = withoutEnds(found, strategy);
  const quantized = new Set(weights.map(({ name }) => name));
  const tables = new Set(nodes.flatMap(({ kind, weight }) => (kind === 'lookup' ? [weight] : [])));
  return {
    weights,
    floatWeights: [...parameters, ...buffers].flatMap(({ name }) => (quantized.has(name) ? [] : [name])),
    wider:
      scheme === 'int4-weights'
        ? weights.flatMap(({ name, bits }) => (bits === 8 && !tables.has(name) ? [name] : []))
        : [],
  };
}

/** Whether a weight in 16 bits, and the node that makes floats of it, take fewer bytes than the weight in 32. */
const savesByHalves = (name: string, { length }: ArrayLike<number>): boolean =>
  2 * length > 2 * Buffer.byteLength(name) + 48;

/** Nodes whose weights nothing else reads; where products are computed in integers, with biases that allow it. */
function usableNodes({ graph, nodes, origins }: WeightedGraph, scheme: QuantizeConfig['scheme']) {
  const applied = new Map<string, number>();
  for (const { tensor } of nodes) applied.set(tensor, (applied.get(tensor) ?? 0) + 1);
  const others = new Set<string>();
  for (const [name, times] of graph.uses()) {
    const weight = origins.get(name);
    if (weight !== undefined && times > (applied.get(name) ?? 0)) others.add(weight);
  }
  if (computesInIntegers(scheme))
    for (const node of nodes) if (!hasPlainBias(node, graph)) others.add(node.weight);
  return nodes.filter(({ weight }) => !others.has(weight));
}

/** Whether a bias is a number for each output that is known beforehand, or there is none. */
function hasPlainBias({ node, rows }: WeightedNode, { tensors }: WeightedGraph['graph']): boolean {
  const name = node.input![2];
  if (!name || node.opType === 'Gather') return true;
  const bias = tensors.get(name);
  return bias?.type === 'float32' && bias.shape.reduce((product, axis) => product * axis, 1) === rows;
}

const unique = (names: readonly string[]) => [...new Set(names)];

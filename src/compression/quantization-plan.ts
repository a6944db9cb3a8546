import { numberAttribute } from '../device/onnx/graph/node-proto.ts';
import type { QuantizeConfig } from '../experiment/strategies/quantize/record.ts';
import { floatsToHalves, halvesToFloats } from '../models/checkpoint/half-precision.ts';
import type { Model } from '../models/model.ts';
import type { EditableGraph } from './onnx/editable-graph.ts';
import { foldNormalizations } from './onnx/fold-normalization.ts';
import type { FrozenGraph } from './onnx/frozen-graph.ts';
import { type WeightedNode, weightedNodes } from './onnx/layers.ts';
import { type ActivationRanges, quantizeActivations } from './onnx/quantize-activations.ts';
import { halveWeights, quantizeToBytes, quantizeToNibbles } from './onnx/quantize-weights.ts';
import type { Rewriting } from './quantized-device.ts';
import { outputAxisOf, type QuantizedWeight } from './stored-quantization.ts';

export type QuantizationScheme = QuantizeConfig['scheme'];

/** What of a quantization decides how a graph is rewritten. */
export interface QuantizationPlan {
  readonly scheme: QuantizationScheme;
  readonly groupSize: number;
  /** Weights that stay float although they could be quantized. */
  readonly floatWeights: ReadonlySet<string>;
  /** For int8 only. */
  readonly ranges?: ActivationRanges;
}

/** Whether products are computed in integers, for which everything per output is folded into the weights first. */
export const computesInIntegers = (scheme: QuantizationScheme): boolean => scheme === 'int8';

/** Nodes with weights that a scheme would quantize, if none were kept; folds what it must first. */
export function quantizableNodes(
  { graph, origins }: FrozenGraph,
  scheme: QuantizationScheme,
): WeightedNode[] {
  if (scheme === 'float16') return [];
  if (computesInIntegers(scheme)) foldNormalizations(graph, origins);
  return weightedNodes(graph, origins);
}

/** The first version of ONNX's operators whose own numbers have 4 bits; products use an operator of the runtime. */
export const nibblesSince = 21;

/**
 * Tables that are looked up in stay at 8 bits, also where the same table predicts, and so do convolutions of graphs whose
 * version of ONNX has no smaller numbers.
 */
export const bitsOf = (
  weight: string,
  nodes: readonly WeightedNode[],
  scheme: QuantizationScheme,
  operatorSet = nibblesSince,
): 4 | 8 => {
  if (scheme !== 'int4-weights') return 8;
  const kinds = new Set(nodes.flatMap((node) => (node.weight === weight ? [node.kind] : [])));
  return kinds.has('lookup') || (kinds.has('convolution') && operatorSet < nibblesSince) ? 8 : 4;
};

/** How the weights of these nodes are stored, each named once. */
export function weightsOf(
  model: Pick<Model, 'parameters'>,
  nodes: readonly WeightedNode[],
  scheme: QuantizationScheme,
  operatorSet?: number,
): QuantizedWeight[] {
  const found = new Map<string, QuantizedWeight>();
  for (const { weight, kind, rows, node } of nodes) {
    if (found.has(weight)) continue;
    const { shape } = model.parameters.get(weight)!;
    const rowsFirst = kind === 'lookup' || numberAttribute(node, 'transB', 0) === 1;
    const bits = bitsOf(weight, nodes, scheme, operatorSet);
    found.set(weight, { name: weight, bits, outputAxis: outputAxisOf(shape, rows, rowsFirst) });
  }
  return [...found.values()];
}

/** How a model's graphs are rewritten so that they store and compute as planned. */
export const rewritingOf = (plan: QuantizationPlan): Rewriting => ({
  rewrite: (frozen) => quantizeGraph(frozen, plan),
  // What follows from several weights, such as a normalisation's factor, follows from what is stored of them.
  ...(plan.scheme === 'float16' && { stored: (values) => halvesToFloats(floatsToHalves(values)) }),
});

function quantizeGraph(frozen: FrozenGraph, plan: QuantizationPlan): EditableGraph {
  const { graph, origins } = frozen;
  if (plan.scheme === 'float16') halveWeights(graph, origins);
  quantizeNodes(graph, quantizableNodes(frozen, plan.scheme), plan);
  graph.prune();
  return graph;
}

/** Quantizes the weights that these nodes apply, but for those that are to stay float. */
export function quantizeNodes(
  graph: EditableGraph,
  nodes: readonly WeightedNode[],
  { scheme, groupSize, floatWeights, ranges }: QuantizationPlan,
): void {
  // Tables first: where one also predicts, it is stored as it is looked up in.
  const tables = nodes.filter(({ kind }) => kind === 'lookup');
  for (const weighted of [...tables, ...nodes.filter(({ kind }) => kind !== 'lookup')]) {
    const { weight, kind } = weighted;
    if (floatWeights.has(weight)) continue;
    if (bitsOf(weight, nodes, scheme, graph.operatorSet) === 4) quantizeToNibbles(graph, weighted, groupSize);
    else if (scheme !== 'int8' || kind === 'lookup') quantizeToBytes(graph, weighted);
    else quantizeActivations(graph, weighted, ranges!);
  }
}

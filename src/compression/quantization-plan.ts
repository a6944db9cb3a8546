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

/** Tables that are looked up in stay at 8 bits, also where the same table predicts. */
export const bitsOf = (weight: string, nodes: readonly WeightedNode[], scheme: QuantizationScheme): 4 | 8 =>
  scheme === 'int4-weights' && !nodes.some((node) => node.weight === weight && node.kind === 'lookup')
    ? 4
    : 8;

/** How the weights of these nodes are stored, each named once. */
export function weightsOf(
  model: Pick<Model, 'parameters'>,
  nodes: readonly WeightedNode[],
  scheme: QuantizationScheme,
): QuantizedWeight[] {
  const found = new Map<string, QuantizedWeight>();
  for (const { weight, kind, rows, node } of nodes) {
    if (found.has(weight)) continue;
    const { shape } = model.parameters.get(weight)!;
    const rowsFirst = kind === 'lookup' || numberAttribute(node, 'transB', 0) === 1;
    const bits = bitsOf(weight, nodes, scheme);
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
  const { scheme, groupSize, floatWeights, ranges } = plan;
  if (scheme === 'float16') halveWeights(graph, origins);
  const nodes = quantizableNodes(frozen, scheme);
  for (const weighted of nodes) {
    const { weight, kind } = weighted;
    if (floatWeights.has(weight)) continue;
    if (bitsOf(weight, nodes, scheme) === 4) quantizeToNibbles(graph, weighted, groupSize);
    else if (scheme !== 'int8' || kind === 'lookup') quantizeToBytes(graph, weighted);
    else quantizeActivations(graph, weighted, ranges!);
  }
  graph.prune();
  return graph;
}

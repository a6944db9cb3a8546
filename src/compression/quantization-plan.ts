import type { QuantizeConfig } from '../experiment/compression-schema.ts';
import type { EditableGraph } from './onnx/editable-graph.ts';
import { foldNormalizations } from './onnx/fold-normalization.ts';
import type { FrozenGraph } from './onnx/frozen-graph.ts';
import { type WeightedNode, weightedNodes } from './onnx/layers.ts';
import { type ActivationRanges, quantizeActivations } from './onnx/quantize-activations.ts';
import { halveWeights, quantizeToBytes, quantizeToNibbles } from './onnx/quantize-weights.ts';

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

/** Rewrites a frozen graph so that it stores and computes as planned. */
export function quantizeGraph(frozen: FrozenGraph, plan: QuantizationPlan): EditableGraph {
  const { graph, origins } = frozen;
  const { scheme, groupSize, floatWeights, ranges } = plan;
  if (scheme === 'float16') halveWeights(graph, origins);
  for (const weighted of quantizableNodes(frozen, scheme)) {
    if (floatWeights.has(weighted.weight)) continue;
    if (scheme === 'int4-weights') quantizeToNibbles(graph, weighted, groupSize);
    else if (scheme === 'int8-weights' || weighted.kind === 'lookup') quantizeToBytes(graph, weighted);
    else quantizeActivations(graph, weighted, ranges!);
  }
  graph.prune();
  return graph;
}

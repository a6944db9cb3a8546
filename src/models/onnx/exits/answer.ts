import type { Tensor } from '@tensorflow/tfjs-core';
import { tf } from '../../../device/tensorflow.ts';
import type { OnnxGraphConfig } from '../../../experiment/architectures/onnx-graph.ts';
import type { ModelInput } from '../../model.ts';
import type { WeightRegistry } from '../../weights.ts';
import { evaluateGraph } from '../evaluate.ts';
import { asInGraph, keptShape } from '../network.ts';
import { openedGraph } from '../opened.ts';
import { HostValue, tensorOf, type Value } from '../operators/value.ts';
import { classifierOf } from './cut.ts';

/**
 * What the classifier of a graph that was cut answers while it is trained: the nodes that its file has.
 * @param config of the cut graph
 * @param weights are asked for its own, by their names in the cut graph
 */
export function exitAnswer(
  config: OnnxGraphConfig,
  weights: WeightRegistry,
): (state: Tensor, input: ModelInput) => Tensor {
  const { graph } = openedGraph(config);
  const { nodes, weights: own, constants, state, mask, answer } = classifierOf(config);
  const variables = own.map(({ tensor, kind, initializer }) => {
    const { name, shape } = tensor;
    return [name, weights[kind](name, keptShape(shape), initializer)] as const;
  });
  return (given, { ids, mask: real }) => {
    const known = new Map<string, Value>(
      constants.map(({ name, kind, shape, data }) => [name, new HostValue(kind, shape, data)]),
    );
    for (const [name, variable] of variables) known.set(name, asInGraph(variable));
    const maps = given.rank === 4 && !config.channelsLast;
    known.set(state, maps ? tf.transpose(given, [0, 3, 1, 2]) : given);
    if (mask !== undefined) known.set(mask, real ?? tf.ones(ids!.shape));
    evaluateGraph(graph, nodes, known, { training: true });
    return tensorOf(known.get(answer)!);
  };
}

import { RandomGenerator } from '../../device/random-generator.ts';
import type { OnnxGraphConfig } from '../../experiment/architectures/onnx-graph.ts';
import { fromStored } from '../checkpoint/kernel-layout.ts';
import type { WeightSource } from '../weights.ts';
import { requireTrainable } from './load.ts';
import { keptShape } from './network.ts';
import { openedGraph } from './opened.ts';

/**
 * Weights for another model over the same graph. A graph does not say how its weights are drawn: each tensor gets numbers
 * from a normal distribution with the mean and standard deviation that it has in the file, so that scales of one stay one
 * and shifts of zero stay zero. Running statistics are those of the file.
 * @throws UserError if the graph cannot be trained
 */
export function drawnLike(config: OnnxGraphConfig, generator: RandomGenerator): WeightSource {
  requireTrainable(config);
  const { graph, weights } = openedGraph(config);
  const buffers = new Set(weights.buffers.map(({ name }) => name));
  const seed = generator.below(Number.MAX_SAFE_INTEGER);
  return (name) => {
    const { data, shape } = graph.tensors.get(name)!;
    if (buffers.has(name)) return fromStored(Float32Array.from(data), keptShape(shape));
    const { mean, deviation } = spreadOf(data);
    const random = RandomGenerator.forUse(seed, `weight/${name}`);
    return Float32Array.from({ length: data.length }, () => mean + deviation * random.normal());
  };
}

function spreadOf(data: ArrayLike<number>): { mean: number; deviation: number } {
  let sum = 0;
  for (let at = 0; at < data.length; at++) sum += data[at]!;
  const mean = sum / data.length;
  let squares = 0;
  for (let at = 0; at < data.length; at++) squares += (data[at]! - mean) ** 2;
  return { mean, deviation: Math.sqrt(squares / data.length) };
}

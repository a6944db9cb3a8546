import type { Tensor, Variable } from '@tensorflow/tfjs-core';
import type { LayerReference } from '../experiment/strategies/layer-reference.ts';
import { outputLayer } from '../models/checkpoint/head-weights.ts';
import { mapReader } from '../models/layers/map-reader.ts';
import type { ModelInput } from '../models/model.ts';
import { exitAnswer, mapReading, truncatedConfig, truncatedModel } from '../models/truncate.ts';
import type { WeightRegistry } from '../models/weights.ts';
import { linearProjector } from './projector.ts';
import type { Candidate, StrategyParts } from './strategy.ts';

/** A classifier on an earlier layer of a student. */
export interface Exit {
  readonly name: string;
  readonly layer: LayerReference;
  readonly parameters: ReadonlyMap<string, Variable>;
  readonly buffers: ReadonlyMap<string, Variable>;
  /**
   * What it answers while training.
   * @param state the hidden state of its layer
   */
  answer(state: Tensor, input: ModelInput): Tensor;
  /** The layers up to here as a model of their own, which shares the weights of student and exit. */
  candidate(): Candidate;
}

/**
 * An exit after a layer. Vectors are classified as Model.pool() has them; feature maps go through a bottleneck to the
 * size and channels of the last ones before (Zhang et al. 2019).
 * @param name as its terms, its weights and what it becomes are called
 * @param shape of the hidden state, the batch left out
 * @throws UserError if the student cannot be cut there
 */
export function createExit(
  name: string,
  layer: LayerReference,
  shape: readonly number[],
  { student, task, initialize }: StrategyParts,
): Exit {
  // Says before training whether the exit can become a model of its own afterwards.
  const config = truncatedConfig(student.config, layer, task);
  /** By the names they have in the smaller model. */
  const weights = new Map<string, Variable>();
  const [parameters, buffers] = [new Map<string, Variable>(), new Map<string, Variable>()];
  const add =
    (target: Map<string, Variable>): WeightRegistry['parameter'] =>
    (weight, size, scheme) => {
      const variable = initialize(`${name}.${weight}`, size, typeof scheme === 'string' ? scheme : 'glorot');
      weights.set(weight, variable);
      target.set(`${name}.${weight}`, variable);
      return variable;
    };
  /** The classifier of all models whose networks are described here. */
  const linearExit = (): Exit['answer'] => {
    const reading = mapReading(config);
    const reader = reading && mapReader(registry, { shape: shape as [number, number, number], ...reading });
    const classifier = linearProjector(name, reader?.features ?? shape.at(-1)!, task.classes, initialize);
    for (const part of ['weight', 'bias']) {
      const variable = classifier.parameters.get(`${name}.${part}`)!;
      parameters.set(`${name}.${part}`, variable);
      weights.set(`${outputLayer(config)}.${part}`, variable);
    }
    return (state, input) => classifier.apply(reader?.read(state, true) ?? student.pool(state, input));
  };
  const registry: WeightRegistry = { parameter: add(parameters), buffer: add(buffers) };
  return {
    name,
    layer,
    parameters,
    buffers,
    answer: exitAnswer(config, registry) ?? linearExit(),
    candidate: () => ({ name, model: truncatedModel(student, layer, weights), ensemble: true }),
  };
}

import type { HostTensor } from '../device/device.ts';
import type { OnnxDevice } from '../device/onnx/onnx-device.ts';
import { OrtSession } from '../device/runtime/session.ts';
import { OrtTensor } from '../device/runtime/tensor.ts';
import type { Model } from '../models/model.ts';
import { forwardStep } from './forward-step.ts';
import type { FrozenGraph } from './onnx/frozen-graph.ts';
import type { WeightedNode } from './onnx/layers.ts';
import type { ActivationRanges } from './onnx/quantize-activations.ts';
import { RangeObserver } from './quantization/activations.ts';
import { quantizableNodes } from './quantization-plan.ts';
import { freezeStep } from './quantized-device.ts';

type Side = 'input' | 'output';

type Inputs = Readonly<Record<string, HostTensor>>;

/** A value of a graph that goes into or comes out of a layer. */
export interface ObservedValue {
  readonly use: string;
  readonly side: Side;
  readonly name: string;
}

/** A float model that tells the values within it. */
export interface Probe {
  readonly observed: readonly ObservedValue[];
  /** The observed values by name. */
  run(inputs: Inputs): Promise<ReadonlyMap<string, Float32Array>>;
  release(): Promise<void>;
}

/** The values that decide how layers compute in integers. */
export const observedValues = (nodes: readonly WeightedNode[]): ObservedValue[] =>
  nodes
    .filter(({ kind }) => kind !== 'lookup')
    .flatMap(({ use, node }) => [
      { use, side: 'input' as const, name: node.input![0]! },
      { use, side: 'output' as const, name: node.output![0]! },
    ]);

/**
 * Measures which values go into and come out of every layer that will compute in integers.
 * @param open the float model for inputs of one shape, see {@link modelProbe}
 * @param batches inputs of the model
 * @param percentile share of the values, in percent, that lies within the ranges
 * @throws RangeError if an activation is not finite
 */
export async function calibrate(
  open: (inputs: Inputs) => Promise<Probe>,
  batches: Iterable<Inputs>,
  percentile: number,
  onBatch: () => void,
): Promise<ActivationRanges> {
  const probes = new Map<string, Probe>();
  const observers = new Map<string, Record<Side, RangeObserver>>();
  try {
    for (const inputs of batches) {
      const key = Object.values(inputs)
        .map(({ shape }) => shape.join('x'))
        .join(';');
      const probe = probes.get(key) ?? (await open(inputs));
      probes.set(key, probe);
      const values = await probe.run(inputs);
      for (const { use, side, name } of probe.observed) {
        const pair = observers.get(use) ?? { input: new RangeObserver(), output: new RangeObserver() };
        observers.set(use, pair);
        pair[side].add(values.get(name)!);
      }
      onBatch();
    }
  } finally {
    for (const probe of probes.values()) await probe.release();
  }
  return new Map(
    [...observers].map(([use, { input, output }]) => [
      use,
      { input: input.range(percentile), output: output.range(percentile) },
    ]),
  );
}

/** The float model with every value that is to be observed as an output. */
export async function modelProbe(device: OnnxDevice, model: Model, sample: Inputs): Promise<Probe> {
  let observed: Probe['observed'] = [];
  const rewrite = (frozen: FrozenGraph) => {
    observed = observedValues(quantizableNodes(frozen, 'int8'));
    const given = new Set(frozen.graph.inputs.map(({ name }) => name!));
    frozen.graph.outputs = [...new Set(observed.map(({ name }) => name))]
      .filter((name) => !given.has(name))
      .map((name) => ({ name }));
    frozen.graph.prune();
    return frozen.graph;
  };
  const { graph, inputs } = await freezeStep(device, model, forwardStep(model), sample, { rewrite });
  const session = await OrtSession.create(graph.encode(), device.onnx.sessionOptions);
  return {
    observed,
    async run(given) {
      const feeds: Record<string, OrtTensor> = {};
      for (const [name, graphName] of inputs) {
        const { data, shape, dtype } = given[name]!;
        feeds[graphName] = new OrtTensor(dtype, data, shape);
      }
      const needed = session.inputNames.map((name) => [name, feeds[name]!] as const);
      const results = await device.onnx.exclusive(() => session.run(Object.fromEntries(needed)));
      return new Map(
        Object.entries({ ...feeds, ...results }).map(([name, { data }]) => [name, data as Float32Array]),
      );
    },
    release: () => session.release(),
  };
}

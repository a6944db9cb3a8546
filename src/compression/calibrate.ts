import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { HostTensor } from '../device/device.ts';
import type { OnnxDevice } from '../device/onnx/onnx-device.ts';
import type { Model } from '../models/model.ts';
import { forwardStep } from './forward-step.ts';
import type { FrozenGraph } from './onnx/frozen-graph.ts';
import type { ActivationRanges } from './onnx/quantize-activations.ts';
import { RangeObserver } from './quantization/activations.ts';
import { quantizableNodes } from './quantization-plan.ts';
import { freezeStep } from './quantized-device.ts';

type Side = 'input' | 'output';

interface Probe {
  readonly session: InferenceSession;
  /** Graph inputs by the names the model gives them. */
  readonly inputs: ReadonlyMap<string, string>;
  readonly observed: readonly { readonly use: string; readonly side: Side; readonly name: string }[];
}

/**
 * Measures which values go into and come out of every layer that will compute in integers.
 * @param batches inputs of the model
 * @param percentile share of the values, in percent, that lies within the ranges
 * @throws RangeError if an activation is not finite
 */
export async function calibrate(
  device: OnnxDevice,
  model: Model,
  batches: Iterable<Readonly<Record<string, HostTensor>>>,
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
      const probe = probes.get(key) ?? (await openProbe(device, model, inputs));
      probes.set(key, probe);
      const feeds: Record<string, Tensor> = {};
      for (const [name, graphName] of probe.inputs) {
        const { data, shape, dtype } = inputs[name]!;
        feeds[graphName] = new Tensor(dtype as 'float32', data as Float32Array, shape);
      }
      const needed = probe.session.inputNames.map((name) => [name, feeds[name]!] as const);
      const results = await device.onnx.exclusive(() => probe.session.run(Object.fromEntries(needed)));
      for (const { use, side, name } of probe.observed) {
        const pair = observers.get(use) ?? { input: new RangeObserver(), output: new RangeObserver() };
        observers.set(use, pair);
        pair[side].add((results[name] ?? feeds[name]!).data as Float32Array);
      }
      onBatch();
    }
  } finally {
    for (const { session } of probes.values()) await session.release();
  }
  return new Map(
    [...observers].map(([use, { input, output }]) => [
      use,
      { input: input.range(percentile), output: output.range(percentile) },
    ]),
  );
}

/** The float model with every value that is to be observed as an output. */
async function openProbe(
  device: OnnxDevice,
  model: Model,
  sample: Readonly<Record<string, HostTensor>>,
): Promise<Probe> {
  let observed: Probe['observed'] = [];
  const rewrite = (frozen: FrozenGraph) => {
    observed = quantizableNodes(frozen, 'int8')
      .filter(({ kind }) => kind !== 'lookup')
      .flatMap(({ use, node }) => [
        { use, side: 'input' as const, name: node.input![0]! },
        { use, side: 'output' as const, name: node.output![0]! },
      ]);
    const given = new Set(frozen.graph.inputs.map(({ name }) => name!));
    frozen.graph.outputs = [...new Set(observed.map(({ name }) => name))]
      .filter((name) => !given.has(name))
      .map((name) => ({ name }));
    frozen.graph.prune();
    return frozen.graph;
  };
  const { graph, inputs } = await freezeStep(device, model, forwardStep(model), sample, { rewrite });
  const session = await InferenceSession.create(graph.encode(), device.onnx.sessionOptions);
  return { session, inputs, observed };
}

import type { CompiledStep, Device, Tensors } from '../device/device.ts';
import type { OnnxDevice } from '../device/onnx/onnx-device.ts';
import type { StepInputs } from '../device/onnx/steps/recorded-step.ts';
import { traceStep } from '../device/onnx/steps/traced-step.ts';
import { OrtSession } from '../device/runtime/session.ts';
import { OrtTensor } from '../device/runtime/tensor.ts';
import type { tf } from '../device/tensorflow.ts';
import type { Model } from '../models/model.ts';
import type { EditableGraph } from './onnx/editable-graph.ts';
import { type FrozenGraph, freeze } from './onnx/frozen-graph.ts';

type Step = (inputs: Tensors) => Record<string, tf.Tensor>;

/** How a frozen forward pass becomes the graph that runs. */
export interface Rewriting {
  /** What becomes of the values of any weight by being stored; left out: nothing. */
  readonly stored?: (values: Float32Array) => Float32Array;
  /** The graph may be changed in place. */
  readonly rewrite: (frozen: FrozenGraph) => EditableGraph;
}

/** A step of a frozen model, compiled for one combination of input shapes. */
export interface FrozenStep {
  readonly graph: EditableGraph;
  /** The graph's inputs and outputs by the names the step gives them. */
  readonly inputs: ReadonlyMap<string, string>;
  readonly outputs: ReadonlyMap<string, string>;
}

/** Traces a step over a model, puts the weights in and rewrites it. */
export async function freezeStep(
  device: OnnxDevice,
  model: Model,
  step: Step,
  inputs: StepInputs,
  { rewrite, stored = (values) => values }: Rewriting,
): Promise<FrozenStep> {
  const traced = await traceStep(device, step, inputs);
  const names = new Map<unknown, string>(
    [...model.parameters, ...model.buffers].map(([name, variable]) => [variable, name]),
  );
  const frozen = await freeze(traced, names, stored);
  const graph = rewrite(frozen);
  const byName = new Map([...frozen.inputs].map(([graphName, name]) => [name, graphName]));
  return { graph, inputs: byName, outputs: traced.outputs };
}

/**
 * A device on which the steps of one model run as rewritten graphs, by the runtime, threads and provider of the device
 * beneath. Weights are those of the moment a step is first run; nothing here trains.
 */
export class QuantizedDevice implements Device {
  readonly kind;
  readonly name;
  readonly backend;
  readonly frozen = true;
  readonly #device: OnnxDevice;
  readonly #model: Model;
  readonly #rewriting: Rewriting;

  constructor(device: OnnxDevice, model: Model, rewriting: Rewriting) {
    this.kind = device.kind;
    this.name = device.name;
    this.backend = device.backend;
    this.#device = device;
    this.#model = model;
    this.#rewriting = rewriting;
  }

  compile<Output extends string>(step: (inputs: Tensors) => Record<Output, tf.Tensor>): CompiledStep<Output> {
    const sessions = new Map<string, Promise<{ frozen: FrozenStep; session: OrtSession }>>();
    const open = async (inputs: StepInputs) => {
      const frozen = await freezeStep(this.#device, this.#model, step, inputs, this.#rewriting);
      const { sessionOptions } = this.#device.onnx;
      const session = await OrtSession.create(frozen.graph.encode(), sessionOptions);
      return { frozen, session };
    };
    return {
      run: async (inputs) => {
        const key = Object.keys(inputs)
          .sort()
          .map((name) => inputs[name]!.shape.join('x'))
          .join(';');
        const opened = sessions.get(key) ?? open(inputs);
        sessions.set(key, opened);
        const { frozen, session } = await opened;
        const feeds: Record<string, OrtTensor> = {};
        for (const [name, graphName] of frozen.inputs) {
          const { data, shape, dtype } = inputs[name]!;
          feeds[graphName] = new OrtTensor(dtype, data, shape);
        }
        const results = await this.#device.onnx.exclusive(() => session.run(feeds));
        return Object.fromEntries(
          [...frozen.outputs].map(([name, graphName]) => [name, results[graphName]!.data]),
        ) as Record<Output, Float32Array>;
      },
      dispose: () => {
        for (const opened of sessions.values())
          void opened.then(
            ({ session }) => session.release(),
            () => {},
          );
        sessions.clear();
      },
    };
  }

  /** The device beneath belongs to whoever opened it. */
  async dispose(): Promise<void> {}
}

import type { CompiledStep, Device, HostTensor, Tensors } from '../device/device.ts';
import { OnnxDevice } from '../device/onnx/onnx-device.ts';
import type { tf } from '../device/tensorflow.ts';
import type { LayerReference } from '../experiment/strategies/layer-reference.ts';
import { type Apart, type ApartSession, type HostModelInput, withAnswers } from '../models/apart.ts';
import type { Model } from '../models/model.ts';
import { prefixed, unprefixed } from './inputs.ts';

/**
 * Where steps over a model are compiled: the device itself, or, for a network that a runtime runs as it is, one that runs
 * the network first and hands its answers to the step. Such a step must not need gradients of the model.
 * @param states the hidden states that steps read; others are not computed
 */
export const deviceFor = (
  device: Device,
  { apart }: Model,
  states: readonly LayerReference[] = [],
): Device => (apart ? new ApartDevice(device, apart, states) : device);

type Step<Output extends string> = (inputs: Tensors) => Record<Output, tf.Tensor>;
type HostTensors = Readonly<Record<string, HostTensor>>;

const own = 'apart';

class ApartDevice implements Device {
  readonly kind;
  readonly name;
  readonly backend;
  readonly frozen = true;
  readonly #device: Device;
  readonly #apart: Apart;
  readonly #states: readonly LayerReference[];

  constructor(device: Device, apart: Apart, states: readonly LayerReference[]) {
    this.kind = device.kind;
    this.name = device.name;
    this.backend = device.backend;
    this.#device = device;
    this.#apart = apart;
    this.#states = [...new Set(states)];
  }

  compile<Output extends string>(step: Step<Output>): CompiledStep<Output> {
    return new ApartStep(this.#device, step, () => this.#open());
  }

  #open(): Promise<ApartSession> {
    const device = this.#device;
    if (!(device instanceof OnnxDevice)) return this.#apart.open(this.#states, {});
    const { sessionOptions } = device.onnx;
    return this.#apart.open(this.#states, {
      sessionOptions,
      exclusive: (run) => device.onnx.exclusive(run),
    });
  }

  /** The device beneath belongs to whoever opened it. */
  async dispose(): Promise<void> {}
}

class ApartStep<Output extends string> implements CompiledStep<Output> {
  readonly #after: CompiledStep<Output>;
  readonly #open: () => Promise<ApartSession>;
  #session: Promise<ApartSession> | undefined;
  /** Names of the answers by those of the outputs, where the step gives answers as they are. */
  #same: ReadonlyMap<Output, string> | undefined;

  constructor(device: Device, step: Step<Output>, open: () => Promise<ApartSession>) {
    this.#open = open;
    this.#after = device.compile((inputs) => {
      const answers = unprefixed(own, inputs);
      const outputs = withAnswers(answers, () => step(inputs));
      this.#same = sameAs(outputs, answers);
      return outputs;
    });
  }

  async run(inputs: HostTensors) {
    this.#session ??= this.#open();
    const answers = await (await this.#session).run(modelInputOf(inputs));
    if (!this.#same) return this.#after.run({ ...inputs, ...prefixed(own, answers) });
    return Object.fromEntries(
      [...this.#same].map(([output, answer]) => [output, answers[answer]!.data]),
    ) as Record<Output, HostTensor['data']>;
  }

  dispose(): void {
    this.#after.dispose();
    void this.#session?.then(
      (session) => session.release(),
      () => {},
    );
  }
}

/** A step that only hands on what the network answered is none: there is nothing to run after it. */
function sameAs<Output extends string>(
  outputs: Record<Output, tf.Tensor>,
  answers: Tensors,
): ReadonlyMap<Output, string> | undefined {
  const same = new Map<Output, string>();
  for (const output of Object.keys(outputs) as Output[]) {
    const answer = Object.keys(answers).find((name) => answers[name] === outputs[output]);
    if (answer === undefined) return undefined;
    same.set(output, answer);
  }
  return same;
}

function modelInputOf(inputs: HostTensors): HostModelInput {
  const { pixels, ids, mask } = { ...inputs, ...unprefixed('input', inputs) };
  return { ...(pixels && { pixels }), ...(ids && { ids }), ...(mask && { mask }) };
}

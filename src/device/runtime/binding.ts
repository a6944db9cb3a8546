import { bytesAt, check, library, made, type Pointer } from './library.ts';
import type { OrtSession } from './session.ts';
import type { ProviderName } from './session-options.ts';
import { OrtTensor } from './tensor.ts';

/** The providers that have memory of their own, and what the library calls it. */
const memoryNames = { webgpu: 'WebGPU_Buf', cuda: 'Cuda' } as const satisfies Partial<
  Record<ProviderName, string>
>;

type DeviceProvider = keyof typeof memoryNames;

/** @returns undefined where the provider computes in the processor's memory */
export function deviceBinding(
  session: OrtSession,
  provider: ProviderName = 'cpu',
): DeviceBinding | undefined {
  return provider === 'cpu' ? undefined : new DeviceBinding(session, provider);
}

/** The inputs and outputs of a session on a device, so that what it computes can stay there. */
export class DeviceBinding {
  readonly #session: OrtSession;
  readonly #binding: Pointer;
  readonly #memory: Pointer;
  #released = false;

  constructor(session: OrtSession, provider: DeviceProvider) {
    const { functions } = library();
    this.#session = session;
    this.#binding = made(functions, 'CreateIoBinding', session.address);
    const [deviceAllocator, firstDevice, ordinary] = [0, 0, 0];
    this.#memory = made(
      functions,
      'CreateMemoryInfo',
      ...[memoryNames[provider], deviceAllocator, firstDevice, ordinary],
    );
  }

  /**
   * Runs the session at once.
   * @param feeds in the order of its inputs
   * @param places memory for its outputs, in their order; undefined for new memory of the device
   * @returns the outputs; those on the device are to be disposed by whoever holds them last
   */
  run(feeds: readonly OrtTensor[], places: readonly (OrtTensor | undefined)[]): OrtTensor[] {
    const { functions } = library();
    const { inputNames, outputNames, address } = this.#session;
    const binding = this.#binding;
    try {
      for (const [at, { value }] of feeds.entries())
        check(functions, functions.BindInput(binding, inputNames[at]!, value));
      for (const [at, place] of places.entries())
        check(
          functions,
          place
            ? functions.BindOutput(binding, outputNames[at]!, place.value)
            : functions.BindOutputToDevice(binding, outputNames[at]!, this.#memory),
        );
      check(functions, functions.RunWithBinding(address, null, binding));
      check(functions, functions.SynchronizeBoundOutputs(binding));
      const values = this.#values();
      return places.map((place, at) => {
        if (!place) return OrtTensor.onDevice(values[at]!);
        functions.ReleaseValue(values[at]!);
        return place;
      });
    } finally {
      functions.ClearBoundInputs(binding);
      functions.ClearBoundOutputs(binding);
    }
  }

  #values(): BigUint64Array {
    const { functions, allocator } = library();
    const list = new BigUint64Array(1);
    const count = new BigUint64Array(1);
    check(functions, functions.GetBoundOutputValues(this.#binding, allocator, list, count));
    try {
      return new BigUint64Array(bytesAt(list[0]!, 8 * Number(count[0])));
    } finally {
      check(functions, functions.AllocatorFree(allocator, list[0]!));
    }
  }

  /** Frees the binding, not the session. */
  release(): void {
    if (this.#released) return;
    this.#released = true;
    const { functions } = library();
    functions.ReleaseIoBinding(this.#binding);
    functions.ReleaseMemoryInfo(this.#memory);
  }
}

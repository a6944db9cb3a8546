import { type DeviceBinding, deviceBinding } from '../../runtime/binding.ts';
import { nextTurn, OrtSession } from '../../runtime/session.ts';
import type { SessionOptions } from '../../runtime/session-options.ts';
import type { OrtTensor } from '../../runtime/tensor.ts';
import { encodeModel } from '../graph/encode.ts';
import type { Graph } from '../graph/graph.ts';
import { arrayOf } from '../graph/record.ts';
import { ortTensor } from '../store.ts';

/** A compiled step: outputs are written into memory handed to each run, or stay on the device. */
export class StepSession {
  readonly #session: OrtSession;
  readonly #binding: DeviceBinding | undefined;
  readonly #graph: Graph;
  /** Outputs from here on are kept where the session computes; those before are read back. */
  readonly #kept: number;
  readonly #all: readonly number[];

  private constructor(session: OrtSession, binding: DeviceBinding | undefined, graph: Graph, kept: number) {
    this.#session = session;
    this.#binding = binding;
    this.#graph = graph;
    this.#kept = kept;
    this.#all = graph.outputs.map((_, index) => index);
  }

  /** @param kept index of the first output that is not read back. */
  static async compile(graph: Graph, kept: number, options: SessionOptions): Promise<StepSession> {
    const session = await OrtSession.create(encodeModel(graph), options);
    return new StepSession(session, deviceBinding(session, options.provider), graph, kept);
  }

  /**
   * Runs one turn of the event loop later.
   * @param feeds in the order of the graph's inputs.
   * @param memory for a kept output, in the shape the graph gives it. Not asked for on a device.
   */
  async run(feeds: readonly OrtTensor[], memory: (output: number) => OrtTensor): Promise<OrtTensor[]> {
    await nextTurn();
    const { outputs } = this.#graph;
    const places = outputs.map(({ shape, type, size }, index) => {
      if (index < this.#kept) return ortTensor(arrayOf(type, size), shape, type);
      return this.#binding ? undefined : memory(index);
    });
    return this.#binding
      ? this.#binding.run(feeds, places)
      : this.#session.runInOrder(feeds, this.#all, places);
  }

  async release(): Promise<void> {
    this.#binding?.release();
    await this.#session.release();
  }
}

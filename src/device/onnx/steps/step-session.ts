import { InferenceSession, type OnnxValue, type Tensor as OrtTensor } from 'onnxruntime-node';
import { encodeModel, guardName, inputName, outputName } from '../graph/encode.ts';
import type { Graph } from '../graph/graph.ts';
import type { Target } from '../graph/kernel.ts';
import { arrayOf } from '../graph/record.ts';
import { ortTensor } from '../store.ts';

/**
 * What onnxruntime-node says when it comes to the guard. Having run a session, it copies every output into a new array,
 * those too that were written where the caller wanted them; for weights and moments that is as much work as the
 * optimizer's. A sequence it cannot convert at all: put first among the outputs, it ends the conversion, when all
 * outputs have been written in their places already.
 */
const guardMet = 'Non tensor type';

/** A compiled step: outputs are written into memory handed to each run, or stay on the GPU. */
export class StepSession {
  readonly #session: InferenceSession;
  readonly #graph: Graph;
  /** Outputs from here on are kept where the session computes; those before are read back. */
  readonly #kept: number;
  readonly #guarded: boolean;

  private constructor(session: InferenceSession, graph: Graph, kept: number, guarded: boolean) {
    this.#session = session;
    this.#graph = graph;
    this.#kept = kept;
    this.#guarded = guarded;
  }

  /** @param kept index of the first output that is not read back. */
  static async compile(
    graph: Graph,
    kept: number,
    target: Target,
    options: InferenceSession.SessionOptions,
  ): Promise<StepSession> {
    // Only the WebGPU provider can hand values on without their leaving the GPU.
    const guarded = target !== 'webgpu';
    const location = (index: number) => (guarded || index < kept ? 'cpu' : 'gpu-buffer');
    const session = await InferenceSession.create(encodeModel(graph, { guarded }), {
      ...options,
      ...(!guarded && {
        preferredOutputLocation: Object.fromEntries(
          graph.outputs.map((_, index) => [outputName(index), location(index) as 'cpu']),
        ),
      }),
    });
    return new StepSession(session, graph, kept, guarded);
  }

  /**
   * @param feeds in the order of the graph's inputs.
   * @param memory for a kept output, in the shape the graph gives it. Not asked for on a GPU.
   */
  async run(feeds: readonly OrtTensor[], memory: (output: number) => OrtTensor): Promise<OrtTensor[]> {
    const named = Object.fromEntries(feeds.map((tensor, index) => [inputName(index), tensor]));
    const { outputs } = this.#graph;
    if (!this.#guarded) {
      const results = await this.#session.run(named);
      return outputs.map((_, index) => results[outputName(index)] as OrtTensor);
    }
    const results = outputs.map(({ shape, type, size }, index) =>
      index < this.#kept ? ortTensor(arrayOf(type, size), shape, type) : memory(index),
    );
    const fetches: Record<string, OnnxValue | null> = { [guardName]: null };
    results.forEach((tensor, index) => {
      fetches[outputName(index)] = tensor;
    });
    try {
      await this.#session.run(named, fetches);
    } catch (error) {
      if (!(error instanceof Error) || !error.message.startsWith(guardMet)) throw error;
    }
    return results;
  }

  async release(): Promise<void> {
    await this.#session.release();
  }
}

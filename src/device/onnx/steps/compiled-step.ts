import type { CompiledStep } from '../../device.ts';
import type { OnnxBackend } from '../backend.ts';
import type { VariableBuffers } from '../variables.ts';
import { RecordedStep, type StepFunction, type StepInputs, type StepOutputs } from './recorded-step.ts';

/** A step that is recorded once per combination of input shapes and replayed as one session run. */
export class OnnxCompiledStep<Output extends string> implements CompiledStep<Output> {
  readonly #backend: OnnxBackend;
  readonly #buffers: VariableBuffers;
  readonly #step: StepFunction<Output>;
  readonly #recorded = new Map<string, RecordedStep<Output>>();
  #names: string[] | undefined;
  #disposed = false;

  constructor(backend: OnnxBackend, buffers: VariableBuffers, step: StepFunction<Output>) {
    this.#backend = backend;
    this.#buffers = buffers;
    this.#step = step;
  }

  /** How many combinations of shapes have been recorded. */
  get recordings(): number {
    return this.#recorded.size;
  }

  async run(inputs: StepInputs): Promise<StepOutputs<Output>> {
    if (this.#disposed) throw new Error('This compiled step has been disposed.');
    if (this.#backend.recording)
      throw new Error('A compiled step cannot run inside a step that is being recorded.');
    return this.#backend.exclusive(async () => {
      const key = this.#check(inputs);
      let recorded = this.#recorded.get(key);
      if (!recorded) {
        recorded = await RecordedStep.record(this.#backend, this.#buffers, this.#step, inputs);
        this.#recorded.set(key, recorded);
      } else {
        await this.#backend.flushNow();
      }
      return recorded.run(inputs);
    });
  }

  /** @returns the key of this combination of shapes. */
  #check(inputs: StepInputs): string {
    const names = Object.keys(inputs).sort();
    const described = names.map((name) => {
      const { data, shape, dtype } = inputs[name]!;
      const size = shape.reduce((product, length) => product * length, 1);
      if (data.length !== size)
        throw new Error(`Input '${name}' of shape [${shape}] needs ${size} numbers, not ${data.length}.`);
      return `${name}:${dtype}`;
    });
    this.#names ??= described;
    if (described.join() !== this.#names.join())
      throw new Error(
        `A compiled step takes the same inputs at each run: first (${this.#names.join(', ')}), now (${described.join(', ')}).`,
      );
    return names.map((name) => inputs[name]!.shape.join('x')).join(';');
  }

  dispose(): void {
    this.#disposed = true;
    const recorded = [...this.#recorded.values()];
    this.#recorded.clear();
    void this.#backend.exclusive(async () => {
      for (const step of recorded) await step.release();
    });
  }
}

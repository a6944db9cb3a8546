import type { HostTensor, Tensors } from '../../device.ts';
import type { OrtTensor } from '../../runtime/tensor.ts';
import { tf } from '../../tensorflow.ts';
import type { OnnxBackend } from '../backend.ts';
import { blockRows } from '../blocking/block-rows.ts';
import { wholeData } from '../graph/encode.ts';
import { type Graph, graphOf } from '../graph/graph.ts';
import { type HostArray, sameShape, sizeOf, Value } from '../graph/value.ts';
import { optimise } from '../optimise/optimise.ts';
import { ortTensor } from '../store.ts';
import { liveVariables, part, setVariable, type VariableBuffers } from '../variables.ts';
import { StepSession } from './step-session.ts';

type Source =
  | { readonly kind: 'input'; readonly name: string }
  | { readonly kind: 'host'; readonly index: number }
  | { readonly kind: 'variable'; readonly variable: tf.Variable }
  | { readonly kind: 'held'; readonly tensor: OrtTensor };

export type StepFunction<Output extends string> = (inputs: Tensors) => Record<Output, tf.Tensor>;

export type StepInputs = Readonly<Record<string, HostTensor>>;

export type StepOutputs<Output extends string> = Record<Output, Float32Array | Int32Array | Uint8Array>;

/** A step recorded for one combination of input shapes: a session, and where its inputs come from and outputs go. */
export class RecordedStep<Output extends string> {
  readonly #backend: OnnxBackend;
  readonly #buffers: VariableBuffers;
  readonly #session: StepSession;
  readonly #sources: readonly Source[];
  readonly #hostInputs: readonly { readonly value: Value; readonly fill: () => HostArray }[];
  readonly #outputNames: readonly Output[];
  readonly #assigned: readonly tf.Variable[];
  /** As the session gives the new values: blocked values have other shapes of the same size. */
  readonly #assignedShapes: readonly (readonly number[])[];

  private constructor(
    backend: OnnxBackend,
    buffers: VariableBuffers,
    session: StepSession,
    recorded: Recorded<Output>,
    sources: readonly Source[],
    graph: Graph,
  ) {
    this.#backend = backend;
    this.#buffers = buffers;
    this.#session = session;
    this.#sources = sources;
    this.#hostInputs = recorded.hostInputs;
    this.#outputNames = recorded.outputs.map(([name]) => name);
    this.#assigned = recorded.assignments.map(([variable]) => variable);
    this.#assignedShapes = graph.outputs.slice(recorded.outputs.length).map(({ shape }) => shape);
  }

  /** Runs the step's JavaScript once, computing nothing, and compiles what it recorded. Call while exclusive. */
  static async record<Output extends string>(
    backend: OnnxBackend,
    buffers: VariableBuffers,
    step: StepFunction<Output>,
    inputs: StepInputs,
  ): Promise<RecordedStep<Output>> {
    await backend.flushNow();
    const recorded = record(backend, step, inputs);
    const results = [
      ...recorded.outputs.map(([, value]) => value),
      ...recorded.assignments.map(([, value]) => value),
    ];
    const optimised = optimise(graphOf(results));
    const graph = backend.blocking ? blockRows(optimised, backend.blocking) : optimised;
    const sources = graph.inputs.map((value) => recorded.sources.get(value) ?? held(value));
    const kept = recorded.outputs.length;
    const session = await StepSession.compile(graph, kept, backend.sessionOptions);
    return new RecordedStep(backend, buffers, session, recorded, sources, graph);
  }

  /** Call while exclusive, with nothing pending. */
  async run(inputs: StepInputs): Promise<StepOutputs<Output>> {
    const { store } = this.#backend;
    const filled = this.#hostInputs.map(({ value, fill }) =>
      ortTensor(checkedFill(fill(), value), value.shape, value.type),
    );
    const feeds = this.#sources.map((source) => this.#feed(source, inputs, filled));
    const first = this.#outputNames.length;
    const results = await this.#session.run(feeds, (output) =>
      this.#buffers.take(this.#assigned[output - first]!, this.#assignedShapes[output - first]!),
    );

    this.#assigned.forEach((variable, index) => {
      const value = new Value(variable.shape, variable.dtype as 'float32');
      value.stored = shaped(results[first + index]!, variable.shape);
      const before = store.get(variable.dataId)!;
      const shared = store.references(variable.dataId) > 1;
      setVariable(this.#backend, variable, value);
      if (!shared) this.#buffers.giveBack(variable, before);
    });
    return Object.fromEntries(
      this.#outputNames.map((name, index) => [name, results[index]!.data]),
    ) as StepOutputs<Output>;
  }

  #feed(source: Source, inputs: StepInputs, filled: readonly OrtTensor[]): OrtTensor {
    if (source.kind === 'held') return source.tensor;
    if (source.kind === 'host') return filled[source.index]!;
    if (source.kind === 'input') {
      const { data, shape, dtype } = inputs[source.name]!;
      return ortTensor(data, shape, dtype);
    }
    const value = source.variable.isDisposed ? undefined : this.#backend.store.get(source.variable.dataId);
    if (value?.constant) intoMemory(value);
    if (!value?.stored)
      throw new Error(
        `The variable '${source.variable.name}' that a compiled step reads was disposed or moved to another device. Compile the step anew.`,
      );
    return value.stored;
  }

  async release(): Promise<void> {
    await this.#session.release();
  }
}

interface Recorded<Output extends string> {
  readonly sources: ReadonlyMap<Value, Source>;
  readonly hostInputs: readonly { readonly value: Value; readonly fill: () => HostArray }[];
  readonly outputs: readonly (readonly [Output, Value])[];
  readonly assignments: readonly (readonly [tf.Variable, Value])[];
}

/** Runs the step with placeholders in the place of inputs and of the values of variables, and puts these back. */
export function record<Output extends string>(
  backend: OnnxBackend,
  step: StepFunction<Output>,
  inputs: StepInputs,
): Recorded<Output> {
  const { store } = backend;
  const sources = new Map<Value, Source>();
  const variables = liveVariables(backend);
  for (const variable of variables) part(backend, variable);
  const placeholders = new Map<tf.DataId, Value>();
  const originals = new Map<tf.DataId, Value>();
  for (const variable of variables) {
    const original = store.get(variable.dataId)!;
    originals.set(variable.dataId, original);
    const placeholder = new Value(variable.shape, original.type);
    placeholders.set(variable.dataId, placeholder);
    sources.set(placeholder, { kind: 'variable', variable });
  }
  const idsBefore = new Map(variables.map((variable) => [variable, variable.dataId]));
  for (const [id, placeholder] of placeholders) store.replace(id, placeholder);

  const assignments: [tf.Variable, Value][] = [];
  const outputs: [Output, Value][] = [];
  const recording = backend.record((recording) => {
    try {
      tf.tidy(() => {
        const tensors: Tensors = {};
        for (const [name, { shape, dtype }] of Object.entries(inputs)) {
          const value = new Value(shape, dtype);
          if (value.size === 0) value.constant = { data: new Float32Array(0) };
          sources.set(value, { kind: 'input', name });
          tensors[name] = backend.tensor(value);
        }
        const results = step(tensors);
        for (const name of Object.keys(results) as Output[])
          outputs.push([name, backend.graphValue(results[name])]);
      });
      refuseNewVariables(backend, variables);
      for (const [variable, id] of idsBefore) {
        if (variable.isDisposed || variable.dataId === id) continue;
        const value = backend.graphValue(variable);
        if (value !== placeholders.get(id)) assignments.push([variable, value]);
      }
    } finally {
      for (const [id, original] of originals) if (store.has(id)) store.replace(id, original);
      for (const [variable, id] of idsBefore)
        if (!variable.isDisposed && variable.dataId !== id)
          setVariable(backend, variable, originals.get(id)!);
    }
    return recording;
  });
  recording.hostInputs.forEach(({ value }, index) => {
    sources.set(value, { kind: 'host', index });
  });
  return { sources, hostInputs: recording.hostInputs, outputs, assignments };
}

function refuseNewVariables(backend: OnnxBackend, known: readonly tf.Variable[]): void {
  const before = new Set(known);
  const made = liveVariables(backend).filter((variable) => !before.has(variable));
  if (made.length === 0) return;
  const names = made.map(({ name }) => `'${name}'`).join(', ');
  for (const variable of made) variable.dispose();
  throw new Error(
    `A compiled step must not create variables, and made ${names}. Create them before the first run.`,
  );
}

/** Turns a constant, such as a variable's initial zeros, into memory that can be fed. */
function intoMemory(value: Value): void {
  value.stored = ortTensor(wholeData(value).slice(), value.shape, value.type);
  value.constant = undefined;
}

/** A tensor that was made before the step and is not a variable: its value stays what it was when recorded. */
function held(value: Value): Source {
  if (!value.stored) throw new Error('A compiled step used a tensor that has no value.');
  value.escaped = true;
  return { kind: 'held', tensor: value.stored };
}

function shaped(tensor: OrtTensor, shape: readonly number[]): OrtTensor {
  if (sameShape(tensor.dims, shape)) return tensor;
  return ortTensor(tensor.data as HostArray, shape, tensor.type as 'float32');
}

function checkedFill(data: HostArray, value: Value): HostArray {
  if (data.length !== sizeOf(value.shape))
    throw new Error(`A host input of shape [${value.shape}] was filled with ${data.length} numbers.`);
  return data;
}

import { nextTurn } from '../runtime/session.ts';
import type { SessionOptions } from '../runtime/session-options.ts';
import type { OrtTensor } from '../runtime/tensor.ts';
import { tf } from '../tensorflow.ts';
import type { BlockingOptions } from './blocking/block-rows.ts';
import { Downloads } from './downloads.ts';
import { encodeModel, wholeData } from './graph/encode.ts';
import { type Graph, graphOf, structureKey } from './graph/graph.ts';
import type { Kernel, Target } from './graph/kernel.ts';
import { arrayOf, reshape } from './graph/record.ts';
import { type HostArray, Value } from './graph/value.ts';
import { optimise } from './optimise/optimise.ts';
import { SessionCache } from './steps/session-cache.ts';
import { copiedArray, ortTensor, Store, storedValue } from './store.ts';

export interface OnnxBackendOptions {
  readonly target: Target;
  /** For every session of this backend. */
  readonly session: SessionOptions;
  /** For compiled steps: run chains of operators block by block. */
  readonly blocking?: BlockingOptions;
  /** How many sessions of eagerly recorded graphs are kept. */
  readonly sessionLimit?: number;
}

/** What is collected while a step is recorded, beside its graph. */
export interface Recording {
  /** Leaves to be refilled at each replay. */
  readonly hostInputs: { readonly value: Value; readonly fill: () => HostArray }[];
}

/**
 * A TensorFlow.js backend whose kernels record ONNX nodes. When a value is read, everything recorded and still alive is
 * cut into one graph, a session is compiled for its structure unless there is one already, and run.
 */
export class OnnxBackend extends tf.KernelBackend {
  readonly target: Target;
  readonly sessionOptions: SessionOptions;
  readonly sessions: SessionCache;
  readonly store = new Store();
  readonly blocking: BlockingOptions | undefined;
  #recording: Recording | undefined;
  #lastTask: Promise<unknown> = Promise.resolve();
  readonly #downloads: Downloads;

  constructor({ target, session, blocking, sessionLimit = 128 }: OnnxBackendOptions) {
    super();
    this.target = target;
    this.blocking = blocking;
    this.sessionOptions = session;
    this.sessions = new SessionCache(sessionLimit);
    this.#downloads = new Downloads((values) => this.exclusive(() => this.#download(values)));
  }

  // Kernels

  runKernel(
    kernel: Kernel,
    inputs: Readonly<Record<string, tf.TensorInfo | undefined>>,
    attributes: unknown,
  ): tf.TensorInfo | tf.TensorInfo[] {
    const values = (Array.isArray(inputs) ? [] : {}) as Record<string, Value | undefined>;
    for (const name of Object.keys(inputs)) {
      const info = inputs[name];
      values[name] = info ? this.graphValue(info) : undefined;
    }
    const made = kernel(values, attributes ?? {}, this.target);
    const infos = Object.values(inputs);
    return made instanceof Value
      ? this.#result(made, infos)
      : made.map((value) => this.#result(value, infos));
  }

  /** A kernel that gives back an operand shares its data, as TensorFlow.js expects of Identity. */
  #result(value: Value, inputs: readonly (tf.TensorInfo | undefined)[]): tf.TensorInfo {
    for (const info of inputs) {
      if (!info || this.store.get(info.dataId) !== value) continue;
      this.store.retain(info.dataId);
      return { dataId: info.dataId, shape: [...value.shape], dtype: info.dtype };
    }
    return this.#info(value);
  }

  /** The graph value behind a tensor, for use in a graph. */
  graphValue(info: tf.TensorInfo): Value {
    const value = this.#get(info.dataId);
    if (value.stored) value.escaped = true;
    return reshape(value, info.shape);
  }

  /** A tensor for a graph value, disposed with the current tidy. */
  tensor(value: Value): tf.Tensor {
    return tf.engine().makeTensorFromTensorInfo(this.#info(value), this);
  }

  #info(value: Value): tf.TensorInfo {
    return { dataId: this.store.add(value), shape: [...value.shape], dtype: value.type as tf.DataType };
  }

  #get(id: tf.DataId): Value {
    if (!this.store.has(id)) tf.engine().moveData(this, id);
    return this.store.get(id)!;
  }

  // Recording of steps

  get recording(): Recording | undefined {
    return this.#recording;
  }

  /** Runs `record` with values written meanwhile becoming constants, and reads refused. */
  record<Result>(record: (recording: Recording) => Result): Result {
    if (this.#recording) throw new Error('A compiled step cannot be recorded inside another one.');
    const recording: Recording = { hostInputs: [] };
    this.#recording = recording;
    try {
      return record(recording);
    } finally {
      this.#recording = undefined;
    }
  }

  // Running

  /** Runs tasks that use sessions one after another. */
  exclusive<Result>(task: () => Promise<Result>): Promise<Result> {
    const result = this.#lastTask.then(task, task);
    this.#lastTask = result.catch(() => undefined);
    return result;
  }

  /** Computes everything recorded so far whose tensors are still alive. */
  flush(): Promise<void> {
    return this.exclusive(() => this.flushNow());
  }

  /** {@link flush} for a task that is already exclusive. What cannot be computed throws when it is read. */
  async flushNow(): Promise<void> {
    const pending = this.store.pending();
    if (pending.length === 0) return;
    try {
      await this.#compute(pending);
    } catch {
      // One of them is to blame; the others must not suffer for it.
      for (const value of pending) {
        try {
          await this.#compute([value]);
        } catch (error) {
          value.failure = error;
        }
      }
    }
  }

  async #compute(values: readonly Value[]): Promise<void> {
    const outputs = await this.#run(graphOf(values));
    values.forEach((value, index) => {
      value.stored = outputs[index]!;
      value.node = undefined;
    });
  }

  /** Runs a graph through the session cache. @returns its outputs, in JavaScript memory. */
  async #run(graph: Graph): Promise<OrtTensor[]> {
    const key = structureKey(graph);
    const session = await this.sessions.get(
      key,
      () => encodeModel({ ...optimise(graph), inputs: graph.inputs }),
      this.sessionOptions,
    );
    await nextTurn();
    return session.runInOrder(
      graph.inputs.map(({ stored }) => stored!),
      graph.outputs.map((_, index) => index),
      graph.outputs.map(({ shape, type, size }) => ortTensor(arrayOf(type, size), shape, type)),
    );
  }

  /** The numbers of something that lies in memory, wherever that is. Call while exclusive. */
  async broughtOver(value: Value): Promise<HostArray> {
    if (value.stored!.location === 'cpu') return value.stored!.data as HostArray;
    const [data] = await this.#download([value]);
    return data!;
  }

  async #download(values: readonly Value[]): Promise<HostArray[]> {
    const outputs = await this.#run({ nodes: [], inputs: values, constants: [], outputs: values });
    return outputs.map((output) => output.data as HostArray);
  }

  // TensorStorage

  override write(values: tf.BackendValues, shape: number[], dtype: tf.DataType): tf.DataId {
    return this.store.add(this.#written(values, shape, dtype));
  }

  override move(
    id: tf.DataId,
    values: tf.BackendValues,
    shape: number[],
    dtype: tf.DataType,
    references: number,
  ): void {
    this.store.set(id, this.#written(values, shape, dtype), references);
  }

  #written(values: tf.BackendValues, shape: readonly number[], dtype: tf.DataType): Value {
    const data = copiedArray(values as ArrayLike<number>, dtype);
    const type = dtype as 'float32' | 'int32' | 'bool';
    if (!this.#recording && data.length > 0) return storedValue(data, shape, type);
    const value = new Value(shape, type);
    value.constant = { data: isRepetition(data) ? data.slice(0, 1) : data };
    return value;
  }

  override async read(id: tf.DataId): Promise<tf.BackendValues> {
    this.#refuseWhileRecording();
    let value = this.#get(id);
    if (value.node) await this.flush();
    // A variable may have got a new value meanwhile.
    value = this.store.get(id) ?? value;
    if (value.failure !== undefined) throw value.failure;
    if (value.stored && value.stored.location !== 'cpu') {
      return (await this.#downloads.read(value)) as tf.BackendValues;
    }
    return hostData(value) as tf.BackendValues;
  }

  /** Sessions run asynchronously, so only what has been computed and lies in JavaScript memory can be read at once. */
  override readSync(id: tf.DataId): tf.BackendValues {
    this.#refuseWhileRecording();
    const value = this.#get(id);
    if (value.node || (value.stored && value.stored.location !== 'cpu'))
      throw new Error(
        'This tensor has not been brought to JavaScript memory yet. ' +
          'Use `await tensor.data()` (or array()) instead of dataSync() and arraySync().',
      );
    return hostData(value) as tf.BackendValues;
  }

  #refuseWhileRecording(): void {
    if (this.#recording)
      throw new Error(
        'A compiled step must not read tensors: return what is to be read, and let control flow depend on shapes only.',
      );
  }

  override disposeData(id: tf.DataId, force = false): boolean {
    return this.store.release(id, force);
  }

  override refCount(id: tf.DataId): number {
    return this.store.references(id);
  }

  override incRef(id: tf.DataId): void {
    this.store.retain(id);
  }

  override numDataIds(): number {
    return this.store.size;
  }

  override memory(): { unreliable: boolean } {
    return { unreliable: false };
  }

  override floatPrecision(): 32 {
    return 32;
  }

  override timerAvailable(): boolean {
    return false;
  }

  override async time(run: () => void): Promise<{ kernelMs: number }> {
    const start = performance.now();
    run();
    await this.flush();
    return { kernelMs: performance.now() - start };
  }

  override dispose(): void {
    this.store.clear();
    void this.exclusive(() => this.sessions.dispose());
  }
}

function hostData(value: Value): HostArray {
  if (value.constant) return wholeData(value).slice();
  value.escaped = true;
  return value.stored!.data as HostArray;
}

function isRepetition(data: HostArray): boolean {
  const first = data[0]!;
  return data.length > 0 && data.every((element) => Object.is(element, first));
}

import type { ElementType } from './element-types.ts';
import { addressOf, check, library, made, type Pointer, textAt } from './library.ts';
import { type SessionOptions, withOptions } from './session-options.ts';
import { copied, describeTensor, type OrtTensor } from './tensor.ts';

/** What a session says of one of its inputs. */
export interface InputDescription {
  readonly type: ElementType;
  /** Axes that are open are −1. */
  readonly dims: readonly number[];
}

/** Memory to write an output into; undefined where the library takes its own and a copy is wanted. */
export type Targets = Readonly<Record<string, OrtTensor | undefined>>;

/** A model that ONNX Runtime runs. Sessions run on the thread that asks, one turn of the event loop later. */
export class OrtSession {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  readonly #inputs: Names;
  readonly #outputs: Names;
  #session: Pointer | undefined;

  private constructor(session: Pointer) {
    this.#session = session;
    this.#inputs = namesOf(session, 'Input');
    this.#outputs = namesOf(session, 'Output');
    this.inputNames = this.#inputs.names;
    this.outputNames = this.#outputs.names;
  }

  /**
   * @param model an encoded ModelProto, or the path of a file with one
   * @throws Error with what ONNX Runtime says if it does not take the model or an option
   */
  static async create(model: Uint8Array | string, options: SessionOptions = {}): Promise<OrtSession> {
    await nextTurn();
    const { functions, environment } = library();
    return new OrtSession(
      withOptions(options, (native) =>
        typeof model === 'string'
          ? made(functions, 'CreateSession', environment, model, native)
          : made(functions, 'CreateSessionFromArray', environment, model, model.byteLength, native),
      ),
    );
  }

  /** The address of the session in the library. @throws Error if it has been released */
  get address(): Pointer {
    if (this.#session === undefined) throw new Error('This session has been released.');
    return this.#session;
  }

  /**
   * @param feeds tensors by the names of all inputs
   * @param targets by the names of the outputs to compute; left out: all, as copies
   * @returns the outputs by name: the tensors given as targets, or copies
   */
  async run(
    feeds: Readonly<Record<string, OrtTensor>>,
    targets?: Targets,
  ): Promise<Record<string, OrtTensor>> {
    await nextTurn();
    const { names } = this.#outputs;
    const wanted = targets ? Object.keys(targets) : names;
    const results = this.runInOrder(
      this.#inputs.names.map((name) => {
        const fed = feeds[name];
        if (!fed) throw new Error(`The input '${name}' of the model is missing.`);
        return fed;
      }),
      wanted.map((name) => {
        const at = names.indexOf(name);
        if (at < 0) throw new Error(`The model has no output '${name}'.`);
        return at;
      }),
      wanted.map((name) => targets?.[name]),
    );
    return Object.fromEntries(wanted.map((name, at) => [name, results[at]!]));
  }

  /**
   * Runs at once, without names to look up.
   * @param feeds in the order of {@link inputNames}
   * @param wanted places of outputs among {@link outputNames}
   * @param targets memory for them, or undefined for a copy
   */
  runInOrder(
    feeds: readonly OrtTensor[],
    wanted: readonly number[],
    targets: readonly (OrtTensor | undefined)[],
  ): OrtTensor[] {
    const { functions } = library();
    const inputs = BigUint64Array.from(feeds, ({ value }) => value);
    const outputs = BigUint64Array.from(targets, (target) => target?.value ?? 0n);
    const outputNames = BigUint64Array.from(wanted, (at) => this.#outputs.addresses[at]!);
    check(
      functions,
      functions.Run(
        ...[this.address, null],
        ...[this.#inputs.addresses, inputs, feeds.length],
        ...[outputNames, wanted.length, outputs],
      ),
    );
    return targets.map((target, at) => target ?? copied(outputs[at]!));
  }

  /** @returns undefined for an input that is no tensor */
  describeInput(name: string): InputDescription | undefined {
    const at = this.inputNames.indexOf(name);
    if (at < 0) return undefined;
    const { functions } = library();
    const information = made(functions, 'SessionGetInputTypeInfo', this.address, at);
    try {
      const tensor = made(functions, 'CastTypeInfoToTensorInfo', information);
      return tensor === 0n ? undefined : describeTensor(tensor);
    } finally {
      functions.ReleaseTypeInfo(information);
    }
  }

  /** Frees what it holds. A second call does nothing. */
  async release(): Promise<void> {
    if (this.#session === undefined) return;
    library().functions.ReleaseSession(this.#session);
    this.#session = undefined;
  }
}

/** Lets what waits be heard before a session holds the thread. */
export const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve));

interface Names {
  readonly names: readonly string[];
  /** Where each lies as text that ends with a zero byte. */
  readonly addresses: BigUint64Array;
  /** Held, so that the addresses stay good. */
  readonly texts: Buffer;
}

function namesOf(session: Pointer, which: 'Input' | 'Output'): Names {
  const { functions, allocator } = library();
  const count = new BigUint64Array(1);
  check(functions, functions[`SessionGet${which}Count`](session, count));
  const names = Array.from({ length: Number(count[0]) }, (_, at) => {
    const name = made(functions, `SessionGet${which}Name`, session, at, allocator);
    try {
      return textAt(name);
    } finally {
      check(functions, functions.AllocatorFree(allocator, name));
    }
  });
  const texts = Buffer.from(`${names.join('\0')}\0`);
  const addresses = new BigUint64Array(names.length);
  let address = names.length > 0 ? addressOf(texts) : 0n;
  names.forEach((name, at) => {
    addresses[at] = address;
    address += BigInt(Buffer.byteLength(name) + 1);
  });
  return { names, addresses, texts };
}

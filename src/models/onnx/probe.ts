import { UserError } from '../../base/user-error.ts';
import type { ElementType } from '../../device/runtime/element-types.ts';
import { OrtSession } from '../../device/runtime/session.ts';
import type { SessionOptions } from '../../device/runtime/session-options.ts';
import { OrtTensor } from '../../device/runtime/tensor.ts';
import { halvesToFloats } from '../checkpoint/half-precision.ts';
import { type ElementKind, type Graph, readBy } from './graph.ts';
import { encodeGraph } from './inline.ts';
import type { OpenedGraph } from './reading/read-graph.ts';
import type { Roles } from './roles.ts';

/** Tried on more than one sample, so that the axis of the batch is told from others. */
export const probedBatch = 3;
/** Unlike usual widths, so that the axis of the length is told from others. */
export const probedLength = 11;

/** A value as ONNX Runtime computes it. */
export interface ProbedValue {
  readonly shape: readonly number[];
  readonly kind: ElementKind;
  readonly data: ArrayLike<number | bigint>;
}

/** One batch of samples that a graph is tried on. */
export interface ProbeSample {
  readonly batch: number;
  /** Tokens of a text. */
  readonly length: number;
  /** Token ids, row-major; left out: zeros. */
  readonly ids?: ArrayLike<number>;
  /** 1 for real tokens, 0 for padding, row-major; left out: all are real. */
  readonly mask?: ArrayLike<number>;
  /** 0 or 1 by which of two texts a token is of, row-major; left out: zeros. */
  readonly segments?: ArrayLike<number>;
  /** [height, width, channels] */
  readonly image?: readonly [number, number, number];
  /** (batch, height, width, channels); left out: zeros. */
  readonly pixels?: Float32Array;
}

/** Runs a graph as it is, by ONNX Runtime on the processor. */
export class GraphSession {
  readonly #session: OrtSession;
  readonly #graph: Graph;
  readonly #roles: Roles;

  private constructor(session: OrtSession, graph: Graph, roles: Roles) {
    this.#session = session;
    this.#graph = graph;
    this.#roles = roles;
  }

  /**
   * @param further values to read beside the outputs and the answer
   * @param options of the session; left out: one thread, and no optimization that changes values
   * @throws UserError if ONNX Runtime does not take the graph
   */
  static async open(
    { graph, proto }: OpenedGraph,
    roles: Roles,
    further: readonly string[],
    options: SessionOptions = { graphOptimizationLevel: 'basic', intraOpNumThreads: 1 },
  ): Promise<GraphSession> {
    try {
      const session = await OrtSession.create(
        encodeGraph(proto, graph, new Map(), [...new Set([...further, roles.answer])]),
        { ...options, logSeverityLevel: 4 },
      );
      return new GraphSession(session, graph, roles);
    } catch (error) {
      throw new UserError(`${graph.file} cannot be opened by ONNX Runtime: ${reason(error)}`, {
        remedy: 'Check the export by onnxruntime in Python, and use operators of ONNX only.',
        place: graph.file,
      });
    }
  }

  /**
   * @param names of the values to compute; left out: all that can be read
   * @throws UserError if the graph does not take such a sample
   */
  async run(
    sample: ProbeSample,
    names: readonly string[] = this.#session.outputNames,
  ): Promise<Map<string, ProbedValue>> {
    let found: Record<string, OrtTensor>;
    try {
      found = await this.#session.run(
        this.#feeds(sample),
        Object.fromEntries(names.map((name) => [name, undefined])),
      );
    } catch (error) {
      const { file } = this.#graph;
      const what = sample.image ? `images of ${sample.image.join('×')}` : `texts of ${sample.length} tokens`;
      throw new UserError(`${file} does not run on ${sample.batch} ${what}: ${reason(error)}`, {
        remedy:
          'Export it with open axes for the batch and the length, and check it by onnxruntime in Python.',
        place: file,
      });
    }
    return new Map(
      Object.entries(found).map(([name, { dims, type, data }]) => [
        name,
        {
          shape: dims,
          kind: kindOf(type),
          data:
            type === 'float16' ? halvesToFloats(data as Uint16Array) : (data as ArrayLike<number | bigint>),
        },
      ]),
    );
  }

  async release(): Promise<void> {
    await this.#session.release();
  }

  #feeds(sample: ProbeSample): Record<string, OrtTensor> {
    const { inputs, channelsLast, past = [], usesPast } = this.#roles;
    const { batch, length, image } = sample;
    const feeds: Record<string, OrtTensor> = {};
    const whole = (name: string, value: (at: number) => number) => {
      const type = this.#typeOf(name);
      const count = batch * length;
      const values = Array.from({ length: count }, (_, at) => value(at));
      const data =
        type === 'int64'
          ? BigInt64Array.from(values, BigInt)
          : type === 'int32'
            ? Int32Array.from(values)
            : type === 'bool'
              ? Uint8Array.from(values)
              : Float32Array.from(values);
      feeds[name] = new OrtTensor(type, data, [batch, length]);
    };
    for (const { name, heads, size } of past) feeds[name] = this.#none(name, [batch, heads, 0, size]);
    if (usesPast) feeds[usesPast] = new OrtTensor('bool', Uint8Array.of(0), [1]);
    if (inputs.ids) whole(inputs.ids, (at) => sample.ids?.[at] ?? 0);
    if (inputs.mask) whole(inputs.mask, (at) => sample.mask?.[at] ?? 1);
    if (inputs.segments) whole(inputs.segments, (at) => sample.segments?.[at] ?? 0);
    if (inputs.positions) whole(inputs.positions, (at) => at % length);
    if (inputs.pixels && image) {
      const [height, width, channels] = image;
      const pixels = sample.pixels ?? new Float32Array(batch * height * width * channels);
      feeds[inputs.pixels] = channelsLast
        ? new OrtTensor('float32', pixels, [batch, height, width, channels])
        : new OrtTensor('float32', planes(pixels, batch, image), [batch, channels, height, width]);
    }
    return feeds;
  }

  #none(name: string, dims: readonly number[]): OrtTensor {
    return this.#typeOf(name) === 'float16'
      ? new OrtTensor('float16', new Uint16Array(0), dims)
      : new OrtTensor('float32', new Float32Array(0), dims);
  }

  #typeOf(name: string): ElementType {
    return this.#session.describeInput(name)?.type ?? 'int64';
  }
}

/** Images with their channels last, as planes of one channel each. */
function planes(
  pixels: Float32Array,
  batch: number,
  [height, width, channels]: readonly [number, number, number],
): Float32Array {
  const turned = new Float32Array(pixels.length);
  const places = height * width;
  for (let image = 0; image < batch; image++)
    for (let place = 0; place < places; place++)
      for (let channel = 0; channel < channels; channel++)
        turned[(image * channels + channel) * places + place] =
          pixels[(image * places + place) * channels + channel]!;
  return turned;
}

function kindOf(type: string): ElementKind {
  if (type === 'bool') return 'boolean';
  return type.startsWith('float') ? 'float' : 'integer';
}

/** The first line of what ONNX Runtime says. */
const reason = (error: unknown): string => {
  const [line = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
  return line.length > 400 ? `${line.slice(0, 400)}…` : line;
};

const looksUp = new Set(['Gather', 'GatherBlockQuantized']);

/** The table that tokens are looked up in, if the graph looks them up directly. */
export function embeddingRows(graph: Graph, ids: string): number | undefined {
  const same = new Set([ids]);
  const tables = new Map<string, string>();
  for (const node of graph.nodes) {
    if (node.operator === 'DequantizeLinear') tables.set(node.outputs[0]!, node.inputs[0]!);
    if (looksUp.has(node.operator) && same.has(node.inputs[1]!)) {
      const table = graph.tensors.get(tables.get(node.inputs[0]!) ?? node.inputs[0]!);
      // Quantized ones hold whole numbers.
      if (table && table.shape.length >= 2) return table.shape[0];
    }
    const [first] = readBy(node);
    if (
      first !== undefined &&
      same.has(first) &&
      /^(Cast|Reshape|Identity|Squeeze|Unsqueeze)$/.test(node.operator)
    )
      for (const name of node.outputs) same.add(name);
  }
  return undefined;
}

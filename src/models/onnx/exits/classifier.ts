import onnxProto, { type onnx } from 'onnx-proto';
import { nodeProto } from '../../../device/onnx/graph/node-proto.ts';
import type { Attributes } from '../../../device/onnx/graph/value.ts';
import type { Initializer } from '../../initialization.ts';
import type { GraphAttribute, GraphNode, GraphTensor } from '../graph.ts';
import { rawBytes } from '../reading/tensor-data.ts';

const { DataType } = onnxProto.onnx.TensorProto;

/** A weight of a classifier, and how it is drawn. */
export interface ExitWeight {
  readonly tensor: GraphTensor;
  readonly kind: 'parameter' | 'buffer';
  readonly initializer: Initializer;
}

/** Nodes and numbers that classify a value of a graph, in the form of the graph's file and in that of its reader. */
export interface ExitClassifier {
  readonly nodes: readonly GraphNode[];
  readonly protos: readonly onnx.INodeProto[];
  readonly weights: readonly ExitWeight[];
  readonly constants: readonly GraphTensor[];
  /** What it reads. */
  readonly state: string;
  /** The input that says which tokens are real. */
  readonly mask: string | undefined;
  /** (batch, classes) */
  readonly answer: string;
}

export interface ClassifierOptions {
  /** Name of the value that is classified. */
  readonly state: string;
  /** Its shape without the batch axis, channels last. */
  readonly shape: readonly number[];
  /** Of its maps, as the graph has them. */
  readonly channelsLast: boolean;
  /** Channels of separable convolutions that maps go through first. */
  readonly bottleneck: readonly number[];
  readonly classes: number;
  /** Of texts: the input that says which tokens are real. */
  readonly mask: string | undefined;
  /** Whether the graph computes in 16 bits anywhere: the classifier does not. */
  readonly half: boolean;
  /** Version of ONNX's own operators. */
  readonly opset: number;
  /** A name that the graph does not have yet. */
  readonly fresh: (name: string) => string;
}

/**
 * A linear layer on one vector per sample: the mean of the real tokens, or of all places. Maps go through a bottleneck
 * before, so that what is classified has the channels of the last ones (Zhang et al. 2019).
 */
export function exitClassifier(options: ClassifierOptions): ExitClassifier {
  const { state, shape, mask, half, classes } = options;
  const writer = new Writer(options);
  const floats = half ? writer.node('Cast', [state], { to: DataType.FLOAT }) : state;
  const vector = vectorOf(writer, floats, options);
  const width = shape.length === 3 ? (options.bottleneck.at(-1) ?? shape[2]!) : shape.at(-1)!;
  const answer = writer.node(
    'Gemm',
    [
      vector,
      writer.weight('classifier.weight', [classes, width], 'glorot'),
      writer.weight('classifier.bias', [classes], 'zeros'),
    ],
    { transB: 1 },
    'logits',
  );
  const { nodes, protos, weights, constants } = writer;
  return { nodes, protos, weights, constants, state, mask, answer };
}

/** (batch, width) of a state. */
function vectorOf(writer: Writer, state: string, options: ClassifierOptions): string {
  const { shape, mask, channelsLast, opset } = options;
  if (shape.length === 1) return state;
  if (shape.length === 2)
    return mask === undefined ? meanOf(writer, state, opset) : tokens(writer, state, mask, opset);
  const planes = channelsLast ? writer.node('Transpose', [state], { perm: [0, 3, 1, 2] }) : state;
  let [maps, channels] = [planes, shape[2]!];
  for (const [index, outputs] of options.bottleneck.entries()) {
    maps = separable(writer, `bottleneck.${index}`, maps, [channels, outputs]);
    channels = outputs;
  }
  return writer.node('Flatten', [writer.node('GlobalAveragePool', [maps])], { axis: 1 });
}

/** Mean over all places. */
function meanOf(writer: Writer, state: string, opset: number): string {
  if (opset < 18) return writer.node('ReduceMean', [state], { axes: [1], keepdims: 0 });
  return writer.node('ReduceMean', [state, writer.integers('axis', [1])], { keepdims: 0 });
}

/** Mean over the real tokens; of a text without any, nothing. */
function tokens(writer: Writer, state: string, mask: string, opset: number): string {
  const real = writer.node('Cast', [mask], { to: DataType.FLOAT });
  const count =
    opset < 13
      ? writer.node('ReduceSum', [real], { axes: [1], keepdims: 1 })
      : writer.node('ReduceSum', [real, writer.integers('axis', [1])], { keepdims: 1 });
  const least = writer.node('Max', [count, writer.constant('one', 'float', [], [1])]);
  const shares = writer.node('Reshape', [
    writer.node('Div', [real, least]),
    writer.integers('row', [0, 1, -1]),
  ]);
  return writer.node('Flatten', [writer.node('MatMul', [shares, state])], { axis: 1 });
}

/** As layers/separable.ts has it, with batch normalization. */
function separable(
  writer: Writer,
  name: string,
  maps: string,
  [inputs, outputs]: readonly [number, number],
): string {
  const apart = writer.node(
    'Conv',
    [maps, writer.weight(`${name}.depthwise.weight`, [inputs, 1, 3, 3], 'he')],
    {
      group: inputs,
      kernel_shape: [3, 3],
      pads: [1, 1, 1, 1],
      strides: [2, 2],
    },
  );
  const across = writer.node(
    'Conv',
    [apart, writer.weight(`${name}.pointwise.weight`, [outputs, inputs, 1, 1], 'he')],
    {
      kernel_shape: [1, 1],
    },
  );
  const ones = (part: string, kind?: 'buffer') =>
    writer.weight(`${name}.norm.${part}`, [outputs], 'ones', kind);
  const zeros = (part: string, kind?: 'buffer') =>
    writer.weight(`${name}.norm.${part}`, [outputs], 'zeros', kind);
  const normalized = writer.node(
    'BatchNormalization',
    [across, ones('weight'), zeros('bias'), zeros('running_mean', 'buffer'), ones('running_var', 'buffer')],
    { epsilon: { float: 1e-5 }, momentum: { float: 0.9 } },
  );
  return writer.node('Relu', [normalized]);
}

/** Puts nodes one after the other. */
class Writer {
  readonly nodes: GraphNode[] = [];
  readonly protos: onnx.INodeProto[] = [];
  readonly weights: ExitWeight[] = [];
  readonly constants: GraphTensor[] = [];
  readonly #fresh: (name: string) => string;

  constructor({ fresh }: Pick<ClassifierOptions, 'fresh'>) {
    this.#fresh = fresh;
  }

  /** @returns the name of what it gives */
  node(
    operator: string,
    inputs: readonly string[],
    attributes: Attributes = {},
    name = `exit.${operator}`,
  ): string {
    const output = this.#fresh(name);
    const known = new Map<string, GraphAttribute>();
    for (const [key, value] of Object.entries(attributes))
      known.set(key, typeof value === 'object' && 'float' in value ? value.float : value);
    this.nodes.push({ operator, domain: '', name: output, inputs, outputs: [output], attributes: known });
    this.protos.push({ ...nodeProto(operator, inputs, output, attributes), name: output });
    return output;
  }

  weight(
    name: string,
    shape: readonly number[],
    initializer: Initializer,
    kind: ExitWeight['kind'] = 'parameter',
  ): string {
    const size = shape.reduce((product, axis) => product * axis, 1);
    const tensor: GraphTensor = {
      name: this.#fresh(name),
      kind: 'float',
      stored: DataType.FLOAT,
      shape,
      data: new Float32Array(size),
    };
    this.weights.push({ tensor, kind, initializer });
    return tensor.name;
  }

  integers(name: string, values: readonly number[]): string {
    return this.constant(name, 'integer', [values.length], values);
  }

  constant(
    name: string,
    kind: 'float' | 'integer',
    shape: readonly number[],
    values: readonly number[],
  ): string {
    const stored = kind === 'float' ? DataType.FLOAT : DataType.INT64;
    const data = kind === 'float' ? Float32Array.from(values) : Float64Array.from(values);
    const tensor = { name: this.#fresh(`exit.${name}`), kind, stored, shape, data };
    this.constants.push(tensor);
    return tensor.name;
  }
}

/** Numbers as a file holds them. */
export const tensorProto = ({ name, shape, stored, data }: GraphTensor): onnx.ITensorProto => ({
  name,
  dims: [...shape],
  dataType: stored,
  rawData: rawBytes(data, stored),
});

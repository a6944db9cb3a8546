import onnxProto, { type onnx } from 'onnx-proto';

const { ModelProto, TensorProto } = onnxProto.onnx;

/** TensorProto.DataType; INT4 is newer than the package. */
export const elementType = {
  float32: TensorProto.DataType.FLOAT,
  uint8: TensorProto.DataType.UINT8,
  int8: TensorProto.DataType.INT8,
  bool: TensorProto.DataType.BOOL,
  int32: TensorProto.DataType.INT32,
  int64: TensorProto.DataType.INT64,
  float16: TensorProto.DataType.FLOAT16,
  int4: 22,
} as const;

export type ElementType = keyof typeof elementType;

/** The first operator set with 4-bit numbers and scales per block. */
const operatorSet = 21;
const irVersion = 10;

export interface Tensor {
  readonly type: ElementType;
  readonly shape: readonly number[];
  /** Little-endian, as in the file. */
  readonly bytes: Uint8Array;
}

/** An ONNX graph that can be changed: nodes in an order that can be run, and tensors that are part of it. */
export class EditableGraph {
  nodes: onnx.INodeProto[];
  readonly tensors = new Map<string, Tensor>();
  inputs: onnx.IValueInfoProto[];
  outputs: onnx.IValueInfoProto[];
  readonly #domains: readonly string[];
  #made = 0;

  /** @param model an encoded ModelProto */
  constructor(model: Uint8Array) {
    const { graph, opsetImport } = ModelProto.decode(model);
    this.nodes = graph!.node as onnx.INodeProto[];
    this.inputs = graph!.input as onnx.IValueInfoProto[];
    this.outputs = graph!.output as onnx.IValueInfoProto[];
    this.#domains = [...new Set([...opsetImport.map(({ domain }) => domain ?? ''), 'com.microsoft'])];
    for (const { name, dataType, dims, rawData } of graph!.initializer as onnx.ITensorProto[])
      this.tensors.set(name!, {
        type: typeNamed(dataType!),
        shape: dims!.map(Number),
        // Copied: elements must be aligned to be read as numbers.
        bytes: Uint8Array.from(rawData!),
      });
  }

  /** An unused name that tells what it is for. */
  fresh(purpose: string): string {
    return `${purpose}#${++this.#made}`;
  }

  addTensor(purpose: string, type: ElementType, shape: readonly number[], data: ArrayBufferView): string {
    const name = this.fresh(purpose);
    this.setTensor(name, type, shape, data);
    return name;
  }

  setTensor(name: string, type: ElementType, shape: readonly number[], data: ArrayBufferView): void {
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    this.tensors.set(name, { type, shape, bytes });
  }

  floats(name: string): Float32Array {
    const { bytes } = this.tensors.get(name)!;
    return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
  }

  /** Puts other nodes in the place of one. */
  replace(node: onnx.INodeProto, ...others: readonly onnx.INodeProto[]): void {
    this.nodes = this.nodes.flatMap((one) => (one === node ? others : [one]));
  }

  /** How many times a value is used. */
  uses(): Map<string, number> {
    const uses = new Map<string, number>();
    const count = (name: string) => uses.set(name, (uses.get(name) ?? 0) + 1);
    for (const node of this.nodes) for (const name of operandsOf(node)) count(name);
    for (const { name } of this.outputs) count(name!);
    return uses;
  }

  /** Drops nodes and tensors that nothing depends on. */
  prune(): void {
    const needed = new Set(this.outputs.map(({ name }) => name!));
    const kept: onnx.INodeProto[] = [];
    for (const node of this.nodes.toReversed()) {
      if (!node.output!.some((name) => needed.has(name))) continue;
      kept.push(node);
      for (const name of operandsOf(node)) needed.add(name);
    }
    this.nodes = kept.reverse();
    for (const name of this.tensors.keys()) if (!needed.has(name)) this.tensors.delete(name);
    this.inputs = this.inputs.filter(({ name }) => needed.has(name!));
  }

  /** Gives inputs and outputs the names by which users know them. */
  rename(names: ReadonlyMap<string, string>): void {
    const renamed = (name: string) => names.get(name) ?? name;
    this.nodes = this.nodes.map((node) => ({
      ...node,
      input: node.input!.map(renamed),
      output: node.output!.map(renamed),
    }));
    this.inputs = this.inputs.map((input) => ({ ...input, name: renamed(input.name!) }));
    this.outputs = this.outputs.map((output) => ({ ...output, name: renamed(output.name!) }));
  }

  encode(): Uint8Array {
    return ModelProto.encode({
      irVersion,
      producerName: 'Distillery',
      opsetImport: this.#domains.map((domain) => ({ domain, version: domain === '' ? operatorSet : 1 })),
      graph: {
        name: 'model',
        node: this.nodes,
        input: this.inputs,
        output: this.outputs,
        initializer: [...this.tensors].map(([name, { type, shape, bytes }]) => ({
          name,
          dataType: elementType[type],
          dims: [...shape],
          rawData: bytes,
        })),
      },
    }).finish();
  }
}

function typeNamed(number: number): ElementType {
  for (const [name, value] of Object.entries(elementType)) if (value === number) return name as ElementType;
  // The recorder also makes bool constants, which travel as bytes.
  throw new Error(`Constants of ONNX type ${number} cannot be edited.`);
}

/** Names a node reads, those its body takes from outside included. */
export function operandsOf(node: onnx.INodeProto): string[] {
  const inner = (node.attribute ?? []).flatMap(({ g }) => (g?.node ?? []).flatMap(operandsOf));
  return [...(node.input ?? []), ...inner].filter((name) => name !== '');
}

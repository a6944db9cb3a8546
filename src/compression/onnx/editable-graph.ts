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
  /** Version of ONNX's own operators. */
  readonly operatorSet: number;
  readonly #model: onnx.IModelProto;
  /** Numbers of types that are not changed here. */
  readonly #others = new Map<string, onnx.ITensorProto>();
  readonly #known: ReadonlySet<string>;
  readonly #shared = new Map<string, string[]>();
  #made = 0;

  /**
   * @param model an encoded ModelProto of the operators that are recorded here, or one of somebody else, with all numbers as
   * raw bytes, which keeps its versions and names
   */
  constructor(model: Uint8Array | onnx.IModelProto) {
    const own = model instanceof Uint8Array;
    const { graph, ...header } = own ? ModelProto.decode(model) : model;
    const { opsetImport = [] } = header;
    this.#model = own ? recorded(opsetImport) : { ...header, graph: { name: graph!.name } };
    this.operatorSet = own ? operatorSet : versionOf(opsetImport);
    // Somebody else's model stays as it is.
    this.nodes = [...graph!.node!];
    this.inputs = [...graph!.input!];
    this.outputs = [...graph!.output!];
    for (const tensor of graph!.initializer as onnx.ITensorProto[]) {
      const { name, dataType, dims, rawData } = tensor;
      const type = typeNamed(dataType!);
      if (type === undefined) this.#others.set(name!, tensor);
      // Copied: elements must be aligned to be read as numbers.
      else this.tensors.set(name!, { type, shape: dims!.map(Number), bytes: Uint8Array.from(rawData!) });
    }
    if (own && this.#others.size > 0)
      // The recorder also makes bool constants, which travel as bytes.
      throw new Error(`Constants of some types cannot be edited: ${[...this.#others.keys()].join(', ')}.`);
    this.#known = own ? new Set() : namesIn(graph!);
  }

  /** An unused name that tells what it is for. */
  fresh(purpose: string): string {
    for (;;) {
      const name = `${purpose}#${++this.#made}`;
      if (!this.#known.has(name)) return name;
    }
  }

  addTensor(purpose: string, type: ElementType, shape: readonly number[], data: ArrayBufferView): string {
    const name = this.fresh(purpose);
    this.setTensor(name, type, shape, data);
    return name;
  }

  /** One that was made for the same purpose, where it is the same to the bit. */
  shared(
    purpose: string,
    type: ElementType,
    shape: readonly number[],
    data: ArrayBufferView,
  ): string | undefined {
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    return this.#shared.get(purpose)?.find((name) => {
      const tensor = this.tensors.get(name);
      return (
        tensor?.type === type &&
        tensor.shape.join() === shape.join() &&
        Buffer.compare(tensor.bytes, bytes) === 0
      );
    });
  }

  /** Adds a tensor unless there is one that was made for the same purpose and is the same to the bit. */
  addShared(purpose: string, type: ElementType, shape: readonly number[], data: ArrayBufferView): string {
    const known = this.shared(purpose, type, shape, data);
    if (known !== undefined) return known;
    const name = this.addTensor(purpose, type, shape, data);
    this.#shared.set(purpose, [...(this.#shared.get(purpose) ?? []), name]);
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
    for (const map of [this.tensors, this.#others])
      for (const name of map.keys()) if (!needed.has(name)) map.delete(name);
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
    const initializer = [...this.tensors].map(([name, { type, shape, bytes }]) => ({
      name,
      dataType: elementType[type],
      dims: [...shape],
      rawData: bytes,
    }));
    const { graph, irVersion: version, opsetImport = [], ...header } = this.#model;
    const used = new Set(this.nodes.map(({ domain }) => domain ?? ''));
    const further = opsetImport!.some(({ domain }) => domain === contributed) || !used.has(contributed);
    const nibbles = [...this.tensors.values()].some(({ type }) => type === 'int4');
    return ModelProto.encode({
      ...header,
      // Before version 4 a tensor was an input too; there are 4-bit numbers since version 10.
      irVersion: Math.max(Number(version), nibbles ? irVersion : 4),
      opsetImport: [...opsetImport!, ...(further ? [] : [{ domain: contributed, version: 1 }])],
      graph: {
        ...graph,
        node: this.nodes,
        input: this.inputs,
        output: this.outputs,
        initializer: [...initializer, ...this.#others.values()],
      },
    }).finish();
  }
}

/** Operators of ONNX Runtime's own. */
const contributed = 'com.microsoft';

/** What stands around the graph of a model that was recorded here. */
function recorded(imports: onnx.IOperatorSetIdProto[] | null): onnx.IModelProto {
  const domains = [...new Set([...imports!.map(({ domain }) => domain ?? ''), contributed])];
  return {
    irVersion,
    producerName: 'Distillery',
    opsetImport: domains.map((domain) => ({ domain, version: domain === '' ? operatorSet : 1 })),
    graph: { name: 'model' },
  };
}

const versionOf = (imports: onnx.IOperatorSetIdProto[] | null) =>
  Number(imports!.find(({ domain }) => !domain || domain === 'ai.onnx')?.version ?? 0);

function typeNamed(number: number): ElementType | undefined {
  for (const [name, value] of Object.entries(elementType)) if (value === number) return name as ElementType;
  return undefined;
}

/** All names of a graph, those in the bodies of its nodes included. */
function namesIn({ node = [], initializer = [], input = [] }: onnx.IGraphProto): Set<string> {
  const names = new Set([...initializer!, ...input!].map(({ name }) => name!));
  for (const { output, attribute } of node!) {
    for (const name of output ?? []) names.add(name);
    for (const { g } of attribute ?? []) if (g) for (const name of namesIn(g)) names.add(name);
  }
  return names;
}

/** Names a node reads, those its body takes from outside included. */
export function operandsOf(node: onnx.INodeProto): string[] {
  const inner = (node.attribute ?? []).flatMap(({ g }) => (g?.node ?? []).flatMap(operandsOf));
  return [...(node.input ?? []), ...inner].filter((name) => name !== '');
}

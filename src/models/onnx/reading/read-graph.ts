import onnxProto, { type onnx } from 'onnx-proto';
import { fileProblem } from '../../../base/file-problem.ts';
import { readNamed } from '../../../base/regular-file.ts';
import { UserError } from '../../../base/user-error.ts';
import {
  type Graph,
  type GraphAttribute,
  type GraphNode,
  type GraphTensor,
  type GraphValue,
  readBy,
  type SubGraph,
} from '../graph.ts';
import { broken } from './broken.ts';
import { externalBytes, longestFile } from './external-data.ts';
import { bytesOf, kindOf, listedNumbers, numbersFrom, typeName } from './tensor-data.ts';

// The package is CommonJS: its one export is found on the default import only.
const { ModelProto, TensorProto, AttributeProto } = onnxProto.onnx;

/** Numbers in all tensors of a model that is trained in memory. */
const mostNumbers = 2 ** 31;
const deepestBodies = 16;
const opsets = { oldest: 11, newest: 24 } as const;

/** A graph and the file it came from, in which trained weights are put in the place of the old ones. */
export interface OpenedGraph {
  readonly graph: Graph;
  readonly proto: onnx.IModelProto;
}

/**
 * Reads a model from an ONNX file and the files beside it that hold its numbers.
 * @throws UserError if it cannot be read, is damaged, or has operators or number types that are not ONNX's own
 */
export async function readGraph(file: string): Promise<OpenedGraph> {
  let bytes: Uint8Array;
  try {
    bytes = await readNamed(file, longestFile);
  } catch (error) {
    throw fileProblem(error, file);
  }
  return graphFrom(bytes, file);
}

/**
 * The same of a model that is in memory.
 * @param file as messages name it; numbers that lie in other files are read from beside it
 */
export async function graphFrom(bytes: Uint8Array, file: string): Promise<OpenedGraph> {
  const proto = decoded(bytes, file);
  const { graph } = proto;
  if (!graph || (graph.node ?? []).length === 0) throw broken(file, 'it holds no graph');
  const opset = opsetOf(proto, file);
  const reader = new Reader(file);
  const body = await reader.body(graph, 0);
  const inputs = (graph.input ?? [])
    .filter(({ name }) => !body.tensors.has(name ?? ''))
    .map((input) => graphValue(input, file));
  const known = new Set([...inputs.map(({ name }) => name), ...body.tensors.keys()]);
  requireOrder(body, known, file);
  const outputs = (graph.output ?? []).map((output) => graphValue(output, file));
  return { proto, graph: { file, opset, nodes: body.nodes, tensors: body.tensors, inputs, outputs } };
}

function decoded(bytes: Uint8Array, file: string): onnx.ModelProto {
  try {
    return ModelProto.decode(bytes);
  } catch {
    throw broken(file, 'it ends too early, or is no ONNX model');
  }
}

function opsetOf(proto: onnx.IModelProto, file: string): number {
  const own = (proto.opsetImport ?? []).find(({ domain }) => !domain || domain === 'ai.onnx');
  const version = Number(own?.version ?? 0);
  if (version >= opsets.oldest && version <= opsets.newest) return version;
  throw new UserError(
    `${file} is written for version ${version} of ONNX’s operators; versions ${opsets.oldest} to ${opsets.newest} are read.`,
    { remedy: `Export it again with opset_version=${Math.min(Math.max(version, 17), 20)}.`, place: file },
  );
}

class Reader {
  readonly #file: string;
  #numbers = 0;

  constructor(file: string) {
    this.#file = file;
  }

  async body(graph: onnx.IGraphProto, depth: number): Promise<SubGraph> {
    if (depth > deepestBodies) throw broken(this.#file, `its bodies lie more than ${deepestBodies} deep`);
    const tensors = new Map<string, GraphTensor>();
    if ((graph.sparseInitializer ?? []).length > 0)
      throw new UserError(`${this.#file} holds sparse tensors, which are not read.`, {
        remedy: 'Export it with dense weights.',
        place: this.#file,
      });
    for (const tensor of graph.initializer ?? []) {
      const read = await this.#tensor(tensor);
      tensors.set(read.name, read);
    }
    const nodes: GraphNode[] = [];
    for (const [at, node] of (graph.node ?? []).entries()) nodes.push(await this.#node(node, at, depth));
    const names = (values: onnx.IValueInfoProto[] | null | undefined) =>
      (values ?? []).map(({ name }) => name ?? '');
    return { nodes, tensors, inputs: names(graph.input), outputs: names(graph.output) };
  }

  async #node(node: onnx.INodeProto, at: number, depth: number): Promise<GraphNode> {
    const operator = node.opType ?? '';
    const attributes = new Map<string, GraphAttribute>();
    for (const attribute of node.attribute ?? [])
      attributes.set(attribute.name ?? '', await this.#attribute(attribute, depth));
    return {
      operator,
      domain: node.domain === 'ai.onnx' ? '' : (node.domain ?? ''),
      name: node.name || node.output?.find((name) => name !== '') || `${operator} ${at}`,
      inputs: node.input ?? [],
      outputs: node.output ?? [],
      attributes,
    };
  }

  async #attribute(attribute: onnx.IAttributeProto, depth: number): Promise<GraphAttribute> {
    const { AttributeType } = AttributeProto;
    switch (attribute.type) {
      case AttributeType.FLOAT:
        return attribute.f ?? 0;
      case AttributeType.INT:
        return Number(attribute.i ?? 0);
      case AttributeType.STRING:
        return Buffer.from(attribute.s ?? []).toString('utf8');
      case AttributeType.FLOATS:
        return attribute.floats ?? [];
      case AttributeType.INTS:
        return (attribute.ints ?? []).map(Number);
      case AttributeType.STRINGS:
        return (attribute.strings ?? []).map((text) => Buffer.from(text).toString('utf8'));
      case AttributeType.TENSOR:
        return this.#tensor(attribute.t ?? {});
      case AttributeType.GRAPH:
        return this.body(attribute.g ?? {}, depth + 1);
      default:
        return undefined;
    }
  }

  async #tensor(tensor: onnx.ITensorProto): Promise<GraphTensor> {
    const file = this.#file;
    const name = tensor.name ?? '';
    const stored = tensor.dataType ?? 0;
    const kind = kindOf(stored);
    if (kind === undefined)
      throw new UserError(
        `${file}: the tensor "${name}" is stored as ${typeName(stored)}, which is not read.`,
        {
          remedy: 'Export the model in float32.',
          place: file,
        },
      );
    const shape = (tensor.dims ?? []).map(Number);
    const count = shape.reduce((product, axis) => product * axis, 1);
    this.#numbers += count;
    if (shape.some((axis) => !Number.isSafeInteger(axis) || axis < 0) || !(this.#numbers <= mostNumbers))
      throw broken(file, `the tensor "${name}" is said to have the shape [${shape.join(', ')}]`);
    const data = await this.#data(tensor, stored, count);
    if (data.length !== count)
      throw broken(file, `the tensor "${name}" has ${data.length} numbers where its shape asks for ${count}`);
    return { name, kind, stored, shape, data };
  }

  async #data(tensor: onnx.ITensorProto, stored: number, count: number) {
    const bytes = Math.ceil(count * bytesOf(stored)!);
    if (tensor.dataLocation === TensorProto.DataLocation.EXTERNAL)
      return numbersFrom(await externalBytes(tensor, bytes, this.#file), stored, count);
    const raw = tensor.rawData;
    if (!raw || (raw.length === 0 && count > 0)) return listedNumbers(tensor, stored, count);
    if (raw.length !== bytes)
      throw broken(
        this.#file,
        `the tensor "${tensor.name}" has ${raw.length} bytes where its shape asks for ${bytes}`,
      );
    return numbersFrom(raw, stored, count);
  }
}

function graphValue({ name, type }: onnx.IValueInfoProto, file: string): GraphValue {
  const tensor = type?.tensorType;
  const kind = tensor && kindOf(tensor.elemType ?? 0);
  if (!kind)
    throw new UserError(`${file}: "${name}" is no tensor of numbers, so it can be neither fed nor read.`, {
      remedy: 'Export the model with tensors as inputs and outputs.',
      place: file,
    });
  const shape = tensor.shape?.dim?.map(({ dimValue, dimParam }, axis) =>
    dimParam ? dimParam : Number(dimValue ?? 0) > 0 ? Number(dimValue) : `axis ${axis}`,
  );
  return { name: name ?? '', kind, shape };
}

/** Each node comes after what it needs: the format demands it, and so there is no circle. */
function requireOrder(body: SubGraph, around: ReadonlySet<string>, file: string): void {
  const known = new Set(around);
  for (const node of body.nodes) {
    const missing = readBy(node).find((name) => !known.has(name));
    if (missing !== undefined)
      throw broken(
        file,
        `the node "${node.name}" (${node.operator}) reads "${missing}", which nothing before it makes`,
      );
    for (const name of node.outputs) {
      if (name !== '' && known.has(name)) throw broken(file, `two nodes make "${name}"`);
      known.add(name);
    }
  }
  const unmade = body.outputs.find((name) => !known.has(name));
  if (unmade !== undefined) throw broken(file, `nothing makes its output "${unmade}"`);
}

import type { onnx } from 'onnx-proto';
import { EditableGraph, type Tensor } from '../../compression/onnx/editable-graph.ts';
import { nodeProto } from '../../device/onnx/graph/node-proto.ts';
import { type Affine, affineOf, type Sizes } from './affine.ts';
import { LengthNodes, type OpenAxis } from './length-nodes.ts';

/** A graph as it was recorded for one combination of lengths. */
export interface Trace {
  /** An encoded ModelProto. */
  readonly model: Uint8Array;
  readonly sizes: Sizes;
}

/** The traces do not differ in the lengths alone. */
export class TracesDiffer extends Error {}

/**
 * One graph for all lengths, from graphs that were recorded for some: what is the same in all stays, and integers that
 * differ are computed from the lengths of the inputs. Tables that reach as far as an axis is long, such as those of
 * positions, are those of the longest trace, cut to the length: the graph takes no longer inputs than that trace.
 * @param traces at least four; the first has the greatest length of every axis along which tables are cut
 * @param axes where each length is read
 * @throws TracesDiffer if the graphs differ in anything else
 */
export function openGraph(traces: readonly Trace[], axes: Readonly<Record<string, OpenAxis>>): EditableGraph {
  const graphs = traces.map(({ model }) => new EditableGraph(model));
  const sizes = traces.map((trace) => trace.sizes);
  const [graph, ...others] = graphs as [EditableGraph, ...EditableGraph[]];
  for (const other of others) requireSameNodes(graph, other);
  const lengths = new LengthNodes(graph, axes);
  const cuts: onnx.INodeProto[] = [];
  const become = new Map<string, string>();
  for (const name of [...graph.tensors.keys()]) {
    const all = graphs.map(({ tensors }) => tensors.get(name));
    if (all.some((one) => one === undefined))
      throw new TracesDiffer(`The constant ${name} is not in all traces.`);
    const opened = openTensor(name, all as Tensor[], sizes, lengths);
    if (opened === undefined) continue;
    if (typeof opened === 'string') become.set(name, opened);
    else {
      const cut = graph.fresh('cut');
      const [starts, ends, places] = [
        lengths.list(opened.map(() => ({ factor: 0, lengths: [], offset: 0 }))),
        lengths.list(opened.map(({ length }) => length)),
        lengths.list(opened.map(({ axis }) => ({ factor: 0, lengths: [], offset: axis }))),
      ];
      cuts.push(nodeProto('Slice', [name, starts, ends, places], cut));
      become.set(name, cut);
    }
  }
  const renamed = (name: string) => become.get(name) ?? name;
  const nodes = graph.nodes.map((node) => ({ ...node, input: node.input!.map(renamed) }));
  graph.nodes = [...lengths.nodes, ...cuts, ...nodes];
  const open = (values: 'inputs' | 'outputs') =>
    graph[values].map((value, index) =>
      withOpenShape(
        value,
        graphs.map((one) => one[values][index]!),
        sizes,
      ),
    );
  graph.inputs = open('inputs');
  graph.outputs = open('outputs');
  graph.prune();
  return graph;
}

interface CutAxis {
  readonly axis: number;
  readonly length: Affine;
}

/** @returns the value that takes its place, or along which axes it is cut; undefined where it is the same in all traces */
function openTensor(
  name: string,
  tensors: readonly Tensor[],
  sizes: readonly Sizes[],
  lengths: LengthNodes,
): string | CutAxis[] | undefined {
  const [first] = tensors as [Tensor];
  if (tensors.some(({ type }) => type !== first.type))
    throw new TracesDiffer(`The constant ${name} changes its type.`);
  const sameShape = tensors.every(({ shape }) => shape.join() === first.shape.join());
  if (sameShape && tensors.every(({ bytes }) => Buffer.compare(bytes, first.bytes) === 0)) return undefined;
  const explained = (values: readonly number[]) => {
    const found = affineOf(values, sizes);
    if (!found)
      throw new TracesDiffer(`The constant ${name} has numbers that no lengths explain: ${values}.`);
    return found;
  };
  if (sameShape && first.type === 'int64') {
    const numbers = tensors.map(integers);
    const list = numbers[0]!.map((_, index) => explained(numbers.map((values) => values[index]!)));
    return first.shape.length === 0 ? lengths.scalar(list[0]!) : lengths.list(list);
  }
  if (tensors.some(({ shape }) => shape.length !== first.shape.length))
    throw new TracesDiffer(`The constant ${name} changes its rank.`);
  const axes = first.shape.map((_, axis) => explained(tensors.map(({ shape }) => shape[axis]!)));
  if (tensors.some((tensor) => !begins(first, tensor)))
    throw new TracesDiffer(`The constant ${name} is not the beginning of that of the longest trace.`);
  return axes.flatMap((length, axis) => (length.factor === 0 ? [] : [{ axis, length }]));
}

const integers = ({ bytes }: Tensor) =>
  [...new BigInt64Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 8)].map(Number);

/** Whether one tensor is the other, cut along its axes. */
function begins(whole: Tensor, part: Tensor): boolean {
  if (part.shape.some((length, axis) => length > whole.shape[axis]!)) return false;
  const size = (shape: readonly number[]) => shape.reduce((before, length) => before * length, 1);
  const elements = size(whole.shape);
  if (elements === 0 || size(part.shape) === 0) return true;
  const width = whole.bytes.byteLength / elements;
  const rank = whole.shape.length;
  const run = (rank === 0 ? 1 : part.shape[rank - 1]!) * width;
  const rows = size(part.shape.slice(0, -1));
  for (let row = 0; row < rows; row++) {
    let [rest, at, stride] = [row, 0, rank === 0 ? 1 : whole.shape[rank - 1]!];
    for (let axis = rank - 2; axis >= 0; axis--) {
      at += (rest % part.shape[axis]!) * stride;
      rest = Math.floor(rest / part.shape[axis]!);
      stride *= whole.shape[axis]!;
    }
    const own = part.bytes.subarray(row * run, (row + 1) * run);
    if (Buffer.compare(whole.bytes.subarray(at * width, at * width + run), own) !== 0) return false;
  }
  return true;
}

function requireSameNodes(one: EditableGraph, other: EditableGraph): void {
  const described = (node: onnx.INodeProto) => JSON.stringify(node);
  const count = Math.max(one.nodes.length, other.nodes.length);
  for (let index = 0; index < count; index++) {
    const [a, b] = [one.nodes[index], other.nodes[index]];
    if (!a || !b || described(a) !== described(b))
      throw new TracesDiffer(
        `Node ${index} is ${a?.opType ?? 'missing'} in one trace and ${b?.opType ?? 'missing'} in another.`,
      );
  }
}

/** Axes are open by the name of their length where they are just as long. */
function withOpenShape(
  value: onnx.IValueInfoProto,
  all: readonly onnx.IValueInfoProto[],
  sizes: readonly Sizes[],
): onnx.IValueInfoProto {
  const dims = ({ type }: onnx.IValueInfoProto) => type?.tensorType?.shape?.dim ?? [];
  const dim = dims(value).map((own, axis) => {
    const found = affineOf(
      all.map((one) => Number(dims(one)[axis]!.dimValue)),
      sizes,
    );
    if (found?.factor === 0) return own;
    const plain = found?.factor === 1 && found.offset === 0 && found.lengths.length === 1;
    return { dimParam: plain ? found.lengths[0]! : `${value.name}.${axis}` };
  });
  const { elemType } = value.type!.tensorType!;
  return { name: value.name!, type: { tensorType: { elemType: elemType!, shape: { dim } } } };
}

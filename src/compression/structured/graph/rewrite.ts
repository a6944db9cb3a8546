import onnxProto, { type onnx } from 'onnx-proto';
import { nodeProto } from '../../../device/onnx/graph/node-proto.ts';
import { take } from '../../../models/cuts.ts';
import type { OpenedGraph } from '../../../models/onnx/reading/read-graph.ts';
import { floatBytes, rawBytes } from '../../../models/onnx/reading/tensor-data.ts';
import type { Change, Followed, Kept } from './followed.ts';
import type { Unit } from './groups.ts';
import { type Axis, fixed } from './units.ts';

// The package is CommonJS: its one export is found on the default import only.
const { ModelProto, TensorProto } = onnxProto.onnx;

/** What is left when units go. */
export class Left implements Kept {
  readonly #followed: Followed;
  readonly #gone: ReadonlySet<number>;

  constructor(followed: Followed, gone: readonly Unit[]) {
    this.#followed = followed;
    this.#gone = new Set(gone.map(({ root }) => root));
  }

  places(axis: Int32Array): number[] {
    const left: number[] = [];
    for (const [place, unit] of axis.entries())
      if (unit === fixed || !this.#gone.has(this.#followed.units.root(unit))) left.push(place);
    return left;
  }

  count(axis: Int32Array): number {
    return this.places(axis).length;
  }

  /** A shape without what has gone. */
  shape(shape: readonly number[], axes: readonly Axis[]): number[] {
    return shape.map((size, at) => (axes[at] ? this.count(axes[at]) : size));
  }
}

/**
 * The same graph with smaller tensors: its inputs and outputs, and the names of all it had, stay.
 * @returns an encoded ModelProto
 */
export function withoutUnits({ graph, proto }: OpenedGraph, followed: Followed, left: Left): Uint8Array {
  const initializer = (proto.graph!.initializer ?? []).map((tensor) => {
    const axes = followed.tensors.get(tensor.name!);
    return axes ? smaller(tensor, axes, graph, left) : tensor;
  });
  const writer = new NodeWriter(proto, followed);
  const node = proto.graph!.node!.flatMap((one, at) => {
    const change = followed.changes.get(graph.nodes[at]!)?.(left);
    return change ? writer.changed(one, change) : [one];
  });
  // Shapes that were noted within are those of before.
  const { valueInfo: _, ...others } = proto.graph!;
  return ModelProto.encode({
    ...proto,
    graph: { ...others, node, initializer: [...initializer, ...writer.tensors] },
  }).finish();
}

function smaller(
  proto: onnx.ITensorProto,
  axes: readonly Axis[],
  { tensors }: OpenedGraph['graph'],
  left: Left,
): onnx.ITensorProto {
  const { name, dataType, docString } = proto;
  let { shape, data } = tensors.get(name!)! as { shape: readonly number[]; data: Float32Array };
  const before = data.length;
  for (const [at, axis] of axes.entries()) {
    if (!axis) continue;
    const places = left.places(axis);
    if (places.length === axis.length) continue;
    data = take(data, shape, at, places);
    shape = shape.map((size, own) => (own === at ? places.length : size));
  }
  if (data.length === before) return proto;
  return { name, dims: [...shape], dataType, docString, rawData: floatBytes(data, dataType!) };
}

/** Writes nodes anew, with the tensors they ask for. */
class NodeWriter {
  readonly tensors: onnx.ITensorProto[] = [];
  readonly #known: Set<string>;
  readonly #followed: Followed;

  constructor({ graph }: onnx.IModelProto, followed: Followed) {
    this.#followed = followed;
    this.#known = new Set([
      ...(graph!.initializer ?? []).map(({ name }) => name!),
      ...(graph!.node ?? []).flatMap(({ output }) => output ?? []),
      ...(graph!.input ?? []).map(({ name }) => name!),
    ]);
  }

  changed(
    node: onnx.INodeProto,
    { attributes = {}, without = [], operands = new Map() }: Change,
  ): onnx.INodeProto[] {
    const before: onnx.INodeProto[] = [];
    const input = [...(node.input ?? [])];
    for (const [at, values] of operands as NonNullable<Change['operands']>) {
      if (values.every((value) => value === undefined)) continue;
      const stored = this.#followed.known(input[at]);
      const all = values.map((value, place) => value ?? stored?.[place]);
      input[at] = this.#operand(input[at] ?? '', all, before);
    }
    const replaced = new Set([...Object.keys(attributes), ...without]);
    return [
      ...before,
      {
        ...node,
        input,
        attribute: [
          ...(node.attribute ?? []).filter(({ name }) => !replaced.has(name!)),
          ...nodeProto('', [], '', attributes).attribute!,
        ],
      },
    ];
  }

  /** Whole numbers of which some are new; the others are taken from those there were, when the graph runs. */
  #operand(name: string, values: readonly (number | undefined)[], before: onnx.INodeProto[]): string {
    const { INT64, BOOL } = TensorProto.DataType;
    const numbers = this.#tensor(
      `${name || 'sizes'}/left`,
      INT64,
      values.map((value) => value ?? 0),
    );
    if (values.every((value) => value !== undefined)) return numbers;
    const isNew = this.#tensor(
      `${name}/goes`,
      BOOL,
      values.map((value) => Number(value !== undefined)),
    );
    const result = this.#fresh(`${name}/smaller`);
    before.push(nodeProto('Where', [isNew, numbers, name], result));
    return result;
  }

  #tensor(purpose: string, dataType: number, values: readonly number[]): string {
    const name = this.#fresh(purpose);
    this.tensors.push({
      name,
      dims: [values.length],
      dataType,
      rawData: rawBytes(Float64Array.from(values), dataType),
    });
    return name;
  }

  #fresh(purpose: string): string {
    let name = purpose;
    for (let at = 2; this.#known.has(name); at++) name = `${purpose}_${at}`;
    this.#known.add(name);
    return name;
  }
}

/**
 * The same graph with zeros where weights take in the units that go: what it answers is what it must answer without them.
 */
export function withoutReading(
  { graph, proto }: OpenedGraph,
  { roles }: Followed,
  gone: readonly Unit[],
): OpenedGraph {
  const zeroed = new Map<string, Float32Array>();
  for (const { slots } of gone)
    for (const { tensor, axis, places } of slots) {
      if (roles.get(tensor)?.get(axis) !== 'takes') continue;
      const { shape, data } = graph.tensors.get(tensor)!;
      const values = zeroed.get(tensor) ?? Float32Array.from(data);
      zeroed.set(tensor, values);
      const inner = shape.slice(axis + 1).reduce((product, size) => product * size, 1);
      const outer = shape.slice(0, axis).reduce((product, size) => product * size, 1);
      for (let block = 0; block < outer; block++)
        for (const place of places) {
          const from = (block * shape[axis]! + place) * inner;
          values.fill(0, from, from + inner);
        }
    }
  const initializer = proto.graph!.initializer!.map((tensor) => {
    const values = zeroed.get(tensor.name!);
    const { name, dims, dataType } = tensor;
    return values ? { name, dims, dataType, rawData: floatBytes(values, dataType!) } : tensor;
  });
  return { graph, proto: { ...proto, graph: { ...proto.graph, initializer } } };
}

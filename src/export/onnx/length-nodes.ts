import type { onnx } from 'onnx-proto';
import type { EditableGraph } from '../../compression/onnx/editable-graph.ts';
import { nodeProto } from '../../device/onnx/graph/node-proto.ts';
import type { Affine } from './affine.ts';

/** An axis whose length is left open: that of an input of the graph. */
export interface OpenAxis {
  readonly input: string;
  readonly axis: number;
}

/** Nodes that compute integers from the lengths of open axes while the graph runs. All values are lists of int64. */
export class LengthNodes {
  readonly nodes: onnx.INodeProto[] = [];
  readonly #graph: EditableGraph;
  readonly #axes: Readonly<Record<string, OpenAxis>>;
  readonly #known = new Map<string, string>();

  constructor(graph: EditableGraph, axes: Readonly<Record<string, OpenAxis>>) {
    this.#graph = graph;
    this.#axes = axes;
  }

  /** A list of these numbers; the name of its value. */
  list(numbers: readonly Affine[]): string {
    return this.#once(`list ${JSON.stringify(numbers)}`, () => {
      const parts: string[] = [];
      let known: number[] = [];
      const settle = () => {
        if (known.length > 0) parts.push(this.#constant(known));
        known = [];
      };
      for (const number of numbers) {
        if (number.factor === 0) known.push(number.offset);
        else {
          settle();
          parts.push(this.#number(number));
        }
      }
      settle();
      return parts.length === 1 ? parts[0]! : this.#node('Concat', parts, { axis: 0 });
    });
  }

  /** One number without an axis. */
  scalar(number: Affine): string {
    return this.#once(`scalar ${JSON.stringify(number)}`, () => {
      const none = this.#graph.addTensor('shape', 'int64', [0], new BigInt64Array(0));
      return this.#node('Reshape', [this.#number(number), none]);
    });
  }

  #number({ factor, lengths, offset }: Affine): string {
    let value = this.#product(lengths);
    if (factor !== 1) value = this.#node('Mul', [value, this.#constant([factor])]);
    return offset === 0 ? value : this.#node('Add', [value, this.#constant([offset])]);
  }

  #product(lengths: readonly string[]): string {
    const [first, ...rest] = lengths.map((name) => this.#length(name)) as [string, ...string[]];
    return rest.reduce((before, length) => this.#node('Mul', [before, length]), first);
  }

  #length(name: string): string {
    const { input, axis } = this.#axes[name]!;
    return this.#node('Shape', [input], { start: axis, end: axis + 1 });
  }

  #constant(numbers: readonly number[]): string {
    return this.#once(`constant ${numbers}`, () =>
      this.#graph.addTensor('shape', 'int64', [numbers.length], BigInt64Array.from(numbers, BigInt)),
    );
  }

  #node(
    operator: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, number>> = {},
  ): string {
    return this.#once(`${operator} ${inputs} ${JSON.stringify(attributes)}`, () => {
      const name = this.#graph.fresh('length');
      this.nodes.push(nodeProto(operator, inputs, name, attributes));
      return name;
    });
  }

  #once(key: string, make: () => string): string {
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const name = make();
    this.#known.set(key, name);
    return name;
  }
}

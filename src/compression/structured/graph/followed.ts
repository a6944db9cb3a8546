import type { Attribute } from '../../../device/onnx/graph/value.ts';
import { type Graph, type GraphNode, isTensor } from '../../../models/onnx/graph.ts';
import type { GraphWeights } from '../../../models/onnx/weights.ts';
import type { ProbedShapes } from './probe-shapes.ts';
import { type Axis, fixed, Units } from './units.ts';

/** What a weight does with the units of an axis: it makes them, or computes with them. */
export type Role = 'makes' | 'takes';

/** What is left of axes when units have gone. */
export interface Kept {
  count(axis: Int32Array): number;
}

/** How a node is written anew. */
export interface Change {
  readonly attributes?: Readonly<Record<string, Attribute>>;
  readonly without?: readonly string[];
  /** Operands of whole numbers by index; an element that is undefined stays as it is. */
  readonly operands?: ReadonlyMap<number, readonly (number | undefined)[]>;
}

/** A tensor of the graph, perhaps turned: for each axis of the value, that of the tensor. */
export interface Origin {
  readonly tensor: string;
  readonly axes: readonly number[];
}

/** A split of an axis that can be meant in several ways. */
interface Parting {
  readonly options: number;
  readonly units: number[];
}

/**
 * Which units the values of a graph hold, axis by axis, as far as they were followed. A weight begins with a unit for each
 * place of each axis; rules join and stop them, node by node.
 */
export class Followed {
  readonly units = new Units();
  readonly graph: Graph;
  readonly #shapes: ProbedShapes;
  readonly #axes = new Map<string, readonly Axis[]>();
  readonly #origins = new Map<string, Origin>();
  readonly #known = new Map<string, readonly number[]>();
  /** Values that a product made. */
  readonly products = new Set<string>();
  readonly roles = new Map<string, Map<number, Role>>();
  /** Tensors of the graph that were met, with the units of their axes. */
  readonly tensors = new Map<string, readonly Axis[]>();
  readonly changes = new Map<GraphNode, (kept: Kept) => Change>();
  readonly partings = new Map<string, Parting>();
  readonly #choices: ReadonlyMap<string, number>;

  constructor(
    graph: Graph,
    { tied }: Pick<GraphWeights, 'tied'>,
    shapes: ProbedShapes,
    choices: ReadonlyMap<string, number>,
  ) {
    this.graph = graph;
    this.#shapes = shapes;
    this.#choices = choices;
    for (const { operator, outputs, attributes } of graph.nodes) {
      if (operator !== 'Constant') continue;
      const value = attributes.get('value') ?? attributes.get('value_ints') ?? attributes.get('value_int');
      const list = isTensor(value) ? Array.from(value.data) : [value].flat().map(Number);
      this.#known.set(outputs[0]!, list);
    }
    for (const [name, { parameter, transposed }] of tied) {
      const [own, others] = [this.axes(name), this.axes(parameter)];
      for (const [at, axis] of own.entries()) {
        const other = others[transposed ? 1 - at : at];
        for (const [place, unit] of (axis ?? []).entries()) this.units.join(unit, other![place]!);
      }
    }
  }

  shape(name: string): readonly number[] {
    return this.graph.tensors.get(name)?.shape ?? this.#shapes.shapeOf(name);
  }

  isFloat(name: string): boolean {
    return (this.graph.tensors.get(name)?.kind ?? this.#shapes.kindOf(name)) === 'float';
  }

  axes(name: string): readonly Axis[] {
    const tensor = this.graph.tensors.get(name);
    if (!tensor) return this.#axes.get(name) ?? this.shape(name).map(() => undefined);
    const found = this.tensors.get(name);
    if (found) return found;
    const made = tensor.shape.map((size) =>
      tensor.kind === 'float' && size > 1 ? this.units.fresh(size) : undefined,
    );
    this.tensors.set(name, made);
    return made;
  }

  set(name: string | undefined, axes: readonly Axis[], origin?: Origin): void {
    if (name === undefined || name === '') return;
    this.#axes.set(name, axes);
    if (origin) this.#origins.set(name, origin);
  }

  origin(name: string): Origin | undefined {
    const axes = this.graph.tensors.get(name)?.shape;
    return axes ? { tensor: name, axes: [...axes.keys()] } : this.#origins.get(name);
  }

  /** Whole numbers that are part of the graph. */
  known(name: string | undefined): readonly number[] | undefined {
    const tensor = this.graph.tensors.get(name ?? '');
    return tensor ? Array.from(tensor.data) : this.#known.get(name ?? '');
  }

  /** Whole numbers that an operand had when the graph was tried. */
  tried(name: string): readonly number[] | undefined {
    return this.known(name) ?? this.#shapes.integersOf(name);
  }

  mark(name: string, axis: number, role: Role): void {
    const origin = this.origin(name);
    if (!origin) return;
    const roles = this.roles.get(origin.tensor) ?? new Map<number, Role>();
    roles.set(origin.axes[axis]!, role);
    this.roles.set(origin.tensor, roles);
  }

  /** Axes whose places belong together one by one; where one of them is bound, so are the others. */
  pair(node: GraphNode, why: string, ...axes: readonly Axis[]): Axis {
    const [first, ...others] = axes.filter((axis) => axis !== undefined);
    if (!first) return undefined;
    if (others.length + 1 < axes.length) this.stop(node, why, first, ...others);
    for (const other of others)
      for (const [place, unit] of first.entries()) {
        const paired = other[place]!;
        if (unit !== fixed && paired !== fixed) this.units.join(unit, paired);
        else for (const bound of [unit, paired]) this.#stop(bound, node, why);
      }
    return first;
  }

  stop(node: GraphNode, why: string, ...axes: readonly Axis[]): void {
    for (const axis of axes) for (const unit of axis ?? []) this.#stop(unit, node, why);
  }

  #stop(unit: number, { name, operator }: GraphNode, why: string): void {
    if (unit !== fixed) this.units.stop(unit, { node: name, operator, why });
  }

  /** Which of several ways a split is meant; what comes first unless another was chosen. */
  choice(split: string, options: number, units: readonly number[]): number {
    const known = this.partings.get(split);
    if (known) known.units.push(...units);
    else this.partings.set(split, { options, units: [...units] });
    return this.#choices.get(split) ?? 0;
  }
}

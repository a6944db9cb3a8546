import type { Tensor } from '@tensorflow/tfjs-core';
import type { ForwardOptions } from '../../model.ts';
import { type GraphAttribute, type GraphNode, isTensor } from '../graph.ts';
import { HostValue, isHost, tensorOf, type Value } from './value.ts';

/** What an operator does cannot be done here, or not with gradients. */
export class CannotTrain extends Error {}

/** One operator at work: its operands and what its node says. */
export class Call {
  readonly node: GraphNode;
  /** Version of ONNX's own operators. */
  readonly opset: number;
  readonly options: ForwardOptions;
  readonly #inputs: readonly (Value | undefined)[];

  constructor(
    node: GraphNode,
    opset: number,
    inputs: readonly (Value | undefined)[],
    options: ForwardOptions,
  ) {
    this.node = node;
    this.opset = opset;
    this.options = options;
    this.#inputs = inputs;
  }

  /** The same node with other operands. */
  over(...inputs: readonly (Value | undefined)[]): Call {
    return new Call(this.node, this.opset, inputs, this.options);
  }

  get count(): number {
    return this.#inputs.length;
  }

  get values(): readonly Value[] {
    return this.#inputs.filter((value) => value !== undefined);
  }

  has(index: number): boolean {
    return this.#inputs[index] !== undefined;
  }

  value(index: number): Value {
    const value = this.#inputs[index];
    if (value === undefined) throw new CannotTrain(`its operand ${index + 1} is missing`);
    return value;
  }

  tensor(index: number): Tensor {
    return tensorOf(this.value(index));
  }

  /** An operand that must be known before the step runs. */
  host(index: number, what: string): HostValue {
    const value = this.value(index);
    if (isHost(value)) return value;
    throw new CannotTrain(`its ${what} is only known while the model runs`);
  }

  integers(index: number, what: string): number[] {
    return Array.from(this.host(index, what).data, Number);
  }

  attribute(name: string): GraphAttribute {
    return this.node.attributes.get(name);
  }

  number(name: string, otherwise: number): number {
    const found = this.attribute(name);
    return typeof found === 'number' ? found : otherwise;
  }

  text(name: string, otherwise: string): string {
    const found = this.attribute(name);
    return typeof found === 'string' ? found : otherwise;
  }

  list(name: string): number[] | undefined {
    const found = this.attribute(name);
    return Array.isArray(found) ? found.map(Number) : undefined;
  }

  tensorAttribute(name: string): HostValue | undefined {
    const found = this.attribute(name);
    return isTensor(found) ? new HostValue(found.kind, found.shape, found.data) : undefined;
  }

  /** Axes that are an attribute in older versions of an operator and an operand in newer ones. */
  axes(index: number, rank: number): number[] | undefined {
    const named = this.list('axes') ?? (this.has(index) ? this.integers(index, 'axes') : undefined);
    return named?.map((axis) => fromStart(axis, rank));
  }

  axis(otherwise: number, rank: number): number {
    return fromStart(this.number('axis', otherwise), rank);
  }
}

/** An axis counted from the first one. */
export function fromStart(axis: number, rank: number): number {
  const found = axis < 0 ? axis + rank : axis;
  if (Number.isInteger(found) && found >= 0 && found < Math.max(rank, 1)) return found;
  throw new CannotTrain(`it names the axis ${axis} of ${rank}`);
}

/**
 * Puts an operator into operations of TensorFlow.js, which have gradients. What is known before the step runs stays known.
 * Called inside tf.tidy or a compiled step.
 */
export type Operator = (call: Call) => Value | readonly (Value | undefined)[];

export type OperatorTable = Readonly<Record<string, Operator>>;

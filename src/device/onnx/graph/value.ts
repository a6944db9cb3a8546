import type { OrtTensor } from '../../runtime/tensor.ts';

/** What flows through a graph: the types tfjs has, and int64 where an ONNX operator asks for it. */
export type ValueType = 'float32' | 'int32' | 'bool' | 'int64';

export type HostArray = Float32Array | Int32Array | Uint8Array | BigInt64Array;

/** The value of an ONNX attribute. Numbers are integers unless wrapped in {@link float}. */
export type Attribute = number | string | readonly number[] | { readonly float: number };
export type Attributes = Readonly<Record<string, Attribute>>;

/** One application of an ONNX operator. An absent optional input is undefined. */
export interface GraphNode {
  readonly operator: string;
  /** '' for the ONNX operators proper, 'com.microsoft' for those ONNX Runtime adds. */
  readonly domain: string;
  readonly inputs: readonly (Value | undefined)[];
  readonly attributes: Attributes;
  readonly outputs: readonly Value[];
  /** The graph that an operator such as Scan runs. */
  readonly body?: Body;
}

/** A graph within a node. Its nodes see values of the graph around it, besides their inputs. */
export interface Body {
  readonly inputs: readonly Value[];
  readonly nodes: readonly GraphNode[];
  readonly outputs: readonly Value[];
  /** Values of the graph around it that its nodes use. */
  readonly captured: readonly Value[];
}

/** Numbers known while recording. `data` has one element where all are equal, else as many as the shape says. */
export interface Constant {
  readonly data: HostArray;
}

/**
 * One value of a graph. It is one of: the output of a node that has not run (`node`), a constant, or something that
 * lies in memory (`stored`), to be fed to the next session. Running a graph turns the first into the last.
 */
export class Value {
  readonly shape: readonly number[];
  readonly type: ValueType;
  node: GraphNode | undefined;
  constant: Constant | undefined;
  stored: OrtTensor | undefined;
  /** Why the node could not be run. */
  failure: unknown;
  /** True once anyone but the store may hold `stored`, so that its memory cannot be used again. */
  escaped = false;

  constructor(shape: readonly number[], type: ValueType) {
    this.shape = shape;
    this.type = type;
  }

  get size(): number {
    return sizeOf(this.shape);
  }

  get rank(): number {
    return this.shape.length;
  }
}

export function sizeOf(shape: readonly number[]): number {
  let size = 1;
  for (const length of shape) size *= length;
  return size;
}

export function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((length, axis) => length === b[axis]);
}

/** An ONNX attribute of type FLOAT. */
export function float(value: number): Attribute {
  return { float: value };
}

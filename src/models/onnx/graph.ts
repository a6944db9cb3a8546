/** A number type of ONNX, as far as models that are trained meet them. 64-bit integers are read as numbers. */
export type ElementKind = 'float' | 'integer' | 'boolean';

/** Numbers that are part of a graph. */
export interface GraphTensor {
  readonly name: string;
  readonly kind: ElementKind;
  /** ONNX's number of the type it is stored as. */
  readonly stored: number;
  readonly shape: readonly number[];
  /** Row-major; booleans are 0 and 1. */
  readonly data: Float32Array | Float64Array;
}

export type GraphAttribute =
  | number
  | string
  | readonly number[]
  | readonly string[]
  | GraphTensor
  | SubGraph
  | undefined;

/** What one operator does, between values by name. An operand that is left out is ''. */
export interface GraphNode {
  readonly operator: string;
  /** '' for ONNX's own. */
  readonly domain: string;
  /** As messages name it; never empty. */
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, GraphAttribute>;
}

export interface GraphValue {
  readonly name: string;
  readonly kind: ElementKind;
  /** A name for an axis that is left open; undefined where even the rank is. */
  readonly shape: readonly (number | string)[] | undefined;
}

export interface SubGraph {
  /** What it is given; of the body of an If nothing. */
  readonly inputs: readonly string[];
  /** In an order in which each comes after what it needs. */
  readonly nodes: readonly GraphNode[];
  readonly tensors: ReadonlyMap<string, GraphTensor>;
  readonly outputs: readonly string[];
}

/** A model as an ONNX file holds it. */
export interface Graph {
  /** Where it lies. */
  readonly file: string;
  /** Version of ONNX's own operators. */
  readonly opset: number;
  readonly nodes: readonly GraphNode[];
  readonly tensors: ReadonlyMap<string, GraphTensor>;
  /** Values that are fed, initializers not among them. */
  readonly inputs: readonly GraphValue[];
  readonly outputs: readonly GraphValue[];
}

export const isTensor = (attribute: GraphAttribute): attribute is GraphTensor =>
  typeof attribute === 'object' && 'data' in attribute;

export const isGraph = (attribute: GraphAttribute): attribute is SubGraph =>
  typeof attribute === 'object' && 'nodes' in attribute;

/** Names that a node reads, those its bodies take from around them included. */
export function readBy(node: GraphNode): string[] {
  const names = node.inputs.filter((name) => name !== '');
  for (const attribute of node.attributes.values()) {
    if (!isGraph(attribute)) continue;
    const own = new Set([
      ...attribute.inputs,
      ...attribute.tensors.keys(),
      ...attribute.nodes.flatMap(({ outputs }) => outputs),
    ]);
    names.push(
      ...[...attribute.nodes.flatMap(readBy), ...attribute.outputs].filter((name) => !own.has(name)),
    );
  }
  return names;
}

import onnxProto, { type onnx } from 'onnx-proto';
import type { Attribute, Attributes } from './value.ts';

// The package is CommonJS: its one export is found on the default import only.
const { AttributeType } = onnxProto.onnx.AttributeProto;

/**
 * A node as a model has it, between values by name; an absent optional operand is ''.
 * @param outputs the name of the only output, or of all
 */
export function nodeProto(
  opType: string,
  inputs: readonly string[],
  outputs: string | readonly string[],
  attributes: Attributes = {},
  domain = '',
): onnx.INodeProto {
  return {
    opType,
    domain,
    input: [...inputs],
    output: typeof outputs === 'string' ? [outputs] : [...outputs],
    attribute: Object.entries(attributes).map(([name, value]) => attributeProto(name, value)),
  };
}

function attributeProto(name: string, value: Attribute): onnx.IAttributeProto {
  if (typeof value === 'number') return { name, type: AttributeType.INT, i: value };
  if (typeof value === 'string')
    return { name, type: AttributeType.STRING, s: new TextEncoder().encode(value) };
  if ('float' in value) return { name, type: AttributeType.FLOAT, f: value.float };
  return { name, type: AttributeType.INTS, ints: [...value] };
}

/** An attribute that is a tensor, such as what ConstantOfShape repeats. */
export const tensorAttribute = (name: string, t: onnx.ITensorProto): onnx.IAttributeProto => ({
  name,
  type: AttributeType.TENSOR,
  t,
});

/** An attribute that is a graph, such as what Scan runs. */
export const graphAttribute = (name: string, g: onnx.IGraphProto): onnx.IAttributeProto => ({
  name,
  type: AttributeType.GRAPH,
  g,
});

/** The number of an INT or FLOAT attribute. */
export function numberAttribute(node: onnx.INodeProto, name: string, otherwise: number): number {
  const found = node.attribute?.find((attribute) => attribute.name === name);
  if (!found) return otherwise;
  return found.type === AttributeType.FLOAT ? found.f! : Number(found.i ?? 0);
}

/** The list of an INTS attribute. */
export function listAttribute(node: onnx.INodeProto, name: string): number[] | undefined {
  return node.attribute?.find((attribute) => attribute.name === name)?.ints?.map(Number);
}

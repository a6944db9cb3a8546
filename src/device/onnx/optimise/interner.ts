import { describeNode, describeValue } from '../graph/describe.ts';
import { type GraphNode, Value } from '../graph/value.ts';

/** Constants up to this many elements are compared by content. */
const comparedByContent = 64;

/** Makes nodes, but one only of each kind: the same operator over the same operands is the same value. */
export class Interner {
  readonly #numbers = new Map<Value, number>();
  readonly #known = new Map<string, readonly Value[]>();
  readonly #constants = new Map<string, Value>();

  /** An input of the graph, or the one constant with the same content. */
  leaf(value: Value): Value {
    if (!value.constant || value.constant.data.length > comparedByContent) return value;
    const key = `${describeValue(value)}${value.constant.data.map(String as never)}`;
    const known = this.#constants.get(key);
    if (known) return known;
    this.#constants.set(key, value);
    return value;
  }

  /** The outputs of a node like `template`, over these inputs and with these attributes. */
  node(
    template: Pick<GraphNode, 'operator' | 'domain' | 'outputs' | 'body'>,
    inputs: readonly (Value | undefined)[],
    attributes = (template as GraphNode).attributes,
  ): readonly Value[] {
    const { operator, domain, body } = template;
    const key = describeNode({ ...template, inputs, attributes }, (value) => this.#number(value));
    const known = this.#known.get(key);
    if (known) return known;
    const outputs = template.outputs.map(({ shape, type }) => new Value(shape, type));
    const made: GraphNode = { operator, domain, inputs, attributes, outputs, ...(body && { body }) };
    for (const output of outputs) output.node = made;
    this.#known.set(key, outputs);
    return outputs;
  }

  #number(value: Value): number {
    let number = this.#numbers.get(value);
    if (number === undefined) {
      number = this.#numbers.size;
      this.#numbers.set(value, number);
    }
    return number;
  }
}

import { type GraphNode, readBy } from '../graph.ts';

/** What adds values up; the first two operands are the sum. */
const sums = new Set(['Add', 'Sum', 'SkipLayerNormalization', 'SkipSimplifiedLayerNormalization']);
const products = new Set(['MatMul', 'Gemm', 'Conv', 'FusedMatMul']);

/** Nodes from an input to the answer, in order, by what they read and give. */
class Path {
  readonly #maker = new Map<string, GraphNode>();
  readonly #source: string;

  constructor(nodes: readonly GraphNode[], source: string) {
    this.#source = source;
    for (const node of nodes) for (const name of node.outputs) this.#maker.set(name, node);
  }

  maker(name: string): GraphNode | undefined {
    return this.#maker.get(name);
  }

  /** Whether a value depends on the input. */
  depends(name: string): boolean {
    return name === this.#source || this.#maker.has(name);
  }

  /** Whether a node multiplies what it is given with weights. */
  weighs({ operator, inputs }: GraphNode): boolean {
    return products.has(operator) && inputs.slice(0, 2).some((name) => !this.depends(name));
  }

  /** Whether one value is made of another, weights coming in between. */
  weighedFrom(name: string, from: string): boolean {
    // Each value is looked at twice at most: with weights behind it, and without.
    const seen = new Set<string>();
    const waiting: [string, boolean][] = [[name, false]];
    for (let next = waiting.pop(); next; next = waiting.pop()) {
      const [value, weighed] = next;
      if (value === from) {
        if (weighed) return true;
        continue;
      }
      const key = `${weighed}${value}`;
      const node = this.#maker.get(value);
      if (!node || seen.has(key)) continue;
      seen.add(key);
      for (const input of readBy(node)) waiting.push([input, weighed || this.weighs(node)]);
    }
    return false;
  }
}

/**
 * What is added to the value that it was computed from by layers with weights: f(x) of x + f(x).
 * @param nodes from the input to the answer
 */
export function residualBranches(nodes: readonly GraphNode[], source: string): string[] {
  const path = new Path(nodes, source);
  return nodes.flatMap(({ operator, inputs }) => {
    const [one, other] = inputs;
    if (!sums.has(operator) || one === undefined || other === undefined) return [];
    if (!path.depends(one) || !path.depends(other)) return [];
    if (path.weighedFrom(other, one)) return [other];
    return path.weighedFrom(one, other) ? [one] : [];
  });
}

/**
 * What goes into the last layers with weights before the answer.
 * @param nodes from the input to the answer
 */
export function readsOfLast(nodes: readonly GraphNode[], source: string, answer: string): string[] {
  const path = new Path(nodes, source);
  const found = new Set<string>();
  const seen = new Set<string>();
  const waiting = [answer];
  for (let value = waiting.pop(); value !== undefined; value = waiting.pop()) {
    const node = path.maker(value);
    if (!node || seen.has(value)) continue;
    seen.add(value);
    const reads = readBy(node).filter((name) => path.depends(name));
    if (!path.weighs(node)) waiting.push(...reads);
    else for (const name of reads) if (path.maker(name)) found.add(name);
  }
  return [...found];
}

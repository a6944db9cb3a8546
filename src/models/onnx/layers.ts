import { type Graph, type GraphNode, readBy } from './graph.ts';

/** Nodes whose results say nothing of the values they are given. */
const blind = new Set(['Shape', 'Size']);

/** What makes whole numbers of floats: a step within a value, not a value of its own. */
const rounding = 'QuantizeLinear';

/** A value through which everything goes on its way from the input to the answer. */
export interface Passage {
  readonly name: string;
  /** Operators between the one before and this, in the order of the graph. */
  readonly signature: string;
  /** Whether there is more than one way from the one before to this: a residual block. */
  readonly branched: boolean;
}

/**
 * The values that every path from an input to the answer goes through, first to last: the residual stream of a
 * transformer between its blocks, the feature maps of a convolutional network between its own.
 */
export function passagesOf(graph: Graph, input: string, answer: string): Passage[] {
  const order = orderedPath(graph, input, answer);
  const place = new Map<string, number>([[input, -1]]);
  const lastUse = new Map<string, number>();
  for (const [at, node] of order.entries()) {
    for (const name of readBy(node)) if (place.has(name)) lastUse.set(name, at);
    for (const name of node.outputs) place.set(name, at);
  }
  const passages: Passage[] = [];
  let reach = lastUse.get(input) ?? -1;
  let operators: string[] = [];
  let branched = false;
  for (const [at, node] of order.entries()) {
    operators.push(node.operator);
    const used = node.outputs.filter((name) => lastUse.has(name) || name === answer);
    // Something made earlier is still to be read: more than one value lives here.
    const narrow = reach <= at && used.length === 1 && node.operator !== rounding;
    if (reach > at) branched = true;
    for (const name of used) reach = Math.max(reach, lastUse.get(name) ?? at);
    if (!narrow) continue;
    passages.push({ name: used[0]!, signature: operators.join(' '), branched });
    operators = [];
    branched = false;
    if (used[0] === answer) break;
  }
  return passages;
}

/** Nodes on paths from the input to the answer, by the values they are given. */
export function orderedPath(graph: Graph, input: string, answer: string): GraphNode[] {
  const from = new Set([input]);
  const reached: GraphNode[] = [];
  for (const node of graph.nodes) {
    if (blind.has(node.operator) || !readBy(node).some((name) => from.has(name))) continue;
    reached.push(node);
    for (const name of node.outputs) from.add(name);
  }
  const needed = new Set([answer]);
  const path: GraphNode[] = [];
  for (const node of reached.reverse()) {
    if (!node.outputs.some((name) => needed.has(name))) continue;
    path.push(node);
    for (const name of readBy(node)) needed.add(name);
  }
  return path.reverse();
}

/**
 * Tells the layers apart. A stack of layers repeats what it does: the longest part of the path that repeats is the stack.
 * A network that does not repeat itself has a layer for each residual block.
 * @param eligible passages that can be hidden states: floats of a sample's places
 * @param repeats whether to look for a stack: blocks of convolutional networks are told one by one, since some shrink maps
 * @returns what goes into the first layer, then what comes out of each
 */
export function findLayers(
  passages: readonly Passage[],
  eligible: (name: string) => boolean,
  repeats = true,
): string[] {
  const possible = runOf(passages, eligible);
  const stack = repeats && repeatedPart(possible.map(({ signature }) => signature));
  if (stack) {
    const { start, period, count } = stack;
    const states = Array.from({ length: count + 1 }, (_, at) => possible[start + at * period - 1]);
    return states.map((passage) => passage!.name);
  }
  return statesOf(possible);
}

/** The first run of passages that can be hidden states. */
function runOf(passages: readonly Passage[], eligible: (name: string) => boolean): readonly Passage[] {
  const start = passages.findIndex(({ name }) => eligible(name));
  if (start < 0) return [];
  const length = passages.slice(start).findIndex(({ name }) => !eligible(name));
  return length < 0 ? passages.slice(start) : passages.slice(start, start + length);
}

/** What multiplies with weights. */
const weighted = /\b(Conv|Gemm|MatMul)\b/;

/**
 * What comes before the first residual block, then each block's result, after the plain steps that follow it. A chain
 * without any has a block for each of its products.
 */
function statesOf(passages: readonly Passage[]): string[] {
  const residual = passages.some(({ branched }) => branched);
  const begins = ({ branched, signature }: Passage) => (residual ? branched : weighted.test(signature));
  const states: string[] = [];
  // Before the first product stands the input itself.
  const first = passages.findIndex(({ signature }) => weighted.test(signature));
  for (const passage of passages.slice(Math.max(0, first))) {
    const { name } = passage;
    if (begins(passage) || states.length === 0) states.push(name);
    else states[states.length - 1] = name;
  }
  return states;
}

/**
 * The part that repeats and covers most; of several the one with the shortest period, and of those the one that begins
 * last. What comes before it is not empty: something goes into the first layer.
 */
function repeatedPart(
  signatures: readonly string[],
): { start: number; period: number; count: number } | undefined {
  let best: { start: number; period: number; count: number } | undefined;
  for (let period = 1; period <= signatures.length / 2; period++)
    for (let start = 1; start + 2 * period <= signatures.length; start++) {
      let count = 1;
      while (
        start + (count + 1) * period <= signatures.length &&
        signatures
          .slice(start, start + period)
          .every((one, at) => one === signatures[start + count * period + at])
      )
        count++;
      if (count < 2) continue;
      const covered = count * period;
      const before = best ? best.count * best.period : 0;
      if (covered > before || (covered === before && best?.period === period))
        best = { start, period, count };
    }
  return best;
}

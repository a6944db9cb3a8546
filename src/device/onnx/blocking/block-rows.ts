import { type Graph, graphOf } from '../graph/graph.ts';
import { filling, reshape, scalar } from '../graph/record.ts';
import { Rewriting, readBy } from '../graph/rewrite.ts';
import { type GraphNode, Value } from '../graph/value.ts';
import { isRegion, type Region, regionsOf } from './regions.ts';
import { rowWise } from './row-wise.ts';

export interface BlockingOptions {
  /** How many bytes a block of all values of a chain may take together: what the cores' own caches hold. */
  readonly cacheBytes: number;
}

/** Below this much memory touched, a region fits the cache as it is. */
const smallestRegion = 2 ** 21;

/**
 * Runs long chains of operators over big values block by block: each operator of ONNX Runtime passes over whole values,
 * which then go to memory and back; in a Scan over blocks of rows, all operators of a chain find a block in the cache.
 * Outputs of the result may have another shape of the same size, as a Scan makes them.
 */
export function blockRows(graph: Graph, options: BlockingOptions): Graph {
  const used = usesOf(graph);
  const rewriting = new Rewriting();
  for (const unit of regionsOf(graph)) {
    const rows = isRegion(unit) ? blockOf(unit, used, options) : undefined;
    if (isRegion(unit) && rows) scan(unit, rows, used, rewriting);
    else for (const node of isRegion(unit) ? unit.nodes : [unit]) rewriting.keep(node);
  }
  return graphOf(graph.outputs.map((output) => unshaped(rewriting.current(output))));
}

/** A graph output that only reshapes a Scan's is that Scan's output: copying it is not worth a shape. */
function unshaped(output: Value): Value {
  const source = output.node?.operator === 'Reshape' ? output.node.inputs[0]! : undefined;
  return source?.node?.body ? source : output;
}

/** For each value, the nodes that use it; graph outputs are used by undefined. */
type Uses = ReadonlyMap<Value, ReadonlySet<GraphNode | undefined>>;

function usesOf(graph: Graph): Uses {
  const uses = new Map<Value, Set<GraphNode | undefined>>();
  const use = (value: Value, by: GraphNode | undefined) => {
    const set = uses.get(value) ?? new Set();
    uses.set(value, set.add(by));
  };
  for (const node of graph.nodes) for (const operand of readBy(node)) use(operand, node);
  for (const output of graph.outputs) use(output, undefined);
  return uses;
}

/** How many rows make a block of a region; undefined where blocks do not pay. */
function blockOf({ rows, nodes }: Region, used: Uses, { cacheBytes }: BlockingOptions): number | undefined {
  if (nodes.length < 3) return undefined;
  const inside = new Set<GraphNode | undefined>(nodes);
  // What must be in the cache at once: all that goes in and out, and two values in between.
  const passing = new Set<Value>();
  let widest = 0;
  for (const node of nodes) {
    for (const output of node.outputs) {
      widest = Math.max(widest, output.size);
      if (isUsedOutside(output, inside, used)) passing.add(output);
    }
    rowWise(node)!.byRow.forEach((byRow, index) => {
      const operand = node.inputs[index]!;
      if (byRow && !inside.has(operand.node) && filling(operand) === undefined) passing.add(operand);
    });
  }
  const elements = [...passing].reduce((sum, { size }) => sum + size, 2 * widest);
  const bytes = 4 * elements;
  if (bytes < smallestRegion) return undefined;
  const most = Math.max(1, Math.floor((cacheBytes * rows) / bytes));
  let block = Math.min(rows, most);
  while (rows % block !== 0) block--;
  return block === rows || 4 * block < most ? undefined : block;
}

function isUsedOutside(value: Value, inside: ReadonlySet<GraphNode | undefined>, used: Uses): boolean {
  return [...(used.get(value) ?? [])].some((user) => !inside.has(user));
}

/** Puts a region into a Scan over blocks of its rows. */
function scan({ rows, nodes }: Region, block: number, used: Uses, rewriting: Rewriting): void {
  const inside = new Set<GraphNode | undefined>(nodes);
  const inner = new Map<Value, Value>();
  const scanned = new Map<Value, Value>();
  const captured = new Set<Value>();
  const blockShape = (value: Value) => [block, ...value.shape.slice(1)];
  const operandOf = (operand: Value, byRow: boolean): Value => {
    const known = inner.get(operand);
    if (known) return known;
    const outer = rewriting.current(operand);
    const number = byRow ? filling(operand) : undefined;
    if (!byRow || number !== undefined) {
      const shared = number === undefined ? outer : scalar(number, operand.type);
      captured.add(shared);
      return shared;
    }
    const formal = new Value(blockShape(operand), operand.type);
    inner.set(operand, formal);
    scanned.set(outer, formal);
    return formal;
  };

  const body: GraphNode[] = nodes.map((node) => {
    const { byRow } = rowWise(node)!;
    const inputs = node.inputs.map((operand, index) => operandOf(operand!, byRow[index]!));
    const outputs = node.outputs.map((output) => {
      const value = new Value(blockShape(output), output.type);
      inner.set(output, value);
      return value;
    });
    return { ...node, inputs, outputs };
  });

  const results = nodes.flatMap(({ outputs }) =>
    outputs.filter((output) => isUsedOutside(output, inside, used)),
  );
  const blocks = rows / block;
  const stacked = results.map((result) => new Value([blocks, ...blockShape(result)], result.type));
  const made: GraphNode = {
    operator: 'Scan',
    domain: '',
    inputs: [...scanned.keys()].map((value) => reshape(value, [blocks, block, ...value.shape.slice(1)])),
    attributes: { num_scan_inputs: scanned.size },
    outputs: stacked,
    body: {
      inputs: [...scanned.values()],
      nodes: body,
      outputs: results.map((result) => inner.get(result)!),
      captured: [...captured],
    },
  };
  stacked.forEach((value, index) => {
    value.node = made;
    rewriting.replace(results[index]!, reshape(value, results[index]!.shape));
  });
}

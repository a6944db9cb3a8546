import type { Graph } from '../graph/graph.ts';
import type { GraphNode, Value } from '../graph/value.ts';
import { type RowWise, rowWise } from './row-wise.ts';

/** Nodes over the same rows that can run one block of rows after another. */
export interface Region {
  readonly rows: number;
  readonly nodes: GraphNode[];
}

/** The graph in the order it can run in: single nodes, and regions as one. */
export type Unit = GraphNode | Region;

export const isRegion = (unit: Unit): unit is Region => 'nodes' in unit;

/**
 * Finds regions. Each node gets a level, raised by every edge that leaves a region: so what lies between two nodes of
 * one level and row count belongs to them, and no region waits for itself by way of others.
 */
export function regionsOf(graph: Graph): Unit[] {
  const kinds = new Map<GraphNode, RowWise>();
  for (const node of graph.nodes) {
    const kind = rowWise(node);
    if (kind) kinds.set(node, kind);
  }
  const levels = levelsOf(graph, kinds);

  const joined = new Joined<GraphNode>();
  const readers = new Map<Value, GraphNode>();
  for (const [node, { rows, byRow }] of kinds) {
    joined.add(node);
    node.inputs.forEach((operand, index) => {
      if (!byRow[index]) return;
      const related = [operand!.node, readers.get(operand!)];
      for (const other of related) {
        const same = other && kinds.get(other)?.rows === rows && levels.get(other) === levels.get(node);
        if (same) joined.join(node, other);
      }
      readers.set(operand!, node);
    });
  }

  const regions = new Map<GraphNode, Region>();
  const units: { level: number; unit: Unit }[] = [];
  for (const node of graph.nodes) {
    const kind = kinds.get(node);
    const level = levels.get(node)!;
    if (!kind) {
      units.push({ level, unit: node });
      continue;
    }
    const root = joined.find(node);
    let region = regions.get(root);
    if (!region) {
      region = { rows: kind.rows, nodes: [] };
      regions.set(root, region);
      units.push({ level, unit: region });
    }
    region.nodes.push(node);
  }
  // Within a level, regions come after the single nodes, which they may need and which never need them.
  const rank = ({ level, unit }: { level: number; unit: Unit }) => 2 * level + (isRegion(unit) ? 1 : 0);
  return units.sort((a, b) => rank(a) - rank(b)).map(({ unit }) => unit);
}

/** Whether an edge stays within a region: its ends work on the same rows, and it hands on each of them. */
function isWithin(
  kinds: ReadonlyMap<GraphNode, RowWise>,
  from: GraphNode,
  to: GraphNode,
  operand: number,
): boolean {
  const [before, after] = [kinds.get(from), kinds.get(to)];
  return before !== undefined && after?.byRow[operand] === true && before.rows === after.rows;
}

function levelsOf(graph: Graph, kinds: ReadonlyMap<GraphNode, RowWise>): Map<GraphNode, number> {
  const levels = new Map<GraphNode, number>();
  const step = (from: GraphNode, to: GraphNode, operand: number) =>
    kinds.has(from) && !isWithin(kinds, from, to, operand) ? 1 : 0;
  for (const node of graph.nodes) {
    let level = 0;
    node.inputs.forEach((operand, index) => {
      if (operand?.node) level = Math.max(level, levels.get(operand.node)! + step(operand.node, node, index));
    });
    levels.set(node, level);
  }

  // Where a region begins, a node may wait for the region that needs it, as the decay of an optimizer's moments may
  // for the gradient.
  const latest = new Map<GraphNode, number>();
  const outputs = new Set(graph.outputs);
  for (const node of [...graph.nodes].reverse()) {
    const begins = !node.inputs.some(
      (operand, index) => operand?.node && isWithin(kinds, operand.node, node, index),
    );
    const limit = latest.get(node);
    if (kinds.has(node) && begins && limit !== undefined && !node.outputs.some((value) => outputs.has(value)))
      levels.set(node, limit);
    node.inputs.forEach((operand, index) => {
      if (!operand?.node) return;
      const bound = levels.get(node)! - step(operand.node, node, index);
      latest.set(operand.node, Math.min(latest.get(operand.node) ?? bound, bound));
    });
  }
  return levels;
}

/** Sets that grow together (union and find). */
class Joined<Item> {
  readonly #parents = new Map<Item, Item>();

  add(item: Item): void {
    if (!this.#parents.has(item)) this.#parents.set(item, item);
  }

  find(item: Item): Item {
    let root = item;
    for (let parent = this.#parents.get(root)!; parent !== root; parent = this.#parents.get(root)!)
      root = parent;
    this.#parents.set(item, root);
    return root;
  }

  join(a: Item, b: Item): void {
    this.add(a);
    this.add(b);
    this.#parents.set(this.find(a), this.find(b));
  }
}

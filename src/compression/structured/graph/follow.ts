import type { OnnxGraphConfig } from '../../../experiment/architectures/onnx-graph.ts';
import type { Graph } from '../../../models/onnx/graph.ts';
import type { GraphWeights } from '../../../models/onnx/weights.ts';
import { Followed } from './followed.ts';
import { groupsOf, type UnitGroup } from './groups.ts';
import type { ProbedShapes } from './probe-shapes.ts';
import { followNode } from './rules/all.ts';
import { FollowedSizes } from './sizes.ts';
import { answering } from './units.ts';

/** A graph whose units were followed, and those that can go. */
export interface FollowedGraph {
  readonly followed: Followed;
  readonly groups: readonly UnitGroup[];
}

/** Splits that are tried in other ways than the usual one. */
const mostTried = 16;

/**
 * Finds the units that can go from a graph: which places of which weights depend on each other, and which must stay (Fang
 * et al. 2023, "DepGraph: Towards Any Structural Pruning").
 *
 * An axis that is split, as rows of a matrix into heads, can be meant in several ways: the outermost part is taken to be
 * what goes as a whole, unless more can go otherwise.
 */
export function followGraph(
  graph: Graph,
  weights: GraphWeights,
  config: OnnxGraphConfig,
  shapes: ProbedShapes,
): FollowedGraph {
  const tried = (choices: ReadonlyMap<string, number>) => {
    const followed = followWith(graph, weights, config, shapes, choices);
    const groups = groupsOf(followed);
    return { followed, groups, free: groups.reduce((sum, { units }) => sum + units.length, 0) };
  };
  let choices = new Map<string, number>();
  let best = tried(choices);
  let tries = 0;
  for (const [split, { options, units }] of best.followed.partings) {
    if (units.some((unit) => unit >= 0 && !best.followed.units.stopOf(unit))) continue;
    for (let option = 1; option < options && tries < mostTried; option++, tries++) {
      const other = new Map([...choices, [split, option]]);
      const found = tried(other);
      if (found.free <= best.free) continue;
      best = found;
      choices = other;
    }
  }
  return best;
}

function followWith(
  graph: Graph,
  weights: GraphWeights,
  { answer }: OnnxGraphConfig,
  shapes: ProbedShapes,
  choices: ReadonlyMap<string, number>,
): Followed {
  const followed = new Followed(graph, weights, shapes, choices);
  const sizes = new FollowedSizes(followed);
  const outputs = new Set(graph.outputs.map(({ name }) => name));
  for (const node of graph.nodes) {
    followNode(node, followed);
    sizes.follow(node);
    for (const name of node.outputs)
      if (name === answer) followed.stop(node, answering, ...followed.axes(name));
      else if (outputs.has(name))
        followed.stop(node, 'gives them as an output of the graph', ...followed.axes(name));
  }
  return followed;
}

import { UserError } from '../../../base/user-error.ts';
import type { TaskShape } from '../../../data/dataset.ts';
import type { OnnxGraphConfig } from '../../../experiment/architectures/onnx-graph.ts';
import { countKept } from '../../../models/cuts.ts';
import { openedGraph } from '../../../models/onnx/opened.ts';
import { type FollowedGraph, followGraph } from './follow.ts';
import { ProbedShapes } from './probe-shapes.ts';
import { answering, type Stop } from './units.ts';

/** What was found out, by the graph: the same is asked again with every change of an experiment. */
const known = new WeakMap<object, Map<string, Promise<FollowedGraph>>>();

/**
 * The units of a graph that can be taken away. The graph runs, on a few blank samples.
 * @throws UserError if there are none, or a graph does not run
 */
export async function unitsOf(config: OnnxGraphConfig, task: TaskShape): Promise<FollowedGraph> {
  const opened = openedGraph(config);
  const found = known.get(opened) ?? new Map<string, Promise<FollowedGraph>>();
  known.set(opened, found);
  const key = JSON.stringify([config.answer, config.inputs, config.channelsLast, task.image]);
  const units =
    found.get(key) ??
    ProbedShapes.of(opened, config, task).then((shapes) =>
      followGraph(opened.graph, opened.weights, config, shapes),
    );
  found.set(key, units);
  units.catch(() => found.delete(key));
  if ((await units).groups.length === 0) throw noUnits(await units);
  return units;
}

/**
 * Whether a part of a graph's units can go.
 * @throws UserError if there are none, or so few of each kind that all would stay
 */
export async function requireUnits(
  config: OnnxGraphConfig,
  task: TaskShape,
  sparsity: number,
): Promise<void> {
  const { followed, groups } = await unitsOf(config, task);
  const sizes = groups.map(({ units }) => units.length);
  if (sizes.some((size) => countKept(size, sparsity) < size)) return;
  throw new UserError(
    `At a sparsity of ${sparsity} nothing goes from ${followed.graph.file}: it has at most ${Math.max(...sizes)} units of a kind.`,
    { remedy: 'Choose a larger "sparsity".', place: followed.graph.file },
  );
}

/** Weights that make units, and how many of them keep all; what stands against the first. Answers are no units. */
function whole({ followed, groups }: FollowedGraph): {
  all: number;
  whole: number;
  stop?: Stop | undefined;
} {
  const { graph, tensors, roles, units } = followed;
  const going = new Set(
    groups.flatMap((group) => group.units[0]!.slots.map(({ tensor, axis }) => `${axis} ${tensor}`)),
  );
  let [all, whole] = [0, 0];
  let first: Stop | undefined;
  // In the order of the graph, so that the first reason is the one nearest to the input.
  for (const name of new Set(graph.nodes.flatMap(({ inputs }) => inputs)))
    for (const [axis, role] of roles.get(name) ?? []) {
      const unit = tensors.get(name)?.[axis]?.[0];
      if (role !== 'makes' || tensors.get(name)!.length < 2 || unit === undefined) continue;
      const stop = units.stopOf(unit);
      if (stop?.why === answering) continue;
      all++;
      if (going.has(`${axis} ${name}`)) continue;
      whole++;
      first ??= stop;
    }
  return { all, whole, stop: first };
}

const said = ({ node, operator, why }: Stop) => `the node "${node}" (${operator}) ${why}`;

function noUnits(found: FollowedGraph): UserError {
  const { file } = found.followed.graph;
  const { stop } = whole(found);
  const why = stop ? said(stop) : 'what its weights make are its answers';
  return new UserError(`No whole units can be taken away from ${file}: ${why}.`, {
    remedy: 'Set "method" to "magnitude" and "storage" to "dense".',
    place: file,
  });
}

/**
 * A sentence on the units that stay because something depends on all of them; undefined where there are none.
 * @throws UserError as {@link unitsOf}
 */
export async function whatStays(config: OnnxGraphConfig, task: TaskShape): Promise<string | undefined> {
  const { all, whole: staying, stop } = whole(await unitsOf(config, task));
  if (!stop) return undefined;
  return `Units of ${staying} of ${all} weights stay: those of the first, because ${said(stop)}.`;
}

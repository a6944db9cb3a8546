import type { OnnxGraphConfig } from '../../../experiment/architectures/onnx-graph.ts';
import { type Graph, type GraphNode, isGraph } from '../graph.ts';
import { orderedPath } from '../layers.ts';
import { didYouMeanOne, GraphNameProblem, matcherOf } from '../names.ts';
import type { ProbedValue } from '../probe.ts';
import { madeValues } from '../values.ts';
import { readsOfLast, residualBranches } from './branches.ts';

/** What is asked of a student's dropout. */
export interface AskedDropout {
  /** Fraction of values set to zero. */
  readonly rate: number;
  /** Values by name or pattern; left out: what Dropout nodes give, or where there are none the usual places. */
  readonly at?: readonly string[] | undefined;
}

/** What a student says of its dropout; undefined where it says nothing. */
export const askedDropout = ({
  dropout,
  dropoutAt,
}: {
  readonly dropout?: number | undefined;
  readonly dropoutAt?: readonly string[] | undefined;
}): AskedDropout | undefined => (dropout === undefined ? undefined : { rate: dropout, at: dropoutAt });

/** Values that may be dropped, before it is known what they are. */
export interface DropGroup {
  /** Index of the pattern that they fit; left out: those of a usual place. */
  readonly pattern?: number;
  readonly names: readonly string[];
  /** Feature maps count, too. */
  readonly maps: boolean;
}

/**
 * Where a graph may drop values in training.
 * @throws GraphNameProblem if a pattern fits nothing on the way from the input to the answer
 */
export function dropGroups(
  graph: Graph,
  { inputs, answer, goal }: Pick<OnnxGraphConfig, 'inputs' | 'answer' | 'goal'>,
  { at }: AskedDropout,
): DropGroup[] {
  const source = inputs.ids ?? inputs.pixels!;
  const path = orderedPath(graph, source, answer);
  if (at) return patternGroups(graph, path, answer, at);
  const nodes = withinBodies(path).filter(isDropout);
  if (nodes.length > 0) return [{ names: nodes.flatMap(({ outputs }) => outputs.slice(0, 1)), maps: true }];
  const last = goal === 'classes' ? [{ names: readsOfLast(path, source, answer), maps: true }] : [];
  return [{ names: residualBranches(path, source), maps: false }, ...last];
}

function patternGroups(
  graph: Graph,
  path: readonly GraphNode[],
  answer: string,
  patterns: readonly string[],
): DropGroup[] {
  const made = madeValues(graph);
  const between = new Set(path.flatMap(({ outputs }) => outputs).filter((name) => name !== answer));
  return patterns.map((pattern, index) => {
    const found = made.includes(pattern) ? [pattern] : made.filter(matcherOf(pattern));
    if (found.length === 0)
      throw new GraphNameProblem(['dropoutAt', index], `${graph.file} has no value "${pattern}".`, {
        remedy: didYouMeanOne(pattern.replaceAll('*', ''), made),
      });
    const names = found.filter((name) => between.has(name));
    if (names.length > 0) return { pattern: index, names, maps: true };
    throw new GraphNameProblem(
      ['dropoutAt', index],
      `Nothing can be dropped from "${found[0]}" of ${graph.file}: it does not lie between the input and the answer.`,
      { remedy: 'Name a value on the way from the input to the answer.' },
    );
  });
}

/**
 * Where a graph drops values in training.
 * @param probed what it gave for a few samples; values within branches and loops are not among them
 * @throws GraphNameProblem if there is no such place
 */
export function dropPlaces(
  graph: Graph,
  groups: readonly DropGroup[],
  { rate, at: patterns = [] }: AskedDropout,
  probed: ReadonlyMap<string, ProbedValue>,
): NonNullable<OnnxGraphConfig['dropout']> {
  const at = new Set<string>();
  for (const { pattern, names, maps } of groups) {
    const fits = names.filter((name) => {
      const { kind, shape } = probed.get(name) ?? {};
      return kind === undefined || (kind === 'float' && (maps || shape!.length !== 4));
    });
    for (const name of fits) at.add(name);
    if (pattern !== undefined && fits.length === 0)
      throw new GraphNameProblem(
        ['dropoutAt', pattern],
        `Nothing can be dropped from "${patterns[pattern]}" of ${graph.file}: it gives no floats.`,
        { remedy: 'Name a value of floats.' },
      );
  }
  if (at.size === 0)
    throw new GraphNameProblem(
      ['dropout'],
      `${graph.file} has no Dropout nodes, no residual branches and no last layer that values could be dropped before.`,
      { remedy: 'Say in "dropoutAt" from which values.' },
    );
  return { rate, at: [...at] };
}

const isDropout = ({ operator, domain }: GraphNode): boolean => operator === 'Dropout' && domain === '';

/** Nodes, and those of their branches and loops. */
function withinBodies(nodes: readonly GraphNode[]): GraphNode[] {
  return nodes.flatMap((node) => [
    node,
    ...[...node.attributes.values()].flatMap((attribute) =>
      isGraph(attribute) ? withinBodies(attribute.nodes) : [],
    ),
  ]);
}

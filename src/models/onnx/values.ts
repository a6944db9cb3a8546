import type { Graph } from './graph.ts';
import { didYouMeanOne, GraphNameProblem, matcherOf } from './names.ts';
import { type ProbedValue, probedBatch, probedLength } from './probe.ts';
import type { Roles } from './roles.ts';

/** A value of a graph and how it was asked for: by its name, or by a pattern that matches no other. */
export interface NamedValue {
  readonly asked: string;
  readonly name: string;
}

/** What the nodes of a graph give, in its order. */
export const madeValues = (graph: Graph): string[] =>
  graph.nodes.flatMap(({ outputs }) => outputs.filter((name) => name !== ''));

const mostShown = 5;

/**
 * The values that somebody asks for.
 * @param asked names, or patterns in which * stands for any characters
 * @throws GraphNameProblem if there is none, or more than one
 */
export function valuesOf(graph: Graph, asked: readonly string[]): NamedValue[] {
  const names = asked.length > 0 ? madeValues(graph) : [];
  return [...new Set(asked)].map((one) => {
    if (names.includes(one)) return { asked: one, name: one };
    const found = names.filter(matcherOf(one));
    if (found.length === 1) return { asked: one, name: found[0]! };
    const wrong = (message: string, remedy: string) =>
      new GraphNameProblem(['values', one], message, { remedy, place: graph.file });
    if (found.length === 0)
      throw wrong(`${graph.file} has no value "${one}".`, didYouMeanOne(one.replaceAll('*', ''), names));
    const shown = found.slice(0, mostShown).map((name) => JSON.stringify(name));
    throw wrong(
      `"${one}" is ${found.length} values of ${graph.file}: ${shown.join(', ')}${found.length > mostShown ? ', …' : ''}.`,
      'Write so much of the name that it is one.',
    );
  });
}

/** Feature maps have their channels last, as those of all models here. */
export function keptStateShape(probed: readonly number[], channelsLast: boolean): number[] {
  const [, ...shape] = probed;
  if (shape.length !== 3 || channelsLast) return shape;
  const [channels, height, width] = shape as [number, number, number];
  return [height, width, channels];
}

/**
 * The shape of a value as a hidden state, without the batch axis.
 * @param probed what the graph gave for samples of known number and length
 * @throws GraphNameProblem if it is none: not one for each sample, or for each of its places
 */
export function stateShape(
  graph: Graph,
  { asked, name }: NamedValue,
  { kind, shape }: ProbedValue,
  { inputs, channelsLast }: Roles,
): number[] {
  const texts = inputs.ids !== undefined;
  const fits =
    kind === 'float' &&
    shape[0] === probedBatch &&
    shape.every((size) => size > 0) &&
    (texts
      ? shape.length === 2 || (shape.length === 3 && shape[1] === probedLength)
      : shape.length >= 2 && shape.length <= 4);
  if (fits) return keptStateShape(shape, channelsLast);
  const samples = `${probedBatch} ${texts ? `texts of ${probedLength} tokens` : 'images'}`;
  throw new GraphNameProblem(
    ['values', asked],
    `${graph.file}: "${name}" is no hidden state: it has the shape [${shape.join(', ')}]${kind === 'float' ? '' : ` of ${kind}s`} for ${samples}.`,
    {
      remedy: texts
        ? 'Name a value of floats, (batch, width) or (batch, length, width).'
        : 'Name a value of floats, (batch, width), (batch, places, width) or (batch, channels, height, width).',
      place: graph.file,
    },
  );
}

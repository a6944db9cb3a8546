import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../../base/user-error.ts';
import type { TaskShape } from '../../data/dataset.ts';
import { isGraphConfig, type OnnxGraphConfig } from '../../experiment/architectures/onnx-graph.ts';
import { taskRecord } from '../../experiment/tasks/all.ts';
import { readPixelScale } from '../checkpoint/preprocessor.ts';
import type { CheckpointDescription, ReadingOptions } from '../checkpoint/read-model-config.ts';
import { storedParameters } from './as-is/stored-parameters.ts';
import { whyUntrainable } from './as-is/untrainable.ts';
import { dropGroups, dropPlaces } from './dropping/places.ts';
import type { GraphPlace } from './files.ts';
import type { Graph } from './graph.ts';
import { headFor } from './head.ts';
import { findLayers, type Passage, passagesOf } from './layers.ts';
import { GraphNameProblem, joinedNames } from './names.ts';
import { type KnownGraph, knownGraph, rememberGraph } from './opened.ts';
import { GraphSession, type ProbedValue, type ProbeSample, probedBatch, probedLength } from './probe.ts';
import { readGraph } from './reading/read-graph.ts';
import { type Roles, rolesOf } from './roles.ts';
import { type GraphSettings, settingsBeside } from './settings.ts';
import { keptStateShape, madeValues, stateShape, valuesOf } from './values.ts';

/** A checkpoint whose network is a graph of its own. */
export interface GraphDescription extends CheckpointDescription {
  readonly config: OnnxGraphConfig;
  readonly place: GraphPlace;
}

export const isGraph = (found: CheckpointDescription): found is GraphDescription =>
  isGraphConfig(found.config) && found.place !== undefined;

/** Lengths that a graph is tried at where nothing says how long its texts may be. */
const lengths = [512, 256, 128, 64, 32, 16, probedLength];

const described = new Map<
  string,
  { readonly key: string; readonly description: Promise<GraphDescription> }
>();

/**
 * What a graph and the files beside it say of their model. The graph runs once, on a few blank samples.
 * @throws UserError if the graph is damaged, cannot run, or asks for what nobody can give
 * @throws GraphNameProblem if what is said of it is not so
 */
export async function describeGraph(
  place: GraphPlace,
  options: ReadingOptions = {},
): Promise<GraphDescription> {
  const { task: wanted, graph: names, values = [], dropout } = options;
  const path = join(place.folder, place.file);
  const own = JSON.stringify([path, names, values, dropout]);
  const key = `${await stamp(path)} ${await stamp(join(place.folder, 'config.json'))} ${wanted?.image?.join()}`;
  const known = described.get(own);
  if (known?.key === key) return known.description;
  const description = openGraph(place).then(([hash, graph]) => describe(place, graph, hash, options));
  described.set(own, { key, description });
  description.catch(() => described.delete(own));
  return description;
}

async function stamp(file: string): Promise<string> {
  const { mtimeMs, size } = await stat(file).catch(() => ({ mtimeMs: 0, size: 0 }));
  return `${mtimeMs} ${size}`;
}

/**
 * A graph and what identifies it; as it was read before, where its file is the same. Nothing of it runs.
 * @throws UserError if it is damaged
 */
export async function openGraph(place: GraphPlace): Promise<[string, KnownGraph]> {
  const path = join(place.folder, place.file);
  const hash = createHash('sha256')
    .update(`${path} ${await stamp(path)}`)
    .digest('hex')
    .slice(0, 16);
  return [hash, knownGraph(hash) ?? rememberGraph(hash, await readGraph(path), place)];
}

async function describe(
  place: GraphPlace,
  known: KnownGraph,
  hash: string,
  { task: wanted, graph: said, values: asked = [], dropout }: ReadingOptions,
): Promise<GraphDescription> {
  const { graph, weights } = known;
  const path = graph.file;
  if (storedParameters(graph, weights) === 0)
    throw new UserError(`${path} has no weights.`, {
      remedy: 'Name the file that holds the model.',
      place: path,
    });
  const asIs = whyUntrainable(graph, weights);
  const { raw, settings, names: before } = await settingsBeside(place.folder);
  const names = joinedNames(before, said);
  const roles = rolesOf(graph, names);
  const source = roles.inputs.ids ?? roles.inputs.pixels!;
  const passages = passagesOf(graph, source, roles.answer);
  if (names?.logits !== undefined && passages.length === 0)
    throw new GraphNameProblem(['logits'], `${path}: "${names.logits}" does not depend on "${source}".`, {
      remedy: 'Name a value that is computed from the input.',
      place: path,
    });
  const through = passages.map(({ name }) => name);
  const named = valuesOf(graph, asked);
  const made = new Set(madeValues(graph));
  // What the answer is of is not known yet: more may be looked at than is dropped.
  const maybeDropped = dropout
    ? dropGroups(graph, { ...roles, goal: 'classes' }, dropout).flatMap(({ names }) => names)
    : [];
  const session = await GraphSession.open(known, roles, [
    ...through,
    ...named.map(({ name }) => name),
    ...maybeDropped.filter((name) => made.has(name)),
  ]);
  try {
    const probed = roles.inputs.ids
      ? await probeTexts(session, settings)
      : { image: imageOf(graph, roles, wanted), length: 1 };
    const sample: ProbeSample = {
      batch: probedBatch,
      ...probed,
      length: roles.inputs.ids ? probedLength : 1,
    };
    const values = await session.run(sample);
    const answer = values.get(roles.answer)!;
    const head = headFor({
      graph,
      roles,
      raw,
      settings,
      answer,
      named: names?.logits !== undefined,
      ...probed,
    });
    const goal = taskRecord(head.task).answers === 'tokens' ? 'tokens' : 'classes';
    const config: OnnxGraphConfig = {
      architecture: 'onnx',
      graph: hash,
      ...roles,
      goal,
      states: statesOf(passages, values, roles),
      ...(asIs !== undefined && { asIs }),
      ...(dropout && {
        dropout: dropPlaces(graph, dropGroups(graph, { ...roles, goal }, dropout), dropout, values),
      }),
      ...(names && { names }),
      ...(named.length > 0 && {
        values: named.map(({ asked, name }) => ({
          asked,
          name,
          shape: stateShape(graph, { asked, name }, values.get(name)!, roles),
        })),
      }),
    };
    const pixelScale = probed.image && (await readPixelScale(place.folder));
    return { config, place, origin: raw, ...head, ...(pixelScale && { pixelScale }) };
  } finally {
    await session.release();
  }
}

/** How long texts may be: as the configuration says, else as far as the graph runs. */
async function probeTexts(
  session: GraphSession,
  settings: GraphSettings,
): Promise<{ length: number; image?: undefined }> {
  const named = settings.max_position_embeddings ?? settings.n_positions;
  if (named !== undefined) return { length: named };
  let last: unknown;
  for (const length of lengths)
    try {
      await session.run({ batch: 1, length });
      return { length };
    } catch (error) {
      last = error;
    }
  throw last;
}

function imageOf(graph: Graph, { inputs, channelsLast }: Roles, wanted: TaskShape | undefined) {
  const shape = graph.inputs.find(({ name }) => name === inputs.pixels)?.shape ?? ['', '', '', ''];
  const [channels, height, width] = channelsLast
    ? [shape[3], shape[1], shape[2]]
    : [shape[1], shape[2], shape[3]];
  const given = wanted?.image;
  const own = [height, width, channels].map((size, axis) =>
    typeof size === 'number' ? size : given?.[axis],
  );
  if (own.every((size) => size !== undefined)) return own as [number, number, number];
  return [224, 224, typeof channels === 'number' ? channels : 3] as [number, number, number];
}

/** What goes into the first layer and what comes out of each, with their shapes for one sample. */
function statesOf(
  passages: readonly Passage[],
  values: ReadonlyMap<string, ProbedValue>,
  { inputs, channelsLast, answer }: Roles,
): OnnxGraphConfig['states'] {
  const isState = (name: string, rank: number): boolean => {
    const found = values.get(name);
    return (
      found?.kind === 'float' &&
      found.shape.length === rank &&
      found.shape[0] === probedBatch &&
      name !== answer &&
      (inputs.ids === undefined || rank < 3 || found.shape[1] === probedLength)
    );
  };
  const rank = rankOfStates(passages, values);
  const states = findLayers(passages, (name) => isState(name, rank), rank < 4);
  return states.map((name) => {
    return { name, shape: keptStateShape(values.get(name)!.shape, channelsLast) };
  });
}

/** As many axes as most residual blocks have; without any, as most values that all goes through. */
function rankOfStates(passages: readonly Passage[], values: ReadonlyMap<string, ProbedValue>): number {
  const counts = new Map<number, number>();
  for (const { name, branched } of passages) {
    const found = values.get(name);
    if (found?.kind !== 'float') continue;
    const rank = found.shape.length;
    counts.set(rank, (counts.get(rank) ?? 0) + (branched ? passages.length : 1));
  }
  const [most] = [...counts].sort(([, a], [, b]) => b - a);
  return most?.[0] ?? 2;
}

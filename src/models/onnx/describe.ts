import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../../base/user-error.ts';
import type { TaskShape } from '../../data/dataset.ts';
import {
  type GraphNames,
  isGraphConfig,
  type OnnxGraphConfig,
} from '../../experiment/architectures/onnx-graph.ts';
import { taskRecord } from '../../experiment/tasks/all.ts';
import { readPixelScale } from '../checkpoint/preprocessor.ts';
import type { CheckpointDescription } from '../checkpoint/read-model-config.ts';
import { classNamesOf, headOf, labelSchema, parseRaw, type RawConfig } from '../huggingface/description.ts';
import type { GraphPlace } from './files.ts';
import type { Graph } from './graph.ts';
import { findLayers, type Passage, passagesOf } from './layers.ts';
import { GraphNameProblem, joinedNames } from './names.ts';
import { rememberGraph } from './opened.ts';
import { embeddingRows, GraphSession, type ProbedValue, type ProbeSample } from './probe.ts';
import { readGraph } from './reading/read-graph.ts';
import { type Roles, rolesOf } from './roles.ts';
import { type GraphSettings, settingsBeside } from './settings.ts';

/** A checkpoint whose network is a graph of its own. */
export interface GraphDescription extends CheckpointDescription {
  readonly config: OnnxGraphConfig;
  readonly place: GraphPlace;
}

export const isGraph = (found: CheckpointDescription): found is GraphDescription =>
  isGraphConfig(found.config) && found.place !== undefined;

/** Tried on more than one sample, so that the axis of the batch is told from others. */
const probedBatch = 3;
/** Unlike usual widths, so that the axis of the length is told from others. */
const probedLength = 11;
/** Lengths that a graph is tried at where nothing says how long its texts may be. */
const lengths = [512, 256, 128, 64, 32, 16, probedLength];

const described = new Map<
  string,
  { readonly key: string; readonly description: Promise<GraphDescription> }
>();

/**
 * What a graph and the files beside it say of their model. The graph runs once, on a few blank samples.
 * @param wanted what the data asks for; where the graph leaves the size of images open, theirs is taken
 * @param names what is said of it beside what its config.json says
 * @throws UserError if the graph is damaged, cannot run, or asks for what nobody can give
 * @throws GraphNameProblem if what is said of it is not so
 */
export async function describeGraph(
  place: GraphPlace,
  wanted?: TaskShape,
  names?: GraphNames,
): Promise<GraphDescription> {
  const path = join(place.folder, place.file);
  const stamp = async (file: string) => {
    const { mtimeMs, size } = await stat(file).catch(() => ({ mtimeMs: 0, size: 0 }));
    return `${mtimeMs} ${size}`;
  };
  const own = `${path} ${names ? JSON.stringify(names) : ''}`;
  const key = `${await stamp(path)} ${await stamp(join(place.folder, 'config.json'))} ${wanted?.image?.join()}`;
  const known = described.get(own);
  if (known?.key === key) return known.description;
  const description = describe(place, path, `${own} ${key}`, wanted, names);
  described.set(own, { key, description });
  description.catch(() => described.delete(own));
  return description;
}

async function describe(
  place: GraphPlace,
  path: string,
  key: string,
  wanted: TaskShape | undefined,
  said: GraphNames | undefined,
): Promise<GraphDescription> {
  const opened = await readGraph(path);
  const hash = createHash('sha256').update(key).digest('hex').slice(0, 16);
  const known = rememberGraph(hash, opened, place);
  const { graph } = known;
  if (known.weights.parameters.length === 0)
    throw new UserError(`${path} has no weights in floats.`, {
      remedy: 'Name the model in full precision, usually model.onnx.',
      place: path,
    });
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
  const session = await GraphSession.open(known, roles, through);
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
    const config: OnnxGraphConfig = {
      architecture: 'onnx',
      graph: hash,
      ...roles,
      goal: taskRecord(head.task).answers,
      states: statesOf(passages, values, roles),
      ...(names && { names }),
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

interface HeadOptions {
  readonly graph: Graph;
  readonly roles: Roles;
  readonly raw: RawConfig;
  readonly settings: GraphSettings;
  readonly answer: ProbedValue;
  /** Whether somebody said which value it is. */
  readonly named: boolean;
  readonly image?: readonly [number, number, number] | undefined;
  readonly length: number;
}

type Head = Pick<CheckpointDescription, 'task' | 'classNames' | 'otherHead'>;

function headFor({ graph, roles, raw, settings, answer, named, image, length }: HeadOptions): Head {
  const { file } = graph;
  const { shape } = answer;
  const classes = shape.at(-1) ?? 0;
  const { ids } = roles.inputs;
  const vocabulary = (ids === undefined ? undefined : embeddingRows(graph, ids)) ?? settings.vocab_size;
  if (
    answer.kind === 'float' &&
    ids &&
    shape.length === 3 &&
    shape[1] === probedLength &&
    vocabulary !== undefined &&
    classes >= vocabulary
  ) {
    const text = {
      goal: 'language-model',
      vocabulary: classes,
      length,
      padId: padOf(settings, classes),
    } as const;
    return { task: { classes, text } };
  }
  if (shape.length !== 2 || shape[0] !== probedBatch || answer.kind !== 'float') {
    const message = `${file}: its answer "${roles.answer}" has the shape [${shape.join(', ')}] ${answer.kind === 'float' ? '' : `of ${answer.kind}s `}for ${probedBatch} samples, which are neither scores of classes nor of next tokens.`;
    if (named)
      throw new GraphNameProblem(['logits'], message, {
        remedy: 'Name a value of floats, (batch, classes) or (batch, length, vocabulary).',
        place: file,
      });
    throw new UserError(message, {
      remedy:
        'Name another value as "logits" of "graph", or export a model that classifies or continues texts.',
      place: file,
    });
  }
  const labels = parseRaw(labelSchema, raw, join(file, '..', 'config.json'));
  const known = labels.id2label || labels.num_labels ? classNamesOf(raw, file) : undefined;
  if (known && known.length !== classes)
    throw new UserError(
      `${file} answers with ${classes} scores, but its config.json names ${known.length} classes.`,
      {
        remedy: 'Put the config.json beside the graph that it was exported with.',
        place: file,
      },
    );
  const own = labels.id2label && known;
  if (!ids) {
    const head = headOf(raw.problem_type === undefined && !known ? { num_labels: classes } : raw, {}, file);
    return { task: { classes, image: image!, ...head }, ...(own && { classNames: own }), ...otherHead(head) };
  }
  if (vocabulary === undefined)
    throw new UserError(
      `${file} does not look up its tokens in one table, and no config.json says how many it knows.`,
      {
        remedy: 'Put a config.json with "vocab_size" beside it.',
        place: file,
      },
    );
  const text = { goal: 'classification', vocabulary, length, padId: padOf(settings, vocabulary) } as const;
  const { otherHead: other, ...kind } = headOf(known ? raw : { num_labels: classes }, { text }, file);
  return {
    task: { classes, text, ...kind },
    ...(own && { classNames: own }),
    ...(other && { otherHead: other }),
  };
}

const otherHead = ({ otherHead }: Pick<Head, 'otherHead'>) => (otherHead ? { otherHead } : {});

const padOf = ({ pad_token_id: pad }: GraphSettings, vocabulary: number): number =>
  pad !== undefined && pad < vocabulary ? pad : 0;

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
    const [, ...shape] = values.get(name)!.shape;
    const [channels, height, width] = shape as [number, number, number];
    return { name, shape: rank === 4 && !channelsLast ? [height, width, channels] : shape };
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

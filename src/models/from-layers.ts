import type { TaskShape } from '../data/dataset.ts';
import type { RandomGenerator } from '../device/random-generator.ts';
import type { ModelConfig } from '../experiment/schema.ts';
import { UserError } from '../experiment/user-error.ts';
import { bertNames } from './bert-names.ts';
import { createModel, planModel } from './create-model.ts';
import { isHeadWeight } from './head-weights.ts';
import { layerPrefixes } from './layer-names.ts';
import type { Model } from './model.ts';
import { freshWeights } from './weights.ts';

/** What of a teacher decides which of its weights a student can take. */
export interface LayerSource {
  readonly config: ModelConfig;
  readonly task: TaskShape;
}

/**
 * A student that begins with some of the teacher's layers, and with its embeddings and head where they fit, as
 * DistilBERT began with every second layer of BERT (Sanh et al. 2019).
 * @param layers which layer of the teacher each of the student's begins with, 1 … layerCount
 * @throws UserError if layers are named that are not there, or the two models are not of one kind and width.
 */
export async function modelFromLayers(
  config: ModelConfig,
  task: TaskShape,
  teacher: Model,
  layers: readonly number[],
  generator: RandomGenerator,
): Promise<Model> {
  const origins = matchLayers(config, task, teacher, layers);
  const values = new Map<string, Float32Array>();
  for (const [name, origin] of origins) {
    const variable = teacher.parameters.get(origin) ?? teacher.buffers.get(origin);
    values.set(name, Float32Array.from((await variable!.data()) as Float32Array));
  }
  const fresh = freshWeights(generator);
  const model = createModel(
    config,
    task,
    (name, shape, initializer) => values.get(name) ?? fresh(name, shape, initializer),
  );
  return teacher.origin ? { ...model, origin: teacher.origin } : model;
}

/**
 * Which weight of the teacher each of the student's begins with; those that are not named are drawn. For checks too:
 * nothing is computed.
 * @throws UserError as {@link modelFromLayers}
 */
export function matchLayers(
  config: ModelConfig,
  task: TaskShape,
  teacher: LayerSource,
  layers: readonly number[],
): Map<string, string> {
  checkKinds(config, teacher.config);
  const plan = planModel(config, task);
  const source = planModel(teacher.config, teacher.task);
  checkNumbers(layers, plan.layerCount, source.layerCount);
  const shapes = new Map([...source.parameters, ...source.buffers]);
  const origins = new Map<string, string>();
  for (const [name, shape] of [...plan.parameters, ...plan.buffers]) {
    const { origin, layer } = originOf(name, config, teacher.config, layers);
    const found = shapes.get(origin);
    const head = isHeadWeight(config, name);
    if (String(found) === String(shape) && !(head && otherHead(config, teacher.config)))
      origins.set(name, origin);
    else if (!head)
      throw new UserError(
        layer === undefined
          ? `The student cannot begin with the teacher's layers: its "${name}" is ${sizes(shape)}, the teacher's ${sizes(found)}.`
          : `The student cannot begin with layer ${layer} of the teacher: its "${name}" is ${sizes(shape)}, the teacher's ${sizes(found)}.`,
        { remedy: 'Give the student the widths of the teacher, and fewer layers.' },
      );
  }
  return origins;
}

/** The teacher's architecture with fewer layers. @throws UserError where its layers differ in shape. */
export function withFewerLayers(config: ModelConfig, layers: number): ModelConfig {
  switch (config.architecture) {
    case 'bert':
    case 'gpt2':
    case 'llama':
      return { ...config, layers };
    default:
      throw new UserError(
        `The layers of a model of architecture "${config.architecture}" differ in shape, so a student of ${layers} of them must be described.`,
        { remedy: 'Give the student a "model" beside "teacherLayers".' },
      );
  }
}

function checkKinds(student: ModelConfig, teacher: ModelConfig): void {
  const kind = (config: ModelConfig) =>
    'layout' in config ? `${config.architecture} (${config.layout})` : config.architecture;
  if (kind(student) === kind(teacher) || isDistilledBert(student, teacher)) return;
  throw new UserError(
    `A student of architecture ${kind(student)} cannot begin with layers of a teacher of architecture ${kind(teacher)}.`,
    { remedy: 'Choose a student of the teacher’s architecture, or let it begin from scratch.' },
  );
}

/** A DistilBERT that begins with layers of a BERT: one kind of layer under other names. */
const isDistilledBert = (student: ModelConfig, teacher: ModelConfig): boolean =>
  student.architecture === 'bert' &&
  student.layout === 'distilbert' &&
  teacher.architecture === 'bert' &&
  teacher.layout === 'bert';

/** Heads of other layouts are other functions, whatever their shapes. */
const otherHead = (student: ModelConfig, teacher: ModelConfig): boolean =>
  isDistilledBert(student, teacher) ||
  ('head' in student ? student.head : undefined) !== ('head' in teacher ? teacher.head : undefined);

function checkNumbers(layers: readonly number[], own: number, others: number): void {
  if (layers.length !== own)
    throw new UserError(`teacherLayers names ${layers.length} layers, but the student has ${own}.`, {
      remedy: `Name one layer of the teacher for each of the student's ${own}.`,
    });
  const beyond = layers.find((layer) => layer < 1 || layer > others);
  if (beyond !== undefined)
    throw new UserError(`teacherLayers names layer ${beyond}, but the teacher's layers are 1 to ${others}.`, {
      remedy: `Name layers from 1 to ${others}.`,
    });
}

/** The teacher's weight that stands where this one of the student does. */
function originOf(
  name: string,
  student: ModelConfig,
  teacher: ModelConfig,
  layers: readonly number[],
): { origin: string; layer?: number } {
  for (const [index, layer] of layers.entries()) {
    const to = layerPrefixes(teacher, layer);
    for (const [at, prefix] of layerPrefixes(student, index + 1).entries())
      if (name.startsWith(prefix) && to[at] !== undefined)
        return { origin: to[at] + teacherPart(name.slice(prefix.length), student, teacher), layer };
  }
  return { origin: isDistilledBert(student, teacher) ? name.replace(/^distilbert\./, 'bert.') : name };
}

const parts = [
  'query',
  'key',
  'value',
  'attentionOutput',
  'attentionNorm',
  'up',
  'down',
  'outputNorm',
] as const;

function teacherPart(part: string, student: ModelConfig, teacher: ModelConfig): string {
  if (!isDistilledBert(student, teacher)) return part;
  const role = parts.find((candidate) => part.startsWith(`${bertNames.distilbert[candidate]}.`))!;
  return bertNames.bert[role] + part.slice(bertNames.distilbert[role].length);
}

const sizes = (shape: readonly number[] | undefined) => (shape ? shape.join(' × ') : 'missing');

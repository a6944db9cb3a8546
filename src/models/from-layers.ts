import { UserError } from '../base/user-error.ts';
import type { TaskShape } from '../data/dataset.ts';
import type { RandomGenerator } from '../device/random-generator.ts';
import type { ModelConfig } from '../experiment/schema/schema.ts';
import { constructionOf } from './architectures/all.ts';
import type { Adoption } from './architectures/construction.ts';
import { isHeadWeight } from './checkpoint/head-weights.ts';
import { createModel, planModel } from './create-model.ts';
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
  const adopted = adoption(config, teacher.config);
  const otherHead = adopted !== undefined || headForm(config) !== headForm(teacher.config);
  const plan = planModel(config, task);
  const source = planModel(teacher.config, teacher.task);
  checkNumbers(layers, plan.layerCount, source.layerCount);
  checkKinds(layers, config, teacher.config);
  const shapes = new Map([...source.parameters, ...source.buffers]);
  const origins = new Map<string, string>();
  for (const [name, shape] of [...plan.parameters, ...plan.buffers]) {
    const { origin, layer } = originOf(name, config, teacher.config, layers, adopted);
    const found = shapes.get(origin);
    const head = isHeadWeight(config, name);
    if (String(found) === String(shape) && !(head && otherHead)) origins.set(name, origin);
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

/**
 * The teacher's architecture with some of its layers.
 * @param layers which ones, 1 … layerCount
 * @throws UserError where its layers differ in shape.
 */
export function withFewerLayers(config: ModelConfig, layers: readonly number[]): ModelConfig {
  const fewer = constructionOf(config).withLayers?.(config, layers);
  if (fewer) return fewer;
  throw new UserError(
    `The layers of a model of architecture "${config.architecture}" differ in shape, so a student of ${layers.length} of them must be described.`,
    { remedy: 'Give the student a "model" beside "teacherLayers".' },
  );
}

const kindOf = (config: ModelConfig): string =>
  'layout' in config ? `${config.architecture} (${config.layout})` : config.architecture;

/**
 * What the student's weights are called in a teacher of another kind; undefined in one of its own.
 * @throws UserError if it cannot begin with the layers of such a teacher
 */
function adoption(student: ModelConfig, teacher: ModelConfig): Adoption | undefined {
  if (kindOf(student) === kindOf(teacher)) return undefined;
  const adopted = constructionOf(student).adopted?.(student, teacher);
  if (adopted) return adopted;
  throw new UserError(
    `A student of architecture ${kindOf(student)} cannot begin with layers of a teacher of architecture ${kindOf(teacher)}.`,
    { remedy: 'Choose a student of the teacher’s architecture, or let it begin from scratch.' },
  );
}

const headForm = (config: ModelConfig): string | undefined => {
  const { head } = constructionOf(config);
  return head.answers === 'classes' ? head.form?.(config) : undefined;
};

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

/** Weights that were trained to do one thing are not begun with to do another. */
function checkKinds(layers: readonly number[], student: ModelConfig, teacher: ModelConfig): void {
  const [own, others] = [constructionOf(student), constructionOf(teacher)];
  for (const [index, layer] of layers.entries()) {
    const [is, was] = [own.layerKind?.(student, index + 1), others.layerKind?.(teacher, layer)];
    if (is !== was)
      throw new UserError(
        `The student's layer ${index + 1} cannot begin with layer ${layer} of the teacher: it ${is}, the teacher's ${was}.`,
        { remedy: 'Leave out the "model" of the student, which is then made of the layers as they are.' },
      );
  }
}

/** The teacher's weight that stands where this one of the student does. */
function originOf(
  name: string,
  student: ModelConfig,
  teacher: ModelConfig,
  layers: readonly number[],
  adopted: Adoption | undefined,
): { origin: string; layer?: number } {
  for (const [index, layer] of layers.entries()) {
    const to = constructionOf(teacher).layerPrefixes(teacher, layer);
    for (const [at, prefix] of constructionOf(student)
      .layerPrefixes(student, index + 1)
      .entries()) {
      if (!name.startsWith(prefix) || to[at] === undefined) continue;
      const part = name.slice(prefix.length);
      return { origin: to[at] + (adopted ? adopted.withinLayer(part) : part), layer };
    }
  }
  return { origin: adopted ? adopted.outside(name) : name };
}

const sizes = (shape: readonly number[] | undefined) => (shape ? shape.join(' × ') : 'missing');

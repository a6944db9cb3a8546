import { UserError } from '../../base/user-error.ts';
import type { TaskShape, TextShape } from '../../data/dataset.ts';
import type { ModelConfig } from '../../experiment/schema/schema.ts';
import { taskRecord } from '../../experiment/tasks/all.ts';
import { planModel } from '../create-model.ts';
import { canBeIgnored, standardNames } from '../huggingface/weight-names.ts';
import type { CheckpointWeights } from './checkpoint-weights.ts';
import { isHeadWeight, outputLayer, tiesEmbeddings, tokenHead } from './head-weights.ts';
import { storedShape } from './kernel-layout.ts';
import { otherHead, requireHead } from './other-head.ts';
import type { CheckpointDescription } from './read-model-config.ts';

/**
 * The task of a model that is there already: as many classes as wanted, but the positions it has. A language model
 * answers with the tokens that the data has: rows beyond them stand for no token (checkpoints pad their vocabulary to
 * round numbers), so they are left out. An encoder keeps them, since they only wait to be looked up.
 * @param what the model in messages, such as "The teacher"
 * @throws UserError if it was made for data of another kind, fewer tokens or shorter texts.
 */
export function taskFor(
  own: TaskShape,
  wanted: TaskShape | undefined,
  what: string,
  place?: string,
): TaskShape {
  if (!wanted) return own;
  const [known, asked] = [taskRecord(own), taskRecord(wanted)];
  if (known.goal !== asked.goal || String(own.image) !== String(wanted.image))
    throw new UserError(`${what} was made for ${describe(own)}, but the data has ${describe(wanted)}.`, {
      remedy: 'Name a checkpoint made for data of this kind.',
      place,
    });
  if (!wanted.text || !own.text) return wanted;
  checkText(own.text, wanted.text, what, place);
  if (asked.answers !== 'tokens') return { ...wanted, text: { ...own.text, pairs: wanted.text.pairs } };
  const { vocabulary } = wanted.text;
  const padId = own.text.padId < vocabulary ? own.text.padId : wanted.text.padId;
  return { ...wanted, classes: vocabulary, text: { ...own.text, vocabulary, padId } };
}

function checkText(own: TextShape, wanted: TextShape, what: string, place: string | undefined): void {
  if (wanted.vocabulary > own.vocabulary)
    throw new UserError(
      `${what} knows ${own.vocabulary} tokens, but the tokenizer makes ${wanted.vocabulary}.`,
      {
        remedy: 'Take the tokenizer that belongs to the model.',
        place,
      },
    );
  if (wanted.length > own.length)
    throw new UserError(
      `${what} has positions for ${own.length} tokens, but samples have up to ${wanted.length}.`,
      { remedy: `Cut samples at ${own.length} tokens.`, place },
    );
}

function describe(task: TaskShape): string {
  const { classes, image, text } = task;
  if (image) return `${classes} classes of ${image.join('×')} images`;
  return text ? taskRecord(task).samples : `${classes} classes`;
}

/** The head of a model of tokens whose configuration says that the table which embeds them predicts them as well. */
const tiedHead = (config: ModelConfig) => (tiesEmbeddings(config) ? tokenHead(config) : undefined);

/**
 * A checkpoint whose predictor is a matrix of its own though its configuration says that it is the embeddings: where
 * both are saved and differ, the file is believed, as transformers does since version 5 (version 4 passes over the
 * predictor). It then says so in its own configuration, which all versions read alike.
 * @throws UserError if the file cannot be read
 */
export async function withOwnPredictor(
  found: CheckpointDescription,
  weights: CheckpointWeights,
): Promise<CheckpointDescription> {
  const head = tiedHead(found.config);
  if (!found.origin || !head) return found;
  const names = standardNames(found.config, weights.names());
  const [own, table] = [names.get(head.predictor), names.get(head.embeddings)];
  if (own === undefined || table === undefined || weights.isAlias(own) || weights.isAlias(table))
    return found;
  if (String(weights.entry(own)!.shape) !== String(weights.entry(table)!.shape)) return found;
  const values = (await weights.read(table)).data;
  const others = (await weights.read(own)).data;
  if (values.every((value, at) => value === others[at])) return found;
  return { ...found, config: { ...found.config, tieEmbeddings: false } as ModelConfig };
}

export interface FittingWeight {
  readonly name: string;
  readonly stored: string;
  /** In memory. A vocabulary can have fewer rows than are stored; the first ones are its own then. */
  readonly shape: readonly number[];
}

/** Whether a weight has a row for each token that a model answers with. */
function isVocabulary(config: ModelConfig, name: string): boolean {
  const head = tokenHead(config);
  return name === head?.embeddings || name === head?.predictor;
}

/**
 * Which stored weight becomes which of the model's; none of them is read. A head that is missing or of other classes is
 * left out where a fresh one can be drawn.
 * @throws UserError if names, shapes or types do not fit.
 */
export function fitWeights(
  description: CheckpointDescription,
  task: TaskShape,
  weights: CheckpointWeights,
  directory: string,
  freshHead: boolean,
): FittingWeight[] {
  const { config, origin, task: own } = description;
  if (!freshHead) requireHead(description, task, directory);
  const drawn = otherHead(description, task) !== undefined;
  const plan = planModel(config, task);
  const names = origin
    ? standardNames(config, weights.names())
    : new Map([...weights.names()].map((n) => [n, n]));
  const tied = tiedHead(config);
  // Of two weights that are one, either may be the one that is saved.
  if (tied && !names.has(tied.embeddings) && names.has(tied.predictor))
    names.set(tied.embeddings, names.get(tied.predictor)!);
  const remedy = 'Put the config.json and the weights that were saved together into the folder.';
  const stored: FittingWeight[] = [];
  for (const [name, shape] of [...plan.parameters, ...plan.buffers]) {
    const storedName = names.get(name);
    names.delete(name);
    const isHead = isHeadWeight(config, name);
    if (drawn && name.startsWith(`${outputLayer(config)}.`)) continue;
    const otherClasses = isHead && own.classes !== task.classes;
    if (storedName === undefined || otherClasses) {
      if (isHead && freshHead && (storedName === undefined || differs(weights, storedName, shape))) continue;
      if (storedName === undefined)
        throw isHead && origin
          ? noHead(directory, name)
          : new UserError(`${directory} lacks the weight "${name}" that its config.json asks for.`, {
              remedy,
              place: directory,
            });
      if (differs(weights, storedName, shape)) throw classesDiffer(directory, own.classes, task.classes);
    }
    const rows = isVocabulary(config, name) ? own.text!.vocabulary : shape[0]!;
    checkEntry(weights, storedName, [rows, ...shape.slice(1)], remedy);
    stored.push({ name, stored: storedName, shape });
  }
  for (const [name, storedName] of names) if (weights.isAlias(storedName)) names.delete(name);
  refuseUnknown(config, names, directory, origin !== undefined);
  return stored;
}

const differs = (weights: CheckpointWeights, storedName: string, shape: readonly number[]) =>
  String(weights.entry(storedName)!.shape) !== String(storedShape(shape));

function checkEntry(
  weights: CheckpointWeights,
  storedName: string,
  shape: readonly number[],
  remedy: string,
): void {
  const { file, shape: found, dtype } = weights.entry(storedName)!;
  const wanted = storedShape(shape);
  if (String(found) !== String(wanted))
    throw new UserError(
      `${file}: weight "${storedName}" has the shape [${found.join(', ')}], but config.json asks for [${wanted.join(', ')}].`,
      { remedy, place: file },
    );
  if (dtype !== 'F32' && dtype !== 'F16' && dtype !== 'BF16' && dtype !== 'F64')
    throw new UserError(
      `${file}: weight "${storedName}" is stored as ${dtype}, not as a floating-point type.`,
      {
        remedy: 'Convert it to F32, F16, BF16 or F64.',
        place: file,
      },
    );
}

function refuseUnknown(
  config: ModelConfig,
  left: ReadonlyMap<string, string>,
  directory: string,
  huggingFace: boolean,
): void {
  const unknown = [...left].filter(([name]) => !huggingFace || !canBeIgnored(config, name));
  if (unknown.length === 0) return;
  const shown = unknown.slice(0, 3).map(([, storedName]) => `"${storedName}"`);
  const more = unknown.length > 3 ? ` and ${unknown.length - 3} more` : '';
  throw new UserError(
    `${directory} holds weights that the model in its config.json does not have: ${shown.join(', ')}${more}.`,
    { remedy: 'Put the config.json that was saved with these weights beside them.', place: directory },
  );
}

function noHead(directory: string, name: string): UserError {
  return new UserError(`${directory} holds a model without a head for this task: it lacks "${name}".`, {
    remedy: 'Name a checkpoint that was trained for this task; as a student it can be one without a head.',
    place: directory,
  });
}

function classesDiffer(directory: string, own: number, wanted: number): UserError {
  return new UserError(`The model in ${directory} tells ${own} classes apart, but the data has ${wanted}.`, {
    remedy: 'Name a checkpoint that was trained on the same classes.',
    place: directory,
  });
}

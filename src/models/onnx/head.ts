import { join } from 'node:path';
import { UserError } from '../../base/user-error.ts';
import type { CheckpointDescription } from '../checkpoint/read-model-config.ts';
import { classNamesOf, headOf, labelSchema, parseRaw, type RawConfig } from '../huggingface/description.ts';
import type { Graph } from './graph.ts';
import { GraphNameProblem } from './names.ts';
import { embeddingRows, type ProbedValue, probedBatch, probedLength } from './probe.ts';
import type { Roles } from './roles.ts';
import type { GraphSettings } from './settings.ts';

export interface HeadOptions {
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

/**
 * What a graph's answer means: scores of classes, or of next tokens.
 * @throws UserError if it is neither, or config.json says otherwise
 */
export function headFor({ graph, roles, raw, settings, answer, named, image, length }: HeadOptions): Head {
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

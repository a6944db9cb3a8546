import { stat } from 'node:fs/promises';
import { UserError } from '../../base/user-error.ts';
import { compressionSource } from '../../compression/source.ts';
import type { TaskShape } from '../../data/dataset.ts';
import { openDataset } from '../../data/open-dataset.ts';
import { byteTokenizer } from '../../data/text/tokenizers/byte-tokenizer.ts';
import {
  checkpointTokenizer,
  noTokenizer,
  storedTokenizer,
} from '../../data/text/tokenizers/checkpoint-tokenizer.ts';
import type { Tokenizer } from '../../data/text/tokenizers/tokenizer.ts';
import { compareVocabularies } from '../../data/text/tokenizers/vocabularies.ts';
import { wordSpecials } from '../../data/text/tokenizers/word-tokenizer.ts';
import type { Finding, JsonPath } from '../../experiment/parsing/problem.ts';
import { resolvePath } from '../../experiment/parsing/resolve-path.ts';
import { ownTokensOf } from '../../experiment/schema/own-tokens.ts';
import type { DatasetConfig, Experiment } from '../../experiment/schema/schema.ts';
import { compresses } from '../../experiment/strategies/compression.ts';
import { strategyFacts } from '../../experiment/strategies/facts.ts';
import { type AskedTask, taskRecord } from '../../experiment/tasks/all.ts';
import { inspectCheckpoint } from '../../models/checkpoint/checkpoint.ts';
import { folderOfCheckpoint } from '../../models/onnx/files.ts';
import { type Check, type CheckContext, findingOf } from '../context.ts';
import { folderOf } from '../models/stored-model.ts';
import { taskOf } from '../task.ts';
import {
  type DataTokens,
  type ModelRole,
  type ReadingModel,
  tokenizerFindings,
  tokensOf,
} from './tokenizer-findings.ts';

type TextConfig = Extract<DatasetConfig, { tokenizer: unknown }>;

interface Place {
  readonly role: ModelRole;
  readonly path: JsonPath;
  readonly folder: string;
  readonly rows?: number;
  /** Whether it continues texts. */
  readonly continues: boolean;
}

interface Found extends ReadingModel {
  readonly folder: string;
  readonly continues: boolean;
  readonly tokenizer?: Tokenizer;
}

/** Whether data, teacher and student mean the same by a token id; nothing is said of what is not here yet. */
export const checkTokenizers: Check = async (context) => {
  const config = context.experiment.dataset;
  const task = taskOf(context)?.task;
  if (!('tokenizer' in config) || !task) return [];
  const findings: Finding[] = [];
  const all: Found[] = [];
  for (const place of await placesOf(context))
    try {
      const tokenizer = await checkpointTokenizer(place.folder);
      all.push({ ...place, ...(tokenizer && { tokenizer, ...tokensOf(tokenizer, task) }) });
    } catch (error) {
      findings.push(findingOf(error, place.path, 'tokenizer'));
    }
  if (findings.length > 0 || all.length === 0) return findings;
  const own = ownTokensOf(context.experiment);
  const teachers = all.filter(({ role }) => own && role === 'teacher');
  const readers = [
    { config, models: all.filter((model) => !teachers.includes(model)), section: 'dataset' },
    ...(own ? [{ config: { ...config, ...own } as TextConfig, models: teachers, section: 'teacher' }] : []),
  ];
  for (const { config: read, models, section } of readers)
    try {
      if (models.length > 0) findings.push(...(await compare(read, task, models, context, section)));
    } catch (error) {
      if (isMissing(error)) continue; // Said of the file already.
      const path = read.tokenizer.kind === 'auto' ? models[0]!.path : [section, 'tokenizer'];
      findings.push(findingOf(error, path, 'tokenizer'));
    }
  return findings;
};

const isMissing = (error: unknown) =>
  error instanceof UserError && (error.cause as NodeJS.ErrnoException | undefined)?.code === 'ENOENT';

/** The checkpoints of an experiment that are here, the one whose tokenizer is taken first of all. */
async function placesOf(context: CheckContext): Promise<Place[]> {
  const { experiment, directory, dataDirectory, storedTeacher, storedStudent } = context;
  const { strategy } = experiment;
  const places: Place[] = [];
  for (const [role, stored] of [
    ['teacher', storedTeacher],
    ['student', storedStudent],
  ] as const) {
    const checkpoint = experiment[role]?.checkpoint;
    const folder = stored && checkpoint !== undefined && (await folderOf(checkpoint, directory));
    if (folder)
      places.push({
        role,
        path: [role, 'checkpoint'],
        folder: folderOfCheckpoint(folder),
        ...vocabularyOf(stored.task),
      });
  }
  if (!compresses(strategy) || strategy.of === 'teacher') return places;
  try {
    const source = await compressionSource(strategy.of, { experimentDirectory: directory, dataDirectory });
    const folder = await folderOf(source, directory);
    if (folder === undefined) return [];
    const { task } = await inspectCheckpoint(folder);
    return [
      {
        role: 'model to be made smaller',
        path: ['strategy', 'of'],
        folder: folderOfCheckpoint(folder),
        ...vocabularyOf(task),
      },
    ];
  } catch (error) {
    if (error instanceof UserError) return []; // Said by the check of what is made smaller.
    throw error;
  }
}

const vocabularyOf = (task: TaskShape) => ({
  rows: task.text?.vocabulary,
  continues: taskRecord(task).continuesTexts,
});

async function compare(
  config: TextConfig,
  task: AskedTask,
  models: readonly Found[],
  { experiment, directory }: CheckContext,
  section: string,
): Promise<Finding[]> {
  const { tokenizer } = config;
  const asWritten = { path: [section, 'tokenizer'] };
  switch (tokenizer.kind) {
    case 'auto': {
      const source = models.find((model) => model.tokenizer);
      if (source?.tokenizer) {
        const data = { ...tokensOf(source.tokenizer, task), from: source.role };
        const { role, path, rows } = source;
        return tokenizerFindings(
          data,
          models.map((model) => (model === source ? { role, path, rows } : model)),
        );
      }
      // Of a model of the Hub that is not here nothing is known; it may bring one.
      const roles = ownTokensOf(experiment) ? [models[0]!.role] : ['teacher', 'student'];
      const named = roles.filter(
        (role) => (role === 'student' ? experiment.student : experiment.teacher)?.checkpoint !== undefined,
      ).length;
      if (models.length < named) return [];
      const { path, folder, role } = models[0]!;
      return [{ ...(await noTokenizer(folder, role)), path, severity: 'warning', code: 'tokenizer-unknown' }];
    }
    case 'file':
      return tokenizerFindings(
        { ...tokensOf(await storedTokenizer(resolvePath(directory, tokenizer.file)), task), ...asWritten },
        models,
      );
    case 'bytes':
      return tokenizerFindings({ ...tokensOf(byteTokenizer(), task), ...asWritten }, models);
    case 'words': {
      const sizes = differentSizes(experiment, models);
      if (sizes.length > 0) return sizes;
      const data = await wordsOfData(config, task, models, directory);
      return data ? tokenizerFindings({ ...data, ...asWritten }, models) : [];
    }
  }
}

/**
 * Language models that do not say which tokens they have, as many as the rows they have: next tokens of two vocabularies
 * cannot be compared.
 */
function differentSizes({ strategy }: Experiment, models: readonly Found[]): Finding[] {
  const [teacher, student] = ['teacher', 'student'].map((role) =>
    models.find((model) => model.role === role),
  );
  if (!strategyFacts[strategy.kind].comparesSamples) return [];
  if (!teacher?.continues || !student?.continues || (teacher.tokens && student.tokens)) return [];
  if (teacher.rows === student.rows) return [];
  return [
    {
      message: `The teacher knows ${teacher.rows} tokens, the student ${student.rows}: the two cannot be compared token by token.`,
      remedy:
        'Choose a student with the vocabulary of the teacher, or strategy "sequence" with "across". If they differ in padding alone, put the tokenizer.json of each beside its weights.',
      path: ['student', 'checkpoint'],
      severity: 'error',
      code: 'vocabulary',
    },
  ];
}

/** Larger texts are left for the run to read. */
const mostBytes = 8 * 2 ** 20;

/** A vocabulary of words, as far as it can be known without taking long; undefined where nothing is known. */
async function wordsOfData(
  config: TextConfig,
  task: AskedTask,
  models: readonly Found[],
  directory: string,
): Promise<DataTokens | undefined> {
  const first = {
    tokens: new Map(wordSpecials.map((token, id) => [token, id])),
    vocabulary: wordSpecials.length,
  };
  const others = models.flatMap(({ tokens }) => tokens ?? []);
  if (others.some((tokens) => compareVocabularies(first.tokens, tokens).difference)) return first;
  if (others.length === 0 || !('train' in config)) return undefined;
  const status = await stat(resolvePath(directory, config.train)).catch(() => undefined);
  if (!status?.isFile() || status.size > mostBytes) return undefined;
  const dataset = await openDataset(config, directory).catch((error: unknown) => {
    if (error instanceof UserError) return undefined; // Said by the check of the data.
    throw error;
  });
  return dataset?.tokenizer && tokensOf(dataset.tokenizer, task);
}

import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../../base/user-error.ts';
import type { DataRemark, Dataset } from '../../data/dataset.ts';
import type { DatasetFacts, OwnTexts } from '../../data/datasets/dataset-reader.ts';
import { openDataset } from '../../data/open-dataset.ts';
import type { Finding, JsonPath } from '../../experiment/parsing/problem.ts';
import { resolvePath } from '../../experiment/parsing/resolve-path.ts';
import type { DatasetConfig } from '../../experiment/schema/schema.ts';
import { findingOf } from '../context.ts';
import { namedIn } from './named-in.ts';

/** Data of more bytes is not read as a whole while somebody types. */
const mostBytes = 8e6;
/** What a compressed file may grow to, as a rule. */
const unpacked = 8;
const mostRemembered = 16;

export interface WholeDataset {
  readonly facts?: DatasetFacts;
  readonly findings: readonly Finding[];
}

/** What was read, by all that it depends on, so that nothing is read twice while other parts of a file are edited. */
const remembered = new Map<string, Promise<WholeDataset>>();

/**
 * Opens a small dataset of texts as a run would, and so finds all that a run would find.
 * @returns undefined where it is too large to be read on the side
 */
export async function wholeDataset(
  config: DatasetConfig,
  texts: readonly [OwnTexts, ...OwnTexts[]],
  directory: string,
): Promise<WholeDataset | undefined> {
  const paths = texts.map(({ written }) => written);
  if ('tokenizer' in config && config.tokenizer.kind === 'file') paths.push(config.tokenizer.file);
  const files = paths.map((path) => resolvePath(directory, path));
  const states = await Promise.all(files.map(stateOf));
  const bytes = states
    .flat()
    .reduce((sum, { size, file }) => sum + size * (/\.gz$/i.test(file) ? unpacked : 1), 0);
  if (bytes > mostBytes) return undefined;
  const key = JSON.stringify([config, directory, states]);
  const known = remembered.get(key);
  if (known) return known;
  if (remembered.size >= mostRemembered) remembered.clear();
  const reading = open(config, texts, directory);
  remembered.set(key, reading);
  return reading;
}

/** Size and time of a file, or of the files of a folder. */
async function stateOf(path: string): Promise<{ file: string; size: number; time: number }[]> {
  const status = await stat(path).catch(() => undefined);
  if (!status) return [];
  if (!status.isDirectory()) return [{ file: path, size: status.size, time: status.mtimeMs }];
  const names = await readdir(path).catch(() => []);
  const all = await Promise.all(
    names.map(async (name) => {
      const file = join(path, name);
      const inner = await stat(file).catch(() => undefined);
      return inner?.isFile() ? [{ file, size: inner.size, time: inner.mtimeMs }] : [];
    }),
  );
  return all.flat();
}

async function open(
  config: DatasetConfig,
  texts: readonly [OwnTexts, ...OwnTexts[]],
  directory: string,
): Promise<WholeDataset> {
  try {
    const dataset = await openDataset(config, directory);
    return { facts: factsOf(dataset), findings: remarkFindings(dataset.remarks ?? []) };
  } catch (error) {
    return { findings: [findingOf(error, pathOf(error, texts, directory), 'dataset')] };
  }
}

function factsOf({ task, train, subset, unlabelled, validation }: Dataset): DatasetFacts {
  return {
    task,
    sizes: {
      train: train.size,
      subset: subset.size,
      validation: validation.size,
      ...(unlabelled && { unlabelled: unlabelled.split.size }),
    },
  };
}

/** Where the experiment names what is wrong: an option, or the file that the mistake stands in. */
function pathOf(error: unknown, texts: readonly [OwnTexts, ...OwnTexts[]], directory: string): JsonPath {
  if (error instanceof UserError && error.option !== undefined) return ['dataset', error.option];
  return ['dataset', ...namedIn(error, texts, directory).option];
}

/** What a run would say of its data, said beforehand. */
export const remarkFindings = (remarks: readonly DataRemark[]): Finding[] =>
  remarks.map(({ message, kind }) => ({
    message,
    path: ['dataset'],
    at: 'key',
    severity: 'warning',
    code: kind ?? 'dataset',
  }));

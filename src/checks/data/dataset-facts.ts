import type { TaskShape } from '../../data/dataset.ts';
import { readIdx } from '../../data/idx.ts';
import { checkCounts, checkImageSize, checkLabels, countClasses, expectShape } from '../../data/idx-rules.ts';
import { type ImageFiles, locateMnist } from '../../data/mnist.ts';
import type { SplitOptions } from '../../data/splits.ts';
import type { Finding, JsonPath } from '../../experiment/parsing/problem.ts';
import { resolvePath } from '../../experiment/parsing/resolve-path.ts';
import type { DatasetConfig } from '../../experiment/schema/schema.ts';
import { findingOf } from '../context.ts';
import { readFileFacts } from './dataset-files.ts';
import { readIdxShape, requireFile } from './idx-shape.ts';
import { didYouMean } from './neighbours.ts';

/** What is known of a dataset: of images without reading them, of a few texts from reading them. */
export interface DatasetFacts {
  /** What it asks of a model. */
  readonly task: TaskShape;
  /** What its samples are drawn from. */
  readonly labels?: DrawnFrom;
  /** How many samples there are, where they were drawn already. */
  readonly sizes?: { readonly train: number; readonly subset: number; readonly validation: number };
}

export interface DrawnFrom {
  /** How samples are drawn. */
  readonly draw: SplitOptions;
  readonly train: Uint8Array | Int32Array;
  readonly test: Uint8Array | Int32Array;
}

interface Part {
  readonly path: JsonPath;
  readonly file: string;
  /** The path as the experiment has it; absent for files of a package. */
  readonly written?: string;
}

interface Pair {
  readonly images: Part;
  readonly labels: Part;
}

/** Looks at the files of a dataset: there, readable, whole, belonging together. Without a finding there are facts. */
export async function readDatasetFacts(
  config: DatasetConfig,
  directory: string,
): Promise<{ facts?: DatasetFacts; findings: Finding[] }> {
  if (config.kind !== 'mnist' && config.kind !== 'idx') return readFileFacts(config, directory);
  let pairs: { train: Pair; test: Pair };
  try {
    pairs = config.kind === 'mnist' ? mnistPairs(directory) : idxPairs(config, directory);
  } catch (error) {
    return { findings: [findingOf(error, ['dataset', 'kind'], 'dataset-missing')] };
  }
  const findings: Finding[] = [];
  const attempt = async <T>(part: Part, read: () => T | Promise<T>): Promise<T | undefined> => {
    try {
      return await read();
    } catch (error) {
      findings.push(await fileFinding(error, part, directory));
      return undefined;
    }
  };
  const images = ({ images: part }: Pair) =>
    attempt(part, async () =>
      expectShape(await readIdxShape(part.file), 3, 'images (count, height, width)', part.file),
    );
  const labels = ({ labels: part }: Pair) =>
    attempt(part, async () => {
      await requireFile(part.file);
      return expectShape(await readIdx(part.file), 1, 'labels (count)', part.file);
    });
  const { train, test } = pairs;
  const [trainImages, trainLabels, testImages, testLabels] = await Promise.all([
    images(train),
    labels(train),
    images(test),
    labels(test),
  ]);
  if (!trainImages || !trainLabels || !testImages || !testLabels) return { findings };

  await attempt(train.labels, () => checkCounts(trainImages, trainLabels, filesOf(train)));
  await attempt(test.labels, () => checkCounts(testImages, testLabels, filesOf(test)));
  await attempt(test.images, () => checkImageSize(trainImages, testImages, test.images.file));
  const classes = await attempt(train.labels, () => countClasses(trainLabels.data, train.labels.file));
  if (classes !== undefined)
    await attempt(test.labels, () => checkLabels(testLabels.data, classes, test.labels.file));
  if (classes === undefined || findings.length > 0) return { findings };
  const [, height, width] = trainImages.shape as [number, number, number];
  return {
    facts: {
      task: { classes, image: [height, width, 1] },
      labels: { draw: config, train: trainLabels.data, test: testLabels.data },
    },
    findings,
  };
}

async function fileFinding(error: unknown, part: Part, directory: string): Promise<Finding> {
  const missing = ((error as Error).cause as NodeJS.ErrnoException | undefined)?.code === 'ENOENT';
  const finding = findingOf(error, part.path, missing ? 'file-missing' : 'file');
  const meant =
    missing && part.written !== undefined ? await didYouMean(directory, part.written, part.path) : undefined;
  return { ...finding, ...meant };
}

function mnistPairs(directory: string): { train: Pair; test: Pair } {
  const files = locateMnist(directory);
  const pair = ({ images, labels }: ImageFiles): Pair => ({
    images: { path: ['dataset', 'kind'], file: images },
    labels: { path: ['dataset', 'kind'], file: labels },
  });
  return { train: pair(files.train), test: pair(files.test) };
}

function idxPairs(config: Extract<DatasetConfig, { kind: 'idx' }>, directory: string) {
  const part = (split: 'train' | 'test', kind: 'images' | 'labels'): Part => ({
    path: ['dataset', split, kind],
    file: resolvePath(directory, config[split][kind]),
    written: config[split][kind],
  });
  const pair = (split: 'train' | 'test'): Pair => ({
    images: part(split, 'images'),
    labels: part(split, 'labels'),
  });
  return { train: pair('train'), test: pair('test') };
}

const filesOf = ({ images, labels }: Pair): ImageFiles => ({ images: images.file, labels: labels.file });

import { resolve } from 'node:path';
import type { DatasetConfig } from '../experiment/schema.ts';
import { UserError } from '../experiment/user-error.ts';
import type { Dataset } from './dataset.ts';
import { type IdxArray, readIdx } from './idx.ts';
import { imageDataset, type LabelledImages } from './image-dataset.ts';
import { type ImageFiles, locateMnist } from './mnist.ts';

/**
 * Reads a dataset into memory, images as bytes.
 * @param directory where relative paths start: the experiment file's directory.
 * @throws UserError naming the file and what is wrong with it.
 */
export async function openDataset(config: DatasetConfig, directory: string): Promise<Dataset> {
  const files = config.kind === 'mnist' ? locateMnist(directory) : idxFiles(config, directory);
  const [trainImages, trainLabels, testImages, testLabels] = await Promise.all([
    readImages(files.train.images),
    readLabels(files.train.labels),
    readImages(files.test.images),
    readLabels(files.test.labels),
  ]);
  checkCounts(trainImages, trainLabels, files.train);
  checkCounts(testImages, testLabels, files.test);
  const [, height, width] = trainImages.shape as [number, number, number];
  if (testImages.shape[1] !== height || testImages.shape[2] !== width)
    throw new UserError(
      `Training images are ${height} × ${width} pixels, but those of ${files.test.images} are ${testImages.shape[1]} × ${testImages.shape[2]}.`,
      { remedy: 'Bring all images to one size.', place: files.test.images },
    );
  const classes = countClasses(trainLabels.data, files.train.labels);
  checkLabels(testLabels.data, classes, files.test.labels);
  const labelled = (images: IdxArray, labels: IdxArray): LabelledImages => ({
    pixels: images.data,
    labels: labels.data,
  });
  return imageDataset(
    [height, width, 1],
    Array.from({ length: classes }, (_, index) => String(index)),
    labelled(trainImages, trainLabels),
    labelled(testImages, testLabels),
    config,
  );
}

function idxFiles(config: Extract<DatasetConfig, { kind: 'idx' }>, directory: string) {
  const absolute = (pair: ImageFiles): ImageFiles => ({
    images: resolve(directory, pair.images),
    labels: resolve(directory, pair.labels),
  });
  return { train: absolute(config.train), test: absolute(config.test) };
}

async function readImages(file: string): Promise<IdxArray> {
  return expectShape(await readIdx(file), 3, 'images (count, height, width)', file);
}

async function readLabels(file: string): Promise<IdxArray> {
  return expectShape(await readIdx(file), 1, 'labels (count)', file);
}

function expectShape(array: IdxArray, rank: number, what: string, file: string): IdxArray {
  if (array.shape.length !== rank)
    throw new UserError(
      `${file} has ${array.shape.length} dimension${array.shape.length === 1 ? '' : 's'} (${array.shape.join(' × ')}); ${what} have ${rank}.`,
      {
        remedy:
          array.shape.length === 4 - rank
            ? 'Are the files of images and labels swapped?'
            : 'Name another file.',
        place: file,
      },
    );
  if (array.data.length === 0)
    throw new UserError(`${file} holds no samples (${array.shape.join(' × ')}).`, {
      remedy: 'Name a file with samples.',
      place: file,
    });
  return array;
}

function checkCounts(images: IdxArray, labels: IdxArray, files: ImageFiles): void {
  if (images.shape[0] === labels.shape[0]) return;
  throw new UserError(
    `${files.images} holds ${images.shape[0]} images, but ${files.labels} holds ${labels.shape[0]} labels.`,
    {
      remedy: 'Name files that belong together: one label per image, in the same order.',
      place: files.labels,
    },
  );
}

/** Classes are numbered from 0; each must have a sample to learn from. */
function countClasses(labels: Uint8Array, file: string): number {
  const counts = new Array<number>(256).fill(0);
  for (const label of labels) counts[label]!++;
  const classes = counts.findLastIndex((count) => count > 0) + 1;
  if (classes < 2)
    throw new UserError(`Every label in ${file} is 0; telling classes apart needs at least two.`, {
      remedy: 'Name a file with the labels of at least two classes.',
      place: file,
    });
  const empty = counts.slice(0, classes).indexOf(0);
  if (empty >= 0)
    throw new UserError(
      `Class ${empty} has no training sample: the labels in ${file} go up to ${classes - 1}, and none is ${empty}.`,
      { remedy: 'Number the classes from 0 without gaps.', place: file },
    );
  return classes;
}

function checkLabels(labels: Uint8Array, classes: number, file: string): void {
  const position = labels.findIndex((label) => label >= classes);
  if (position < 0) return;
  throw new UserError(
    `Label ${labels[position]} of sample ${position} in ${file} is out of range: the training labels know classes 0 to ${classes - 1}.`,
    { remedy: 'Use the same numbering of classes for training and test.', place: file },
  );
}

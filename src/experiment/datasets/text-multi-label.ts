import { z } from 'zod';
import { filePath } from '../schema/option.ts';
import type { DatasetRecord } from './dataset-record.ts';
import { textColumns, textColumnsApart } from './text-columns.ts';
import { classificationOptions, testFraction } from './text-options.ts';

const names = z.array(z.string().min(1)).min(2).max(10_000);

const schema = z
  .strictObject({
    kind: z.literal('text-multi-label').describe('Your own texts with several labels each.'),
    train: filePath(
      'Table of texts and labels: .csv, .tsv, .jsonl or .parquet; text formats may be .gz. CSV and TSV name their columns in the first line. Rows without a text are left out and counted; a row without labels has none of them.',
    ),
    test: filePath(
      'Test file in any of the same formats. Left out: testFraction of the training file is set aside.',
    ).optional(),
    testFraction,
    ...textColumns,
    labelColumn: z
      .string()
      .min(1)
      .default('labels')
      .describe(
        'Column of the labels: a list in JSONL, elsewhere names with separator between them. Default "labels".',
      ),
    separator: z
      .string()
      .min(1)
      .max(16)
      .default(',')
      .describe('What stands between the labels of a text, in a column that is no list. Default a comma.'),
    labelColumns: names
      .optional()
      .describe(
        'In place of labelColumn: a column for each label, with 1 or 0 (or true or false, yes or no), in the order of the labels.',
      ),
    classes: names
      .optional()
      .describe(
        'The labels there are, in their order; any other label is an error. Left out: all labels of the training file, in order.',
      ),
    ...classificationOptions,
  })
  .superRefine(({ labelColumn, labelColumns, ...columns }, context) =>
    textColumnsApart({ ...columns, ...(!labelColumns && { labelColumn }) }, context),
  )
  .refine(({ labelColumns, classes }) => labelColumns === undefined || classes === undefined, {
    path: ['classes'],
    message: 'Both "labelColumns" and "classes" say which labels there are.',
    params: {
      code: 'contradiction',
      remedy: 'Take "classes" away: the columns have the names of the labels.',
    },
  })
  .describe(
    'Texts, or pairs of texts, with any number of labels each, from CSV, TSV, JSONL or Parquet. Each label is a yes or no by itself, at a probability of one half.',
  );

export type TextMultiLabelConfig = z.output<typeof schema>;

export const textMultiLabel: DatasetRecord<typeof schema> = {
  schema,
  task: 'text-multi-label',
  namedBy: 'train',
};

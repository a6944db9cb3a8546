import { z } from 'zod';
import { filePath } from '../schema/option.ts';
import type { DatasetRecord } from './dataset-record.ts';
import { textColumns, textColumnsApart } from './text-columns.ts';
import { classificationOptions, testFraction } from './text-options.ts';
import { unlabelledOptions } from './unlabelled.ts';

const schema = z
  .strictObject({
    kind: z.literal('text-classification').describe('Your own labelled texts.'),
    train: filePath(
      'Table of texts and labels: .csv, .tsv, .jsonl or .parquet; text formats may be .gz. CSV and TSV name their columns in the first line. Rows without a text or a label are left out and counted.',
    ),
    test: filePath(
      'Test file in any of the same formats. Left out: testFraction of the training file is set aside, the same part of each class.',
    ).optional(),
    testFraction,
    ...unlabelledOptions(
      'Table as above, of which only the column of the texts is read; a .txt file with a text a line; or a folder of .txt and .md files, each of them a text.',
    ),
    ...textColumns,
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
  .superRefine(textColumnsApart)
  .describe('Texts, or pairs of texts, with a label each, from CSV, TSV, JSONL or Parquet.');

export type TextClassificationConfig = z.output<typeof schema>;

export const textClassification: DatasetRecord<typeof schema> = {
  schema,
  task: 'text-classification',
  namedBy: 'train',
};

import { z } from 'zod';
import { filePath } from '../schema/option.ts';
import type { DatasetRecord } from './dataset-record.ts';
import { textColumns, textColumnsApart } from './text-columns.ts';
import { classificationOptions, testFraction } from './text-options.ts';

const schema = z
  .strictObject({
    kind: z.literal('text-regression').describe('Your own texts with a number each.'),
    train: filePath(
      'Table of texts and numbers: .csv, .tsv, .jsonl or .parquet; text formats may be .gz. CSV and TSV name their columns in the first line. Rows without a text or a number are left out and counted.',
    ),
    test: filePath(
      'Test file in any of the same formats. Left out: testFraction of the training file is set aside.',
    ).optional(),
    testFraction,
    ...textColumns,
    labelColumn: z
      .string()
      .min(1)
      .default('label')
      .describe(
        'Column of the numbers. The student learns to give them by the squared error: numbers far from 1 are best divided by what they usually are. Default "label".',
      ),
    ...classificationOptions,
  })
  .superRefine(textColumnsApart)
  .describe(
    'Texts, or pairs of texts, with a number each, such as a rating or how alike two texts are; from CSV, TSV, JSONL or Parquet.',
  );

export type TextRegressionConfig = z.output<typeof schema>;

export const textRegression: DatasetRecord<typeof schema> = {
  schema,
  task: 'text-regression',
  namedBy: 'train',
};

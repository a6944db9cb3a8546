import { z } from 'zod';
import { filePath } from '../schema/option.ts';
import type { DatasetRecord } from './dataset-record.ts';
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
    textColumn: z.string().min(1).default('text').describe('Column of the texts. Default "text".'),
    textColumns: z
      .array(z.string().min(1))
      .length(2)
      .optional()
      .describe(
        'Two columns whose texts go together, in place of textColumn: question and answer, premise and hypothesis. The tokenizer’s template for pairs joins them, with token types where the model knows them; of a pair that is longer than maxLength the longer text is cut first.',
      ),
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
  .superRefine((config, context) => {
    const { textColumn, textColumns, labelColumn } = config;
    const refuse = (message: string, remedy: string) =>
      context.addIssue({
        code: 'custom',
        path: ['textColumns'],
        message,
        params: { code: 'contradiction', remedy },
      });
    if (textColumns === undefined) return;
    if (textColumn !== 'text')
      refuse('Both "textColumn" and "textColumns" name columns of texts.', 'Take one of the two away.');
    const all = [...textColumns, labelColumn];
    const twice = all.find((column, at) => all.indexOf(column) !== at);
    if (twice !== undefined)
      refuse(
        `The column "${twice}" is named twice.`,
        'Name two columns of texts, and another one as "labelColumn".',
      );
  })
  .describe('Texts, or pairs of texts, with a label each, from CSV, TSV, JSONL or Parquet.');

export type TextClassificationConfig = z.output<typeof schema>;

export const textClassification: DatasetRecord<typeof schema> = {
  schema,
  task: 'text-classification',
  namedBy: 'train',
};

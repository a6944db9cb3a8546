import { z } from 'zod';
import { filePath } from '../schema/option.ts';
import type { DatasetRecord } from './dataset-record.ts';
import { greyOptions } from './image-options.ts';
import { unlabelledOptions } from './unlabelled.ts';

const idxPair = (description: string) =>
  z
    .strictObject({
      images: filePath('IDX file of images: unsigned bytes, count × height × width, plain or gzip.'),
      labels: filePath('IDX file of labels: unsigned bytes, one per image, classes from 0; plain or gzip.'),
    })
    .describe(description);

const schema = z
  .strictObject({
    kind: z.literal('idx').describe('Your own grey images in IDX files.'),
    train: idxPair('What teacher and student learn from.'),
    test: idxPair('What both are measured on at the end; never used to choose anything.'),
    ...unlabelledOptions('IDX file of images, as large as those to train on; plain or gzip.'),
    ...greyOptions,
  })
  .describe('Grey images in IDX files, the format of MNIST, Fashion-MNIST and EMNIST.');

export type IdxConfig = z.output<typeof schema>;

export const idx: DatasetRecord<typeof schema> = {
  schema,
  task: 'image-classification',
  namedBy: 'train.images',
};

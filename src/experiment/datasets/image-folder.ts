import { z } from 'zod';
import { belowOne, choice, count, filePath } from '../schema/option.ts';
import type { DatasetRecord } from './dataset-record.ts';
import { colourOptions } from './image-options.ts';
import { unlabelledOptions } from './unlabelled.ts';

const schema = z
  .strictObject({
    kind: z.literal('image-folder').describe('Your own PNG and JPEG files.'),
    train: filePath(
      'Folder with a folder for each class, in which its .png, .jpg and .jpeg files lie, or folders of them. Links are not followed.',
    ),
    test: filePath(
      'Folder of test images, with the same classes. Left out: testFraction of each class is set aside.',
    ).optional(),
    testFraction: belowOne(
      'Without a test folder: fraction of the images of each class set aside as test set. Images that equal a training image are learned instead. Default 0.2.',
    )
      .min(0.001)
      .default(0.2),
    ...unlabelledOptions(
      'Folder of .png, .jpg and .jpeg files, or folders of them, whose names mean nothing here. Links are not followed.',
    ),
    height: count(
      'Images are brought to this height. Left out: all must have the height of the first.',
      'pixels',
    )
      .max(1024)
      .optional(),
    width: count(
      'Images are brought to this width. Left out: all must have the width of the first.',
      'pixels',
    )
      .max(1024)
      .optional(),
    colour: choice(
      { rgb: 'Red, green and blue.', grey: 'One channel, by the luma of ITU-R BT.601.' },
      'What a pixel is. Transparency is left out. Default rgb.',
    ).default('rgb'),
    ...colourOptions([0.5], [0.5], '0.5, so that pixels lie between −1 and 1'),
  })
  .describe('Images in folders, one for each class.');

export type ImageFolderConfig = z.output<typeof schema>;

export const imageFolder: DatasetRecord<typeof schema> = {
  schema,
  task: 'image-classification',
  namedBy: 'train',
};

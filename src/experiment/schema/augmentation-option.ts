import { z } from 'zod';
import { wholeNumber } from './option.ts';

/** How images are changed at random. */
export const augmentationOption = z
  .strictObject({
    shift: wholeNumber(
      0,
      'Each image is moved by up to so many pixels in both directions, drawn anew each time; edges are repeated.',
      'pixels',
    ).max(1024),
    flip: z
      .boolean()
      .default(false)
      .describe(
        'Mirror images left to right every other time. Default false: it suits photographs, but not digits or letters.',
      ),
  })
  .nullable()
  .default(null)
  .describe(
    'Images only: samples are changed at random before the model sees them, so that small data sets last longer. A teacher that is asked meanwhile sees the same changed images (Beyer et al. 2022), and its signals are computed in every step instead of once. Default null: none.',
  );

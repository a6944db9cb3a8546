import { join } from 'node:path';
import { z } from 'zod';
import { fileProblem } from '../../base/file-problem.ts';
import { readNamed } from '../../base/regular-file.ts';
import { UserError } from '../../base/user-error.ts';
import type { Dataset } from '../../data/dataset.ts';
import { describeScale, ofChannel, type PixelScale, sameScale } from '../../data/images/pixel-scale.ts';
import type { Model } from '../model.ts';

/** Beside the weights of a model that sees images, by transformers and transformers.js: how it saw them in training. */
export const preprocessorName = 'preprocessor_config.json';

const longest = 1e6;
/** transformers shrinks and enlarges by this filter of Pillow: bilinear. */
const bilinear = 2;

const channels = z.array(z.number()).min(1).max(16);
const schema = z.object({
  do_rescale: z.boolean().default(true),
  rescale_factor: z
    .number()
    .positive()
    .default(1 / 255),
  do_normalize: z.boolean().default(true),
  image_mean: channels.optional(),
  image_std: channels.optional(),
});

/**
 * @param directory of a checkpoint
 * @returns how the model saw pixels in training; undefined where nothing says so
 * @throws UserError if the file is broken
 */
export async function readPixelScale(directory: string): Promise<PixelScale | undefined> {
  const file = join(directory, preprocessorName);
  let text: string;
  try {
    text = (await readNamed(file, longest)).toString('utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw fileProblem(error, file);
  }
  const found = schema.safeParse(parsed(text));
  if (!found.success)
    throw new UserError(`${file} does not say how images are scaled: ${found.error.issues[0]!.message}.`, {
      remedy: 'Restore the file that was saved with the weights, or take it away if it says nothing true.',
      place: file,
    });
  const { do_rescale, rescale_factor, do_normalize, image_mean, image_std } = found.data;
  // Of a pixel that is divided by 255, as options of datasets have it.
  const factor = 255 * (do_rescale ? rescale_factor : 1);
  if (!do_normalize) return { mean: [0], std: [1 / factor] };
  if (!image_mean || !image_std || image_std.some((value) => value <= 0)) return undefined;
  return { mean: image_mean.map((value) => value / factor), std: image_std.map((value) => value / factor) };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The file for a model that was trained on images of a dataset, by name; none without images. */
export function preprocessorFile(
  { task: { image } }: Pick<Model, 'task'>,
  { pixelScale }: Pick<Dataset, 'pixelScale'>,
): ReadonlyMap<string, string> {
  if (!image || !pixelScale) return new Map();
  const [height, width, count] = image;
  const each = (values: readonly number[]) =>
    Array.from({ length: count }, (_, channel) => ofChannel(values, channel));
  const content = {
    // Of all classes in transformers the one that does just this, whatever the model.
    image_processor_type: 'ViTImageProcessor',
    do_resize: true,
    size: { height, width },
    resample: bilinear,
    do_rescale: true,
    rescale_factor: 1 / 255,
    do_normalize: true,
    image_mean: each(pixelScale.mean),
    image_std: each(pixelScale.std),
  };
  return new Map([[preprocessorName, `${JSON.stringify(content, undefined, 2)}\n`]]);
}

/**
 * @param what the model in messages, such as 'The teacher'
 * @param own how it saw pixels in training
 * @param given how the dataset hands them over
 * @param count channels of an image
 * @returns what to tell where these differ; the model is used as it is
 */
export function otherPixels(
  what: string,
  own: PixelScale | undefined,
  given: PixelScale | undefined,
  count: number | undefined,
): { readonly message: string; readonly remedy: string } | undefined {
  if (!own || !given || count === undefined || sameScale(own, given, count)) return undefined;
  return {
    message: `${what} was trained on pixels scaled by ${describeScale(own)}, but the dataset scales them by ${describeScale(given)}.`,
    remedy: `Set "mean" and "std" of the dataset to what the model knows, unless its ${preprocessorName} is wrong.`,
  };
}

import { z } from 'zod';
import type { TaskShape } from '../../data/dataset.ts';
import {
  checkedConfig,
  classNamesOf,
  headOf,
  labelKeys,
  type ModelDescription,
  type RawConfig,
  size,
} from './description.ts';

/** Of an image, in pixels; more than any model sees at once. */
const side = size.max(65_536);
/** One number for squares, or height and width. */
export const sides = z.union([side, z.tuple([side, side])]);

/** Height and width. */
export const bothSides = (value: z.output<typeof sides>): readonly [number, number] =>
  typeof value === 'number' ? [value, value] : value;

/** The keys that tell which images a model sees; where they are left out, those of ImageNet. */
export const imageSchema = z.object({
  image_size: sides.default(224),
  num_channels: size.default(3),
});

/**
 * A classifier of images, with what the configuration says of its classes.
 * @throws UserError if one of its keys is out of range
 */
export function describeImageClassifier(
  config: Parameters<typeof checkedConfig>[0],
  { image_size, num_channels }: z.output<typeof imageSchema>,
  raw: RawConfig,
  file: string,
): ModelDescription {
  const [height, width] = bothSides(image_size);
  const classNames = classNamesOf(raw, file);
  const { kind, otherHead } = headOf(raw, {}, file);
  return {
    config: checkedConfig(config, file),
    task: { ...(kind && { kind }), classes: classNames.length, image: [height, width, num_channels] },
    classNames,
    ...(otherHead && { otherHead }),
  };
}

/** Keys that are written for every classifier of images. */
export function imageKeys(task: TaskShape, classNames: readonly string[] | undefined) {
  const [height, width, channels] = task.image!;
  return {
    ...labelKeys(task, classNames),
    image_size: height === width ? height : [height, width],
    num_channels: channels,
  };
}

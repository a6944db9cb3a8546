import { UserError } from '../base/user-error.ts';
import type { ImageFiles } from './mnist.ts';

/** What must hold of the IDX files of a dataset, known from headers and labels alone. */

interface Shaped {
  readonly shape: readonly number[];
}

/** @throws UserError if test images have another height or width than training images. */
export function checkImageSize(training: Shaped, testing: Shaped, file: string): void {
  const [, height, width] = training.shape;
  if (testing.shape[1] === height && testing.shape[2] === width) return;
  throw new UserError(
    `Training images are ${height} × ${width} pixels, but those of ${file} are ${testing.shape[1]} × ${testing.shape[2]}.`,
    { remedy: 'Bring all images to one size.', place: file },
  );
}

/** @throws UserError if the array has another rank, or no samples. */
export function expectShape<A extends Shaped>(array: A, rank: number, what: string, file: string): A {
  if (array.shape.length !== rank)
    throw new UserError(
      `${file} has ${array.shape.length} dimension${array.shape.length === 1 ? '' : 's'} (${array.shape.join(' × ')}); ${what} have ${rank}.`,
      {
        remedy:
          array.shape.length === 4 - rank
            ? 'Are the files of images and labels swapped?'
            : 'Name another file.',
        place: file,
      },
    );
  if (array.shape.includes(0))
    throw new UserError(`${file} holds no samples (${array.shape.join(' × ')}).`, {
      remedy: 'Name a file with samples.',
      place: file,
    });
  return array;
}

/** @throws UserError if there is not one label for each image. */
export function checkCounts(images: Shaped, labels: Shaped, files: ImageFiles): void {
  if (images.shape[0] === labels.shape[0]) return;
  throw new UserError(
    `${files.images} holds ${images.shape[0]} images, but ${files.labels} holds ${labels.shape[0]} labels.`,
    {
      remedy: 'Name files that belong together: one label per image, in the same order.',
      place: files.labels,
    },
  );
}

/**
 * Classes are numbered from 0; each must have a sample to learn from.
 * @throws UserError if there are fewer than two, or one has no sample.
 */
export function countClasses(labels: Uint8Array, file: string): number {
  const counts = new Array<number>(256).fill(0);
  for (const label of labels) counts[label]!++;
  const classes = counts.findLastIndex((count) => count > 0) + 1;
  if (classes < 2)
    throw new UserError(`Every label in ${file} is 0; telling classes apart needs at least two.`, {
      remedy: 'Name a file with the labels of at least two classes.',
      place: file,
    });
  const empty = counts.slice(0, classes).indexOf(0);
  if (empty >= 0)
    throw new UserError(
      `Class ${empty} has no training sample: the labels in ${file} go up to ${classes - 1}, and none is ${empty}.`,
      { remedy: 'Number the classes from 0 without gaps.', place: file },
    );
  return classes;
}

/** @throws UserError if a label is none of the classes. */
export function checkLabels(labels: Uint8Array, classes: number, file: string): void {
  const position = labels.findIndex((label) => label >= classes);
  if (position < 0) return;
  throw new UserError(
    `Label ${labels[position]} of sample ${position} in ${file} is out of range: the training labels know classes 0 to ${classes - 1}.`,
    { remedy: 'Use the same numbering of classes for training and test.', place: file },
  );
}

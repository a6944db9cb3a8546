import { constants } from 'node:fs';
import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';

/** Where the digits lie that the extension brings, in the folder of an experiment. */
const folder = 'data/digits';

const pair = (part: string) => ({
  images: `${folder}/${part}-images-idx3-ubyte.gz`,
  labels: `${folder}/${part}-labels-idx1-ubyte.gz`,
});

/** What an experiment says of the digits that the extension brings. */
export const digits = { kind: 'idx', train: pair('train'), test: pair('test') } as const;

/** Whether an experiment learns from the digits that the extension brings, whatever else it says of them. */
export const namesDigits = (dataset: Readonly<Record<string, unknown>>): boolean =>
  Object.entries(digits).every(([key, value]) => isDeepStrictEqual(dataset[key], value));

/**
 * Copies the digits of the sample project beside an experiment that has no other data: MNIST itself is not in the
 * extension. Files that are there already stay.
 * @param sample the sample project as the extension brings it.
 * @param directory the folder of the experiment.
 */
export async function bringDigits(sample: string, directory: string): Promise<void> {
  await mkdir(join(directory, folder), { recursive: true });
  for (const file of [digits.train, digits.test].flatMap(({ images, labels }) => [images, labels]))
    await copyFile(
      join(sample, 'data', file.slice(folder.length + 1)),
      join(directory, file),
      constants.COPYFILE_EXCL,
    ).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
}

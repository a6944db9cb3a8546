import { constants } from 'node:fs';
import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Where the digits lie that the extension brings, in the folder of an experiment. */
const folder = 'data/digits';

const pair = (part: string) => ({
  images: `${folder}/${part}-images-idx3-ubyte.gz`,
  labels: `${folder}/${part}-labels-idx1-ubyte.gz`,
});

/**
 * Copies the digits of the sample project beside an experiment that has no other data: MNIST itself is not in the
 * extension. Files that are there already stay.
 * @param sample the sample project as the extension brings it.
 * @param directory the folder of the experiment.
 * @returns what the experiment says of its dataset.
 */
export async function bringDigits(sample: string, directory: string): Promise<Record<string, unknown>> {
  const dataset = { kind: 'idx', train: pair('train'), test: pair('test') };
  await mkdir(join(directory, folder), { recursive: true });
  for (const file of [dataset.train, dataset.test].flatMap(({ images, labels }) => [images, labels]))
    await copyFile(
      join(sample, 'data', file.slice(folder.length + 1)),
      join(directory, file),
      constants.COPYFILE_EXCL,
    ).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  return dataset;
}

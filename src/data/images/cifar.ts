import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileProblem } from '../../base/file-problem.ts';
import { openNamed, readNamed } from '../../base/regular-file.ts';
import { UserError } from '../../base/user-error.ts';
import type { CifarConfig } from '../../experiment/datasets/cifar.ts';
import type { Dataset } from '../dataset.ts';
import { imageDataset } from '../image-dataset.ts';
import type { LabelledImages } from '../labelled-images.ts';
import { readExactly } from '../read-bytes.ts';

const side = 32;
const channels = 3;
const plane = side * side;
/** [height, width, channels] */
export const cifarImage = [side, side, channels] as const;
const imageBytes = plane * channels;

export interface CifarFiles {
  readonly train: readonly string[];
  readonly test: readonly string[];
  /** Names of the classes, a line each; may be missing. */
  readonly names: string;
  readonly classes: number;
  /** Bytes before each image, and which of them is the label. */
  readonly labelBytes: number;
  readonly labelByte: number;
}

/** Which files of the binary version lie in a folder. @throws UserError if neither set is there. */
export async function cifarFiles({ folder, labels }: CifarConfig, directory: string): Promise<CifarFiles> {
  const root = resolve(directory, folder);
  const inside = (name: string) => join(root, name);
  const there = (name: string) => stat(inside(name)).then(Boolean, () => false);
  if (await there('train.bin'))
    return {
      train: [inside('train.bin')],
      test: [inside('test.bin')],
      names: inside(`${labels}_label_names.txt`),
      classes: labels === 'fine' ? 100 : 20,
      labelBytes: 2,
      labelByte: labels === 'fine' ? 1 : 0,
    };
  if (await there('data_batch_1.bin'))
    return {
      train: [1, 2, 3, 4, 5].map((number) => inside(`data_batch_${number}.bin`)),
      test: [inside('test_batch.bin')],
      names: inside('batches.meta.txt'),
      classes: 10,
      labelBytes: 1,
      labelByte: 0,
    };
  throw new UserError(`${root} has neither data_batch_1.bin (CIFAR-10) nor train.bin (CIFAR-100).`, {
    remedy: 'Name the folder that the archive of the binary version unpacks to.',
    place: root,
  });
}

/**
 * The binary version of CIFAR.
 * @param directory where relative paths start.
 * @throws UserError naming the file and what is wrong with it.
 */
export async function openCifar(config: CifarConfig, directory: string): Promise<Dataset> {
  const files = await cifarFiles(config, directory);
  const training = await readRecords(files.train, files);
  const testing = await readRecords(files.test, files);
  return imageDataset(cifarImage, await cifarClasses(files), training, testing, config);
}

const longestNames = 1e6;

/** From the file beside the images, or else numbers. */
export async function cifarClasses({ names, classes }: CifarFiles): Promise<string[]> {
  const lines = await readNamed(names, longestNames).then(
    (text) =>
      text
        .toString('utf8')
        .split(/\r?\n/)
        .filter((line) => line !== ''),
    () => [],
  );
  return lines.length === classes ? lines : Array.from({ length: classes }, (_, index) => String(index));
}

/**
 * How many records each file has, by its size.
 * @throws UserError if one is missing, or is no whole number of records
 */
export async function cifarCounts(files: readonly string[], { labelBytes }: CifarFiles): Promise<number[]> {
  const recordBytes = labelBytes + imageBytes;
  const counts: number[] = [];
  for (const file of files) {
    const { size } = await stat(file).catch((error: unknown) => {
      throw fileProblem(error, file);
    });
    if (size === 0 || size % recordBytes !== 0)
      throw new UserError(
        `${file} has ${size} bytes, which is no whole number of records of ${recordBytes} bytes.`,
        { remedy: 'It may be cut off, or of another kind; download it again.', place: file },
      );
    counts.push(size / recordBytes);
  }
  return counts;
}

/** @throws UserError if the file does not have so many bytes any more */
async function readBytes(file: string, length: number): Promise<Uint8Array> {
  try {
    const handle = await openNamed(file);
    try {
      const bytes = new Uint8Array(length);
      await readExactly(handle, bytes, 0);
      return bytes;
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw fileProblem(error, file);
  }
}

/** Records are labels, then the red, the green and the blue plane; here channels come last. */
async function readRecords(files: readonly string[], layout: CifarFiles): Promise<LabelledImages> {
  const recordBytes = layout.labelBytes + imageBytes;
  const counts = await cifarCounts(files, layout);
  const count = counts.reduce((sum, own) => sum + own, 0);
  const pixels = new Uint8Array(count * imageBytes);
  const labels = new Uint8Array(count);
  let image = 0;
  for (const [index, file] of files.entries()) {
    const bytes = await readBytes(file, counts[index]! * recordBytes);
    for (let record = 0; record < counts[index]!; record++, image++) {
      const start = record * recordBytes;
      const label = bytes[start + layout.labelByte]!;
      if (label >= layout.classes)
        throw new UserError(
          `Label ${label} of image ${record} in ${file} is out of range: there are ${layout.classes} classes.`,
          { remedy: 'The file is broken, or of another kind; download it again.', place: file },
        );
      labels[image] = label;
      const planes = bytes.subarray(start + layout.labelBytes, start + recordBytes);
      for (let channel = 0; channel < channels; channel++)
        for (let at = 0; at < plane; at++)
          pixels[image * imageBytes + at * channels + channel] = planes[channel * plane + at]!;
    }
  }
  return { pixels, labels };
}

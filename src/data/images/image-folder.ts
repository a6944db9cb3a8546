import { resolve } from 'node:path';
import { fileProblem } from '../../base/file-problem.ts';
import { readNamed } from '../../base/regular-file.ts';
import { UserError } from '../../base/user-error.ts';
import type { ImageFolderConfig } from '../../experiment/datasets/image-folder.ts';
import type { DataRemark, Dataset } from '../dataset.ts';
import { movedRemarks, withoutShared } from '../duplicates.ts';
import { setAside } from '../held-out.ts';
import { imageDataset } from '../image-dataset.ts';
import { type LabelledImages, sameImages } from '../labelled-images.ts';
import { requireApart } from '../unlabelled.ts';
import { decodeImage } from './decode-image.ts';
import { type FoundImage, type ImageFile, listClasses, listImages, listUnlabelled } from './image-files.ts';
import { type Pixels, resized, withChannels } from './pixels.ts';

/** [height, width, channels] */
type Size = readonly [number, number, 1 | 3];

export interface FolderFiles {
  readonly classNames: readonly string[];
  /** Whose size the others are to have, where none is named. */
  readonly first: ImageFile;
  readonly training: readonly ImageFile[];
  readonly testing: readonly ImageFile[];
  /** Of a folder of their own. */
  readonly unlabelled?: readonly FoundImage[];
  readonly remarks: readonly DataRemark[];
}

/**
 * Images in a folder for each class, in the order of the names of classes and files.
 * @param directory where relative paths start.
 * @throws UserError naming the folder or file and what is wrong with it.
 */
export async function openImageFolder(config: ImageFolderConfig, directory: string): Promise<Dataset> {
  const files = await imageFolderFiles(config, directory);
  const { classNames, first, training, testing, unlabelled, remarks } = files;
  const size = await sizeOf(config, first);
  const named = { height: config.height, width: config.width };
  const images: Images = {
    train: await decodeAll(training, size, named),
    test: await decodeAll(testing, size, named),
  };
  const parted = config.test === undefined ? keepTogether(size, images) : images;
  const raw = unlabelled && (await decodePixels(unlabelled, size, named));
  const dataset = imageDataset(size, classNames, parted.train, parted.test, config, raw);
  return { ...dataset, remarks: [...remarks, ...(parted.remarks ?? []), ...(dataset.remarks ?? [])] };
}

/**
 * Which files a dataset has, without reading them.
 * @throws UserError naming the folder and what is wrong with it
 */
export async function imageFolderFiles(config: ImageFolderConfig, directory: string): Promise<FolderFiles> {
  const folder = resolve(directory, config.train);
  const classNames = await listClasses(folder);
  const { files, remarks } = await listImages(folder, classNames);
  const first = files[0]!;
  const from = config.unlabelled?.from;
  if (from !== undefined) requireApart(from, config.test, directory);
  const raw = from === undefined ? undefined : await listUnlabelled(resolve(directory, from));
  const beside = raw && { unlabelled: raw.files };
  if (config.test !== undefined) {
    const test = await listImages(resolve(directory, config.test), classNames);
    return {
      classNames,
      first,
      training: files,
      testing: test.files,
      ...beside,
      remarks: [...remarks, ...test.remarks, ...(raw?.remarks ?? [])],
    };
  }
  const labels = Int32Array.from(files, ({ label }) => label);
  const [training, testing] = setAside(labels, classNames.length, config.testFraction, config.splitSeed);
  const pick = (indices: Int32Array) => Array.from(indices, (index) => files[index]!);
  return {
    classNames,
    first,
    training: pick(training),
    testing: pick(testing),
    ...beside,
    remarks: [...remarks, ...(raw?.remarks ?? [])],
  };
}

/** The size that all images are to have: the one that is named, or else that of the first. */
export async function sizeOf(
  { height, width, colour }: ImageFolderConfig,
  { file }: ImageFile,
): Promise<Size> {
  const channels = colour === 'rgb' ? 3 : 1;
  if (height !== undefined && width !== undefined) return [height, width, channels];
  const image = await readImage(file);
  return [height ?? image.height, width ?? image.width, channels];
}

interface Images {
  readonly train: LabelledImages;
  readonly test: LabelledImages;
  readonly remarks?: readonly DataRemark[];
}

/** Images that were set aside for the test but equal a training image go to the training images. */
function keepTogether(size: Size, { train, test }: Images): Images {
  const own = train.labels.length;
  const labels = Int32Array.from([...train.labels, ...test.labels]);
  const numbers = Int32Array.from(labels, (_, index) => index);
  const parted = withoutShared(
    numbers.subarray(0, own),
    numbers.subarray(own),
    sameImages(size, train, test),
    labels,
  );
  if (parted.moved === 0) return { train, test };
  const bytes = size[0] * size[1] * size[2];
  const gather = (images: Int32Array): LabelledImages => {
    const pixels = new Uint8Array(images.length * bytes);
    for (const [at, image] of images.entries()) {
      const [source, index] = image < own ? [train, image] : [test, image - own];
      pixels.set(source.pixels.subarray(index * bytes, (index + 1) * bytes), at * bytes);
    }
    return { pixels, labels: images.map((image) => labels[image]!) };
  };
  return {
    train: gather(parted.learned),
    test: gather(parted.heldOut),
    remarks: movedRemarks(parted, 'test'),
  };
}

/** As much as 64 megapixels take without being packed. */
const mostImageBytes = 512e6;

/** @throws UserError if an image cannot be read or decoded */
export async function readImage(file: string): Promise<Pixels> {
  let bytes: Uint8Array;
  try {
    bytes = await readNamed(file, mostImageBytes);
  } catch (error) {
    throw fileProblem(error, file);
  }
  return decodeImage(bytes, file);
}

const decodeAll = async (
  files: readonly ImageFile[],
  size: Size,
  named: NamedSize,
): Promise<LabelledImages> => ({
  pixels: await decodePixels(files, size, named),
  labels: Int32Array.from(files, ({ label }) => label),
});

/** Decodes one image after the other straight into the dataset's memory. */
async function decodePixels(
  files: readonly FoundImage[],
  [height, width, channels]: Size,
  named: NamedSize,
): Promise<Uint8Array> {
  const bytes = height * width * channels;
  const pixels = new Uint8Array(files.length * bytes);
  for (const [index, { file }] of files.entries()) {
    const image = withChannels(await readImage(file), channels);
    requireSize(image, file, [height, width], named);
    pixels.set(resized(image, height, width).data, index * bytes);
  }
  return pixels;
}

type NamedSize = { readonly height?: number; readonly width?: number };

/** @throws UserError if an image has another height or width than the first, and none is named to bring it to */
export function requireSize(
  image: { readonly height: number; readonly width: number },
  file: string,
  [height, width]: readonly [number, number],
  named: NamedSize,
): void {
  const other =
    (named.height === undefined && image.height !== height) ||
    (named.width === undefined && image.width !== width);
  if (other)
    throw new UserError(
      `${file} is ${image.height} × ${image.width} pixels, but the first image is ${height} × ${width}.`,
      { remedy: 'Set "height" and "width" to bring all images to one size.', place: file },
    );
}

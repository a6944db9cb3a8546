import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { ImageFolderConfig } from '../../experiment/image-dataset-schema.ts';
import { UserError } from '../../experiment/user-error.ts';
import type { Dataset } from '../dataset.ts';
import { fileProblem } from '../file-problem.ts';
import { setAside } from '../held-out.ts';
import { imageDataset, type LabelledImages } from '../image-dataset.ts';
import { decodeImage, isImageName } from './decode-image.ts';
import { type Pixels, resized, withChannels } from './pixels.ts';

interface ImageFile {
  readonly file: string;
  readonly label: number;
}

/** [height, width, channels] */
type Size = readonly [number, number, 1 | 3];

/**
 * Images in a folder for each class, in the order of the names of classes and files.
 * @param directory where relative paths start.
 * @throws UserError naming the folder or file and what is wrong with it.
 */
export async function openImageFolder(config: ImageFolderConfig, directory: string): Promise<Dataset> {
  const trainFolder = resolve(directory, config.train);
  const classNames = await listClasses(trainFolder);
  const files = await listImages(trainFolder, classNames);
  const channels = config.colour === 'rgb' ? 3 : 1;
  const first = await read(files[0]!.file);
  const size: Size = [config.height ?? first.height, config.width ?? first.width, channels];
  const named = { height: config.height, width: config.width };
  const labels = Int32Array.from(files, ({ label }) => label);
  const [training, testing] =
    config.test === undefined
      ? setAside(labels, classNames.length, config.testFraction, config.splitSeed).map((indices) =>
          Array.from(indices, (index) => files[index]!),
        )
      : [files, await listImages(resolve(directory, config.test), classNames)];
  const [trainImages, testImages] = [
    await decodeAll(training!, size, named),
    await decodeAll(testing!, size, named),
  ];
  return imageDataset(size, classNames, trainImages, testImages, config);
}

/** @throws UserError if there are fewer than two. */
export async function listClasses(folder: string): Promise<string[]> {
  const entries = await list(folder);
  const names = entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'));
  if (names.length >= 2) return names.map(({ name }) => name).sort();
  throw new UserError(
    `${folder} has ${names.length === 0 ? 'no folders' : 'a single folder'}; each class needs one of its own.`,
    { remedy: 'Put the images of each class into a folder that has its name.', place: folder },
  );
}

/** @throws UserError if a folder is no class, or a class has no image. */
async function listImages(folder: string, classNames: readonly string[]): Promise<ImageFile[]> {
  const strange = (await list(folder)).find(
    (entry) => entry.isDirectory() && !entry.name.startsWith('.') && !classNames.includes(entry.name),
  );
  if (strange)
    throw new UserError(
      `The folder ${join(folder, strange.name)} is none of the training classes ${classNames.slice(0, 10).join(', ')}.`,
      { remedy: 'Rename it, or take it away.', place: join(folder, strange.name) },
    );
  const files: ImageFile[] = [];
  for (const [label, name] of classNames.entries()) {
    const own = join(folder, name);
    const images = (await list(own)).filter((entry) => entry.isFile() && isImageName(entry.name));
    if (images.length === 0)
      throw new UserError(`The class "${name}" has no .png or .jpg file in ${own}.`, {
        remedy: 'Put images there, or take the folder away.',
        place: own,
      });
    for (const file of images.map((entry) => entry.name).sort()) files.push({ file: join(own, file), label });
  }
  return files;
}

async function list(folder: string) {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    throw fileProblem(error, folder);
  }
}

async function read(file: string): Promise<Pixels> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(file);
  } catch (error) {
    throw fileProblem(error, file);
  }
  return decodeImage(bytes, file);
}

/** Decodes one image after the other straight into the dataset's memory. */
async function decodeAll(
  files: readonly ImageFile[],
  [height, width, channels]: Size,
  named: { readonly height?: number; readonly width?: number },
): Promise<LabelledImages> {
  const bytes = height * width * channels;
  const pixels = new Uint8Array(files.length * bytes);
  for (const [index, { file }] of files.entries()) {
    const image = withChannels(await read(file), channels);
    const other =
      (named.height === undefined && image.height !== height) ||
      (named.width === undefined && image.width !== width);
    if (other)
      throw new UserError(
        `${file} is ${image.height} × ${image.width} pixels, but the first image is ${height} × ${width}.`,
        { remedy: 'Set "height" and "width" to bring all images to one size.', place: file },
      );
    pixels.set(resized(image, height, width).data, index * bytes);
  }
  return { pixels, labels: Int32Array.from(files, ({ label }) => label) };
}

import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { fileProblem } from '../../base/file-problem.ts';
import { UserError } from '../../base/user-error.ts';
import type { DataRemark } from '../dataset.ts';
import { isImageName } from './decode-image.ts';

export interface FoundImage {
  readonly file: string;
}

export interface ImageFile extends FoundImage {
  readonly label: number;
}

export interface ImageFiles {
  /** By class, then by path. */
  readonly files: readonly ImageFile[];
  /** What lies there and is not read. */
  readonly remarks: readonly DataRemark[];
}

/** Formats that people keep images in and that cannot be read here. */
const otherImage = /^\.(webp|bmp|gif|tiff?|avif|hei[cf]|jxl|jp2|ppm|pgm|svg|ico)$/i;

/** @throws UserError if there are fewer than two. */
export async function listClasses(folder: string): Promise<string[]> {
  const entries = await list(folder);
  const names = entries.filter(isFolder).map(({ name }) => name);
  if (names.length >= 2) return names.sort();
  const links = entries.filter((entry) => entry.isSymbolicLink()).length;
  throw new UserError(
    `${folder} has ${names.length === 0 ? 'no folders' : 'a single folder'}; each class needs one of its own.${links > 0 ? ` Its ${links} symbolic links are not followed.` : ''}`,
    {
      remedy:
        links > 0
          ? 'Put the folders themselves there, or name the folder that they lie in.'
          : 'Put the images of each class into a folder that has its name.',
      place: folder,
    },
  );
}

/**
 * The images of each class: those in its folder, and in folders within that. Links are not followed: a data folder that
 * somebody else packed must not reach what lies outside of it.
 * @throws UserError if a folder is no class, or a class has no image
 */
export async function listImages(folder: string, classNames: readonly string[]): Promise<ImageFiles> {
  const entries = await list(folder);
  const known = new Set(classNames);
  const strange = entries.find((entry) => isFolder(entry) && !known.has(entry.name));
  if (strange)
    throw new UserError(
      `The folder ${join(folder, strange.name)} is none of the training classes ${classNames.slice(0, 10).join(', ')}.`,
      { remedy: 'Rename it, or take it away.', place: join(folder, strange.name) },
    );
  const files: ImageFile[] = [];
  const left = new LeftOut();
  for (const entry of entries)
    if (!entry.isDirectory() && !left.unreadable(entry) && isImageName(entry.name)) left.count('in no class');
  for (const [label, name] of classNames.entries()) {
    const own = join(folder, name);
    const before = left.total;
    const found = await imagesIn(own, left);
    if (found.length === 0)
      throw new UserError(
        `The class "${name}" has no .png or .jpg file in ${own}.${left.total > before ? ` ${left.text()}` : ''}`,
        { remedy: 'Put images there, or take the folder away.', place: own },
      );
    for (const file of found.sort()) files.push({ file: join(own, file), label });
  }
  return { files, remarks: left.remarks(folder, files.length) };
}

/**
 * All images of a folder and of those within it, by path; links are not followed.
 * @throws UserError if there is none
 */
export async function listUnlabelled(
  folder: string,
): Promise<{ readonly files: readonly FoundImage[]; readonly remarks: readonly DataRemark[] }> {
  const left = new LeftOut();
  const found = await imagesIn(folder, left);
  if (found.length === 0)
    throw new UserError(
      `${folder} has no .png or .jpg file, nor have folders in it.${left.total > 0 ? ` ${left.text()}` : ''}`,
      { remedy: 'Name a folder of images.', place: folder },
    );
  const files = found.sort().map((file) => ({ file: join(folder, file) }));
  return { files, remarks: left.remarks(folder, files.length) };
}

/** Paths relative to the folder. */
async function imagesIn(folder: string, left: LeftOut): Promise<string[]> {
  const found: string[] = [];
  const waiting = [''];
  for (let inner = waiting.pop(); inner !== undefined; inner = waiting.pop())
    for (const entry of await list(join(folder, inner))) {
      const path = join(inner, entry.name);
      if (isFolder(entry)) waiting.push(path);
      else if (!entry.isDirectory() && !left.unreadable(entry) && isImageName(entry.name)) found.push(path);
    }
  return found;
}

const isFolder = (entry: Dirent) => entry.isDirectory() && !entry.name.startsWith('.');

/** Counts what is not read, by why. */
class LeftOut {
  readonly #counts = new Map<string, number>();
  total = 0;

  count(reason: string): void {
    this.#counts.set(reason, (this.#counts.get(reason) ?? 0) + 1);
    this.total++;
  }

  /** Whether this is something that one would expect to be read but is not; hidden files nobody expects. */
  unreadable(entry: Dirent): boolean {
    const extension = extname(entry.name).toLowerCase();
    if (entry.name.startsWith('.')) return true;
    if (entry.isSymbolicLink()) this.count('symbolic links');
    else if (!entry.isFile()) return true;
    else if (otherImage.test(extension)) this.count(extension);
    else return false;
    return true;
  }

  text(): string {
    return `Left out: ${this.#reasons()}.`;
  }

  #reasons(): string {
    const counts = [...this.#counts].sort(([one, a], [other, b]) => b - a || (one < other ? -1 : 1));
    return counts.map(([reason, count]) => `${count} ${reason}`).join(', ');
  }

  remarks(folder: string, read: number): DataRemark[] {
    if (this.total === 0) return [];
    return [
      {
        kind: 'data-left-out',
        message: `${this.total} of ${this.total + read} images in ${folder} are left out: ${this.#reasons()}. Only .png and .jpg files within the folders of classes are read, and links are not followed.`,
      },
    ];
  }
}

async function list(folder: string): Promise<Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    throw fileProblem(error, folder);
  }
}

import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { fileProblem } from '../../base/file-problem.ts';

/**
 * Fills a directory so that it is seen whole or not at all: `write` fills one beside it, which then takes its place. An
 * earlier directory of that name is moved aside first and removed last.
 * @throws UserError if the place cannot be written or the disk is full.
 */
export async function replaceDirectory(
  directory: string,
  write: (temporary: string) => Promise<void>,
): Promise<void> {
  const target = resolve(directory);
  const temporary = `${target}.${process.pid}.tmp`;
  const replaced = `${target}.${process.pid}.old`;
  try {
    await mkdir(dirname(target), { recursive: true });
    await rm(temporary, { recursive: true, force: true });
    await mkdir(temporary);
    await write(temporary);
    await rename(target, replaced).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
    });
    await rename(temporary, target);
    await rm(replaced, { recursive: true, force: true });
  } catch (error) {
    await rm(temporary, { recursive: true, force: true }).catch(() => {});
    throw fileProblem(error, directory);
  }
}

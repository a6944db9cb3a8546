import { access, constants } from 'node:fs/promises';
import { dirname } from 'node:path';
import { databaseFile, runsDirectory } from '../../../src/runs/directory/data-directory.ts';

const unwritable = ['EACCES', 'EPERM', 'EROFS'];

/** Whether the system lets us write there or, where nothing is there yet, into the nearest folder above. */
export async function isWritable(dataDirectory: string): Promise<boolean> {
  const inside = [databaseFile(dataDirectory), runsDirectory(dataDirectory)];
  const codes = await Promise.all([dataDirectory, ...inside].map(refusal));
  for (let place = dataDirectory; codes[0] === 'ENOENT' && dirname(place) !== place; ) {
    place = dirname(place);
    codes[0] = await refusal(place);
  }
  return !codes.some((code) => unwritable.includes(code));
}

/** Why a file or folder cannot be written, as the system calls it; empty where it can be. */
const refusal = (path: string): Promise<string> =>
  access(path, constants.W_OK).then(
    () => '',
    ({ code }: NodeJS.ErrnoException) => code ?? '',
  );

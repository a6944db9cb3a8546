import { existsSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { UserError } from '../../base/user-error.ts';
import { openStore } from '../store.ts';
import { databaseFile } from './data-directory.ts';
import { discoverRuns } from './discover.ts';

export interface Rebuilt {
  /** Where the old database lies now; undefined where there was none. */
  readonly aside: string | undefined;
  /** How many runs were read from their directories. */
  readonly runs: number;
  /** Directories that could not be read. */
  readonly problems: readonly UserError[];
}

/**
 * Sets the database of a data directory aside and makes a new one from the run directories: experiments, events, curves,
 * results, names, notes, tags and the baseline stand there too. Not there, and so gone, are runs whose directories were
 * deleted and how many runs go at once. Throws UserError where the file cannot be moved.
 */
export async function rebuildDatabase(dataDirectory: string, now = new Date()): Promise<Rebuilt> {
  const aside = await setAside(databaseFile(dataDirectory), now);
  const store = await openStore(dataDirectory);
  try {
    const { problems } = await discoverRuns(store);
    return { aside, runs: await store.count(), problems };
  } finally {
    await store.close();
  }
}

async function setAside(file: string, now: Date): Promise<string | undefined> {
  if (!existsSync(file)) return undefined;
  const stamp = now.toISOString().replace(/[-:]/g, '').slice(0, 15);
  let aside = `${file}.${stamp}`;
  for (let count = 2; existsSync(aside); count++) aside = `${file}.${stamp}-${count}`;
  try {
    await rename(file, aside);
    // What was committed last stands in these, and belongs to the old file alone.
    for (const end of ['-wal', '-shm'])
      if (existsSync(`${file}${end}`)) await rename(`${file}${end}`, `${aside}${end}`);
  } catch (error) {
    throw new UserError('The run database cannot be set aside.', {
      place: file,
      remedy: 'Close other windows and terminals that use this data directory, then try again.',
      cause: error,
    });
  }
  return aside;
}

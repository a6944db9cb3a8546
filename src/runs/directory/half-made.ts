import { readdir, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunStore } from '../store.ts';
import { runDirectory } from './data-directory.ts';

/** What stands in a run directory until its request does: see RunDirectory.create. */
const before = /^(control|experiment\.json\.\d+)$/;

/**
 * Deletes the directory of a run that was being made when its process was killed: without a request it is none that could
 * be shown or run. Runs are made within a transaction, so while this one lasts nobody is making any. A directory
 * with anything else in it is left alone.
 */
export async function sweepHalfMade(store: RunStore, id: string): Promise<void> {
  const directory = runDirectory(store.dataDirectory, id);
  await store.transaction(async () => {
    const names = await readdir(directory).catch(() => undefined);
    if (!names?.every((name) => before.test(name))) return;
    for (const name of names)
      if (name === 'control') await rmdir(join(directory, name));
      else await rm(join(directory, name), { force: true });
    await rmdir(directory);
  });
}

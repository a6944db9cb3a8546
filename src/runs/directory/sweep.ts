import { existsSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ExclusiveLock } from '../../base/locks/exclusive-lock.ts';
import { requireRealFolder } from '../../base/regular-file.ts';

/**
 * What a process leaves behind that is killed while it writes: files and folders that would have taken their place under
 * another name. Their names end in the pid of the writer.
 */
const halfWritten = /^(.+)\.\d+\.(tmp|old)$/;
/** The same of single files of a cache, which end in a number that says nothing. */
const halfWrittenFile = /^.+\.json\.\d+$/;
/** What a teacher that is trained can go on from; of no use once the teacher is there. */
const teacherTraining = /^(.+)\.training$/;

/** Deletes what killed processes left half-written in a folder. Only for whoever holds the lock that writers there hold. */
export async function sweepFolder(folder: string): Promise<void> {
  for (const name of await namesIn(folder)) if (halfWritten.test(name)) await discard(join(folder, name));
}

/**
 * Deletes what killed processes left half-written among the teachers and caches of a data directory. What belongs to a
 * teacher or cache whose lock is held is left to its holder.
 */
export async function sweepShared(dataDirectory: string): Promise<void> {
  const teachers = join(dataDirectory, 'teachers');
  const leftovers = new Map<string, string[]>();
  for (const name of await namesIn(teachers)) {
    const teacher = (halfWritten.exec(name) ?? teacherTraining.exec(name))?.[1];
    if (teacher === undefined) continue;
    if (teacherTraining.test(name) && !existsSync(join(teachers, teacher))) continue;
    leftovers.set(teacher, [...(leftovers.get(teacher) ?? []), name]);
  }
  for (const [teacher, names] of leftovers)
    await holding(join(teachers, `${teacher}.lock`), async () => {
      for (const name of names) await discard(join(teachers, name));
    });
  const cache = join(dataDirectory, 'cache');
  for (const key of await namesIn(cache)) {
    const folder = join(cache, key);
    const isLeft = (name: string) => halfWritten.test(name) || halfWrittenFile.test(name);
    if ((await namesIn(folder)).some(isLeft))
      await holding(join(folder, 'lock'), async () => {
        for (const name of await namesIn(folder)) if (isLeft(name)) await discard(join(folder, name));
      });
  }
}

/** Does something while holding a lock; nothing where somebody else holds it. */
async function holding(lockFile: string, work: () => Promise<void>): Promise<void> {
  const lock = await ExclusiveLock.tryAcquire(lockFile);
  if (!(lock instanceof ExclusiveLock)) return;
  try {
    await work();
  } finally {
    await lock.release();
  }
}

/** Names in a folder itself; where a link stands for it, nothing is found that would be deleted. */
const namesIn = (folder: string): Promise<string[]> =>
  requireRealFolder(folder)
    .then(() => readdir(folder))
    .catch(() => []);
const discard = (path: string): Promise<void> => rm(path, { recursive: true, force: true, maxRetries: 3 });

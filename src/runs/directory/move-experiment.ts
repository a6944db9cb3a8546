import { join, relative } from 'node:path';
import { UserError } from '../../base/user-error.ts';
import { isWithin, shortened } from '../../worker/directory/project-path.ts';
import { RunDirectory } from '../../worker/directory/run-directory.ts';
import type { RunStore } from '../store.ts';
import { familyOf, setFile } from './kept-paths.ts';

/**
 * Lets the runs of an experiment file follow it to where it was moved or renamed, or those of all files in a folder that
 * was. The run directories are told too, for they outlive the database.
 * @param from absolute path that was. @param to absolute path that is.
 * @returns how many runs followed.
 */
export async function moveExperiments(store: RunStore, from: string, to: string): Promise<number> {
  const moved = (path: string) => (isWithin(from, path) ? join(to, relative(from, path)) : path);
  const files = (await store.experiments()).map(({ file }) => file).filter((file) => moved(file) !== file);
  let followed = 0;
  for (const file of files) {
    const runs = await store.list({ file });
    const families = new Map<string, string>();
    for (const { directory, group } of runs) {
      const run = new RunDirectory(directory);
      try {
        const request = run.readRequest();
        const place = moved(request.directory);
        const renewed = familyOf(request.experiment, place, store.dataDirectory);
        families.set(group, renewed);
        await run.create({ ...request, file: moved(request.file), directory: place, group: renewed });
      } catch (error) {
        // Deleted by hand or damaged, a directory has nothing to keep; the database follows all the same.
        if (!(error instanceof UserError)) throw error;
      }
    }
    await store.transaction(async (database) => {
      const kept = shortened(file, store.dataDirectory);
      const rows = await database.all<{ number: number; name: string; file: string }>(
        'SELECT number, name, file FROM experiments WHERE file = ?',
        [kept],
      );
      for (const [before, after] of families)
        await database.run(
          'UPDATE runs SET family = ? WHERE family = ? AND experiment IN (SELECT value FROM json_each(?))',
          [after, before, JSON.stringify(rows.map(({ number }) => number))],
        );
      for (const row of rows) await setFile(database, row, shortened(moved(file), store.dataDirectory));
    });
    followed += runs.length;
  }
  return followed;
}

import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { fileProblem } from '../../base/file-problem.ts';
import { openRegular, readRegular, requireRealFolder } from '../../base/regular-file.ts';
import { replaceFile } from '../../base/replace-file.ts';
import { UserError } from '../../base/user-error.ts';
import type { Statements } from '../database/database.ts';
import { writeProblem } from './data-directory.ts';

/**
 * What people add to a run after it was made. It lies in the run directory too, so that it goes where the run goes and
 * outlives the database.
 */
const labelsSchema = z.object({
  name: z.string().max(10_000),
  note: z.string().max(100_000),
  tags: z.array(z.string().max(200)).max(1000),
  baseline: z.boolean(),
});

/** Of labels.json: all that the schema allows, and every character of it escaped. */
const mostBytes = 4 << 20;

export type Labels = z.infer<typeof labelsSchema>;

const labelsFile = (directory: string) => join(directory, 'labels.json');

/** The labels in a run directory; undefined where there are none that can be read. */
export async function readLabels(directory: string): Promise<Labels | undefined> {
  try {
    return labelsSchema.safeParse(
      JSON.parse((await readRegular(labelsFile(directory), mostBytes)).toString('utf8')),
    ).data;
  } catch {
    return undefined;
  }
}

/** Stores labels under a run's row, which must be there; inside a transaction. */
export async function storeLabels(database: Statements, run: string, labels: Labels): Promise<void> {
  await database.run('UPDATE runs SET name = ?, note = ?, baseline = ? WHERE id = ?', [
    labels.name,
    labels.note,
    labels.baseline ? 1 : 0,
    run,
  ]);
  await database.run('DELETE FROM tags WHERE run = (SELECT number FROM runs WHERE id = ?)', [run]);
  await database.run(
    'INSERT OR IGNORE INTO tags (run, tag) SELECT runs.number, value FROM runs, json_each(?) WHERE runs.id = ?',
    [JSON.stringify(labels.tags), run],
  );
}

/** Changes the labels of a run in the database and in its directory, inside a transaction. Throws UserError. */
export async function changeLabels(
  database: Statements,
  run: string,
  directory: string,
  change: (labels: Labels) => Labels,
): Promise<void> {
  const row = await database.get<{ name: string; note: string; baseline: number; tags: string }>(
    `SELECT name, note, baseline, (SELECT json_group_array(tag) FROM tags WHERE run = runs.number) AS tags
     FROM runs WHERE id = ?`,
    [run],
  );
  if (!row) throw new UserError(`There is no run ${run} any more.`, { remedy: 'Look at `distillery runs`.' });
  const labels = change({ ...row, baseline: row.baseline === 1, tags: JSON.parse(row.tags) as string[] });
  const { success, data, error } = labelsSchema.safeParse(labels);
  if (!success)
    throw new UserError(`The run cannot be labelled so: ${z.prettifyError(error)}`, {
      remedy: 'Names may have 10,000 characters, notes 100,000 and tags 200.',
    });
  await storeLabels(database, run, data);
  const file = labelsFile(directory);
  try {
    await requireRealFolder(directory);
    // What is no file was put there by somebody, and is theirs to take away.
    await (await openRegular(file, 'change').catch(unlessMissing))?.close();
    await sweepHalfWritten(directory);
    await replaceFile(file, `${JSON.stringify({ ...data, tags: data.tags.sort() }, null, 2)}\n`);
  } catch (error_) {
    // Where the directory was deleted by hand, the database is all that is left of the run.
    if ((error_ as NodeJS.ErrnoException).code !== 'ENOENT')
      throw writeProblem(fileProblem(error_, file), directory);
  }
}

/** What a process left that was killed while it wrote labels. Within a transaction nobody else is writing any. */
async function sweepHalfWritten(directory: string): Promise<void> {
  for (const name of await readdir(directory).catch(() => []))
    if (/^labels\.json\.\d+$/.test(name)) await rm(join(directory, name), { force: true });
}

function unlessMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}

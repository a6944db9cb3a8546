import { dirname } from 'node:path';
import { experimentIdentity } from '../../experiment/parsing/identity.ts';
import type { Experiment } from '../../experiment/schema/schema.ts';
import { shortened } from '../../worker/directory/project-path.ts';
import { RunDirectory } from '../../worker/directory/run-directory.ts';
import type { Statements } from '../database/database.ts';
import { runDirectory } from './data-directory.ts';

/**
 * What runs of one experiment share: what it is, and where it lies within its project, so that it is the same in a copy of
 * the project.
 * @param directory absolute path of the folder in which its relative paths start.
 */
export const familyOf = (experiment: Experiment, directory: string, dataDirectory: string): string =>
  experimentIdentity(experiment, shortened(directory, dataDirectory));

interface ExperimentRow {
  readonly number: number;
  readonly name: string;
  readonly file: string;
}

/**
 * Brings a database of version 0.1.0, which kept absolute paths, to paths within the project. Where the project lay at
 * that time stands in the run directories; it may have been moved since.
 */
export async function keepPathsInProject(database: Statements, dataDirectory: string): Promise<void> {
  for (const experiment of await database.all<ExperimentRow>('SELECT number, name, file FROM experiments')) {
    const path = await presentPath(database, experiment, dataDirectory);
    await setFile(database, experiment, shortened(path, dataDirectory));
    await renewFamilies(database, experiment.number, dirname(path), dataDirectory);
  }
}

async function presentPath(
  database: Statements,
  { number, file }: ExperimentRow,
  dataDirectory: string,
): Promise<string> {
  const runs = await database.all<{ id: string }>('SELECT id FROM runs WHERE experiment = ?', [number]);
  for (const { id } of runs)
    try {
      return new RunDirectory(runDirectory(dataDirectory, id)).readRequest().file;
    } catch {
      // Deleted or damaged; another run of the experiment knows as well.
    }
  return file;
}

/** Gives an experiment another file; where there is one of this name and file already, its runs become those of that. */
export async function setFile(database: Statements, { number, name, file }: ExperimentRow, to: string) {
  if (file === to) return;
  const there = await database.get<{ number: number }>(
    'SELECT number FROM experiments WHERE name = ? AND file = ?',
    [name, to],
  );
  if (!there)
    return void (await database.run('UPDATE experiments SET file = ? WHERE number = ?', [to, number]));
  await database.run('UPDATE runs SET experiment = ? WHERE experiment = ?', [there.number, number]);
  await database.run('DELETE FROM experiments WHERE number = ?', [number]);
}

async function renewFamilies(
  database: Statements,
  experiment: number,
  directory: string,
  dataDirectory: string,
): Promise<void> {
  const families = await database.all<{ family: string; config: string }>(
    'SELECT family, min(config) AS config FROM runs WHERE experiment = ? GROUP BY family',
    [experiment],
  );
  for (const { family, config } of families) {
    const renewed = familyOf(JSON.parse(config) as Experiment, directory, dataDirectory);
    await database.run('UPDATE runs SET family = ? WHERE experiment = ? AND family = ?', [
      renewed,
      experiment,
      family,
    ]);
  }
}

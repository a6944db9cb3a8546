import { fileProblem } from '../../base/file-problem.ts';
import { requireRegular } from '../../base/regular-file.ts';
import { databaseFile, prepareDataDirectory } from '../directory/data-directory.ts';
import { Database } from './database.ts';
import { isUnwritable } from './database-problem.ts';
import { isOld, migrate } from './migrations.ts';

/** Opens the database of a data directory, both made where they are missing, and brings it up to date. Throws UserError. */
export async function openDatabase(dataDirectory: string): Promise<Database> {
  const file = databaseFile(dataDirectory);
  await prepareDataDirectory(dataDirectory);
  await requireOwnFiles(file);
  return Database.open(file, (statements) => migrate(statements, file));
}

/** Opens a database to be read where it lies or, where that cannot be, from a copy. Throws UserError. */
export async function openDatabaseReadOnly(file: string): Promise<Database> {
  await requireOwnFiles(file);
  let old = false;
  try {
    const database = await Database.openReadOnly(file, async (statements) => {
      old = await isOld(statements, file);
    });
    if (!old) return database;
    await database.close();
  } catch (error) {
    if (!isUnwritable(error)) throw error;
  }
  return Database.openCopy(file, (statements) => migrate(statements, file));
}

/** SQLite follows links, and waits for whoever writes to a pipe: what was planted is refused before it looks. */
async function requireOwnFiles(database: string): Promise<void> {
  for (const file of [database, `${database}-wal`, `${database}-shm`, `${database}-journal`])
    await requireRegular(file).catch((error: unknown) => {
      throw fileProblem(error, file);
    });
}

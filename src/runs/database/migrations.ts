import { dirname } from 'node:path';
import { UserError } from '../../base/user-error.ts';
import { keepPathsInProject } from '../directory/kept-paths.ts';
import type { Statements } from './database.ts';

/** A statement, or what SQL alone cannot do. */
type Step = string | ((database: Statements, dataDirectory: string) => Promise<void>);

/** Each entry takes the database from the version of its index to the next. Entries are never changed, only added. */
const migrations: readonly (readonly Step[])[] = [
  [
    `CREATE TABLE experiments (
      number INTEGER PRIMARY KEY,
      name TEXT NOT NULL,
      file TEXT NOT NULL,
      UNIQUE (file, name)
    )`,
    `CREATE TABLE runs (
      number INTEGER PRIMARY KEY,
      id TEXT NOT NULL UNIQUE,
      experiment INTEGER NOT NULL REFERENCES experiments (number),
      family TEXT NOT NULL,
      name TEXT NOT NULL,
      strategy TEXT NOT NULL,
      seed INTEGER NOT NULL,
      config TEXT NOT NULL,
      created_at REAL NOT NULL,
      state TEXT NOT NULL,
      claimed_at REAL,
      summary TEXT NOT NULL,
      started_at REAL,
      ended_at REAL,
      accuracy REAL,
      compression REAL,
      last_seq INTEGER NOT NULL DEFAULT -1,
      log_bytes INTEGER NOT NULL DEFAULT 0,
      note TEXT NOT NULL DEFAULT '',
      baseline INTEGER NOT NULL DEFAULT 0
    )`,
    'CREATE INDEX runs_by_state ON runs (state)',
    'CREATE INDEX runs_by_creation ON runs (created_at, number)',
    'CREATE INDEX runs_by_experiment ON runs (experiment)',
    'CREATE INDEX runs_by_family ON runs (family)',
    // Metric events keep their values in "metrics" only, so their body is null here.
    `CREATE TABLE events (
      run INTEGER NOT NULL REFERENCES runs (number) ON DELETE CASCADE,
      seq INTEGER NOT NULL,
      time REAL NOT NULL,
      type TEXT NOT NULL,
      body TEXT,
      PRIMARY KEY (run, seq)
    ) WITHOUT ROWID`,
    `CREATE TABLE series (
      number INTEGER PRIMARY KEY,
      run INTEGER NOT NULL REFERENCES runs (number) ON DELETE CASCADE,
      model TEXT NOT NULL,
      name TEXT NOT NULL,
      points INTEGER NOT NULL DEFAULT 0,
      last REAL,
      lowest REAL,
      highest REAL,
      last_step INTEGER NOT NULL DEFAULT -1,
      last_seq INTEGER NOT NULL DEFAULT -1,
      UNIQUE (run, model, name)
    )`,
    `CREATE TABLE metrics (
      series INTEGER NOT NULL REFERENCES series (number) ON DELETE CASCADE,
      step INTEGER NOT NULL,
      seq INTEGER NOT NULL,
      time REAL NOT NULL,
      epoch REAL NOT NULL,
      value REAL,
      PRIMARY KEY (series, step)
    ) WITHOUT ROWID`,
    `CREATE TABLE artifacts (
      run INTEGER NOT NULL REFERENCES runs (number) ON DELETE CASCADE,
      path TEXT NOT NULL,
      kind TEXT NOT NULL,
      epoch REAL,
      best INTEGER NOT NULL DEFAULT 0,
      seq INTEGER NOT NULL,
      PRIMARY KEY (run, path)
    ) WITHOUT ROWID`,
    `CREATE TABLE tags (
      run INTEGER NOT NULL REFERENCES runs (number) ON DELETE CASCADE,
      tag TEXT NOT NULL,
      PRIMARY KEY (run, tag)
    ) WITHOUT ROWID`,
    'CREATE INDEX tags_by_tag ON tags (tag)',
    `CREATE TABLE leases (
      name TEXT PRIMARY KEY,
      holder TEXT NOT NULL,
      expires_at REAL NOT NULL
    ) WITHOUT ROWID`,
    'CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID',
  ],
  // Every change of a run gets the next number, by triggers and so whoever writes: what changed since a number can be
  // read exactly. A trigger does not set itself off again, as recursive triggers are off.
  [
    'ALTER TABLE runs ADD COLUMN version INTEGER NOT NULL DEFAULT 0',
    'CREATE INDEX runs_by_version ON runs (version)',
    'CREATE TABLE clock (number INTEGER PRIMARY KEY CHECK (number = 1), version INTEGER NOT NULL)',
    'INSERT INTO clock VALUES (1, 0)',
    'CREATE TABLE removed_runs (version INTEGER PRIMARY KEY, id TEXT NOT NULL)',
    `CREATE TRIGGER run_added AFTER INSERT ON runs BEGIN
      UPDATE clock SET version = version + 1;
      UPDATE runs SET version = (SELECT version FROM clock) WHERE number = NEW.number;
    END`,
    `CREATE TRIGGER run_changed AFTER UPDATE ON runs WHEN NEW.version = OLD.version BEGIN
      UPDATE clock SET version = version + 1;
      UPDATE runs SET version = (SELECT version FROM clock) WHERE number = NEW.number;
    END`,
    `CREATE TRIGGER run_removed AFTER DELETE ON runs BEGIN
      UPDATE clock SET version = version + 1;
      INSERT INTO removed_runs SELECT version, OLD.id FROM clock;
    END`,
    `CREATE TRIGGER run_tagged AFTER INSERT ON tags BEGIN
      UPDATE runs SET name = name WHERE number = NEW.run;
    END`,
    `CREATE TRIGGER run_untagged AFTER DELETE ON tags BEGIN
      UPDATE runs SET name = name WHERE number = OLD.run;
    END`,
    `CREATE TRIGGER experiment_changed AFTER UPDATE ON experiments BEGIN
      UPDATE runs SET name = name WHERE experiment = NEW.number;
    END`,
  ],
  [keepPathsInProject],
  // Of which sweep a run is; and its point, as the request of the run has it.
  [
    'ALTER TABLE runs ADD COLUMN sweep TEXT',
    'ALTER TABLE runs ADD COLUMN point TEXT',
    'CREATE INDEX runs_by_sweep ON runs (sweep)',
  ],
];

export const databaseVersion = migrations.length;

async function versionOf(database: Statements, file: string): Promise<number> {
  const { user_version: found } = (await database.get<{ user_version: number }>('PRAGMA user_version'))!;
  if (found > databaseVersion)
    throw new UserError(
      `The run database has version ${found}, but this Distillery knows versions up to ${databaseVersion}: a newer Distillery made it.`,
      {
        place: file,
        remedy: 'Update Distillery, or keep the runs of this version elsewhere with --data-dir.',
      },
    );
  return found;
}

/** Whether a database is of an older version than this one reads. Throws UserError for a newer one. */
export async function isOld(database: Statements, file: string): Promise<boolean> {
  return (await versionOf(database, file)) < databaseVersion;
}

/** Brings the database to this version. Runs inside a transaction that holds the write lock, so only one process does it. */
export async function migrate(database: Statements, file: string): Promise<void> {
  const found = await versionOf(database, file);
  for (const [index, steps] of migrations.entries()) {
    if (index < found) continue;
    for (const step of steps)
      if (typeof step === 'string') await database.run(step);
      else await step(database, dirname(file));
  }
  if (found < databaseVersion) await database.run(`PRAGMA user_version = ${databaseVersion}`);
}

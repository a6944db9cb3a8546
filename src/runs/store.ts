import { existsSync } from 'node:fs';
import { UserError } from '../base/user-error.ts';
import type { RunEvent } from '../worker/directory/events.ts';
import type { RunRequest } from '../worker/directory/run-request.ts';
import type { RunState } from '../worker/directory/run-states.ts';
import { addRun } from './add-run.ts';
import { type RunChanges, selectChanges } from './database/changes.ts';
import type { Database, Statements } from './database/database.ts';
import { isFull, isUnwritable } from './database/database-problem.ts';
import { ingestEvents } from './database/ingest.ts';
import type { MetricPoint, SeriesInfo } from './database/metrics.ts';
import { openDatabase, openDatabaseReadOnly } from './database/open-database.ts';
import {
  countByFile,
  countRunRecords,
  type ExperimentRuns,
  type RunQuery,
  type RunRecord,
  selectRunRecords,
} from './database/run-records.ts';
import { selectPoints, selectSeries } from './database/series.ts';
import {
  type Artifact,
  type EventSelection,
  type StoredEvent,
  selectArtifacts,
  selectEvents,
} from './database/stored-events.ts';
import { countBySweep, type SweepRuns } from './database/sweeps.ts';
import { databaseFile, runDirectory, runsDirectory } from './directory/data-directory.ts';
import { changeLabels, type Labels } from './directory/labels.ts';
import { findRun } from './find-run.ts';

/** Opens the run database of a data directory, which is made where it is missing. Throws UserError. */
export async function openStore(dataDirectory: string): Promise<RunStore> {
  return RunStore.open(dataDirectory, () => openDatabase(dataDirectory));
}

/**
 * Opens the run database of a data directory that may only be read; nothing in it is made or changed, and one of an older
 * version is read from a copy. Throws UserError.
 */
export async function openStoreReadOnly(dataDirectory: string): Promise<RunStore> {
  return RunStore.open(dataDirectory, () => openDatabaseReadOnly(databaseFile(dataDirectory)));
}

/**
 * Opens the run database of a data directory for writing or, where the file system does not let us write or is full, and
 * there is a database, for reading alone: see {@link RunStore.writable}. Throws UserError.
 */
export async function openStoreAsAllowed(dataDirectory: string): Promise<RunStore> {
  const file = databaseFile(dataDirectory);
  return RunStore.open(dataDirectory, async () => {
    try {
      return await openDatabase(dataDirectory);
    } catch (error) {
      if (!(isUnwritable(error) || isFull(error)) || !existsSync(file)) throw error;
      return openDatabaseReadOnly(file);
    }
  });
}

/**
 * All runs of one data directory. Any number of processes may hold one at a time; what the store knows can be found
 * again from the run directories, which are the truth.
 */
export class RunStore {
  readonly dataDirectory: string;
  readonly #open: () => Promise<Database>;
  #database: Database;
  #reopening: Promise<boolean> | undefined;
  /** Runs that `list` had to leave out since `takeDamaged` was last asked. */
  readonly #damaged = new Set<string>();
  #generation = 0;

  private constructor(dataDirectory: string, open: () => Promise<Database>, database: Database) {
    this.dataDirectory = dataDirectory;
    this.#open = open;
    this.#database = database;
  }

  static async open(dataDirectory: string, open: () => Promise<Database>): Promise<RunStore> {
    return new RunStore(dataDirectory, open, await open());
  }

  /** Whether runs can be made and changed here, and not only looked at. */
  get writable(): boolean {
    return this.#database.writable;
  }

  /** Absolute path of the run's directory. */
  directoryOf(id: string): string {
    return runDirectory(this.dataDirectory, id);
  }

  /** The runs that match, newest first unless another order is asked for. */
  list(query: RunQuery = {}): Promise<RunRecord[]> {
    return selectRunRecords(this.#database.read, runsDirectory(this.dataDirectory), query, (id) =>
      this.#damaged.add(id),
    );
  }

  /** Runs whose rows turned out to be damaged since this was last asked; they are in no list. */
  takeDamaged(): string[] {
    const ids = [...this.#damaged];
    this.#damaged.clear();
    return ids;
  }

  /** How many runs match, paging aside. */
  count(query: RunQuery = {}): Promise<number> {
    return countRunRecords(this.#database.read, runsDirectory(this.dataDirectory), query);
  }

  /** Which runs came, went or changed after a version of the database (−1: all there are). */
  changesSince(version: number): Promise<RunChanges> {
    return selectChanges(this.#database.read, version);
  }

  /** Experiment files with the number of their runs that match. */
  experiments(query: RunQuery = {}): Promise<ExperimentRuns[]> {
    return countByFile(this.#database.read, runsDirectory(this.dataDirectory), query);
  }

  /** Sweeps that the runs which match belong to. */
  sweeps(query: RunQuery = {}): Promise<SweepRuns[]> {
    return countBySweep(this.#database.read, runsDirectory(this.dataDirectory), query);
  }

  /** Kinds of strategy that runs have used. */
  async strategies(): Promise<string[]> {
    const rows = await this.#database.read.all<{ strategy: string }>(
      'SELECT DISTINCT strategy FROM runs ORDER BY strategy',
    );
    return rows.map(({ strategy }) => strategy);
  }

  async get(id: string): Promise<RunRecord | undefined> {
    return (await this.list({ ids: [id] }))[0];
  }

  /** The run with this id, or the only one whose id starts or ends so. Throws UserError for none or several. */
  find(part: string): Promise<RunRecord> {
    return findRun(this, this.#database.read, part);
  }

  /** Records a run whose directory lies ready. Does nothing where the run is known or its directory is gone. */
  add(id: string, request: RunRequest): Promise<boolean> {
    return addRun(this, id, request);
  }

  /**
   * Stores events of a run; those stored already are left as they are. `logBytes` says how far the run's log has been
   * read. Gives back the events that were new; undefined where the run is not in the store.
   */
  ingest(id: string, events: readonly RunEvent[], logBytes?: number): Promise<RunEvent[] | undefined> {
    return this.transaction((database) => ingestEvents(database, id, events, logBytes));
  }

  /** How far the run's log has been read, in bytes, and the number of its newest stored event (−1 before the first). */
  async position(id: string): Promise<{ logBytes: number; lastSeq: number } | undefined> {
    return this.#database.read.get<{ logBytes: number; lastSeq: number }>(
      'SELECT log_bytes AS logBytes, last_seq AS lastSeq FROM runs WHERE id = ?',
      [id],
    );
  }

  /** When a launcher claimed the run last, and whether its worker has said since that it started. */
  async launchOf(id: string): Promise<{ claimedAt: number | undefined; started: boolean } | undefined> {
    const row = await this.#database.read.get<{ claimed_at: number | null; told: string | null }>(
      "SELECT claimed_at, CASE WHEN json_valid(summary) THEN json_extract(summary, '$.state') END AS told FROM runs WHERE id = ?",
      [id],
    );
    return row && { claimedAt: row.claimed_at ?? undefined, started: row.told === 'running' };
  }

  /** Ids of all runs, without reading anything else of them. */
  async ids(states?: readonly RunState[]): Promise<string[]> {
    const rows = await this.#database.read.all<{ id: string }>(
      states
        ? 'SELECT id FROM runs WHERE state IN (SELECT value FROM json_each(?)) ORDER BY created_at, number'
        : 'SELECT id FROM runs ORDER BY created_at, number',
      states ? [JSON.stringify(states)] : [],
    );
    return rows.map(({ id }) => id);
  }

  /** The newest `limit` events of a run after number `after`, oldest first, leaving out those of the types `without`. */
  events(id: string, selection: EventSelection = {}): Promise<StoredEvent[]> {
    return selectEvents(this.#database.read, id, selection);
  }

  /** Every curve of these runs with its last and best values, by run id; no points are read. */
  series(ids: readonly string[]): Promise<Map<string, SeriesInfo[]>> {
    return selectSeries(this.#database.read, ids);
  }

  /** One curve by rising step, thinned to at most about `maximum` points that keep every peak. */
  points(id: string, model: string, name: string, maximum?: number): Promise<MetricPoint[]> {
    return selectPoints(this.#database.read, id, model, name, maximum);
  }

  artifacts(id: string): Promise<Artifact[]> {
    return selectArtifacts(this.#database.read, id);
  }

  rename(id: string, name: string): Promise<void> {
    const trimmed = name.trim();
    if (trimmed === '')
      throw new UserError('A run needs a name.', { remedy: 'Write at least one character.' });
    return this.#label(id, (labels) => ({ ...labels, name: trimmed }));
  }

  setNote(id: string, note: string): Promise<void> {
    return this.#label(id, (labels) => ({ ...labels, note }));
  }

  tag(id: string, ...tags: readonly string[]): Promise<void> {
    const added = tags.map((tag) => tag.trim()).filter((tag) => tag !== '');
    return this.#label(id, (labels) => ({ ...labels, tags: [...new Set([...labels.tags, ...added])] }));
  }

  untag(id: string, ...tags: readonly string[]): Promise<void> {
    return this.#label(id, (labels) => ({
      ...labels,
      tags: labels.tags.filter((tag) => !tags.includes(tag)),
    }));
  }

  /** Tags in use, most used first. */
  async tags(): Promise<{ tag: string; runs: number }[]> {
    return this.#database.read.all(
      'SELECT tag, count(*) AS runs FROM tags GROUP BY tag ORDER BY runs DESC, tag',
    );
  }

  /** Marks the one run that others are held against; undefined marks none. */
  setBaseline(id: string | undefined): Promise<void> {
    return this.transaction(async (database) => {
      const marked = await database.all<{ id: string }>('SELECT id FROM runs WHERE baseline = 1');
      for (const { id: old } of marked)
        if (old !== id) await changeLabels(database, old, this.directoryOf(old), unmarked);
      if (id !== undefined)
        await changeLabels(database, id, this.directoryOf(id), (labels) => ({ ...labels, baseline: true }));
    });
  }

  #label(id: string, change: (labels: Labels) => Labels): Promise<void> {
    return this.transaction((database) => changeLabels(database, id, this.directoryOf(id), change));
  }

  async setting(name: string): Promise<string | undefined> {
    const sql = 'SELECT value FROM settings WHERE name = ?';
    return (await this.#database.read.get<{ value: string }>(sql, [name]))?.value;
  }

  async setSetting(name: string, value: string): Promise<void> {
    await this.transaction((database) =>
      database.run('INSERT OR REPLACE INTO settings (name, value) VALUES (?, ?)', [name, value]),
    );
  }

  /** Runs `work` alone among all processes that hold this store: all of it is kept, or nothing. */
  transaction<T>(work: (database: Statements) => Promise<T>): Promise<T> {
    return this.#database.transaction(work);
  }

  /** A number that changes whenever another process, or this one, has written; comparable within one generation. */
  version(): Promise<number> {
    return this.#database.version();
  }

  /** How often the database was opened anew since its file was another. */
  get generation(): number {
    return this.#generation;
  }

  /** Opens the database anew where its file was deleted or replaced under us; true where that was so. */
  reopenIfReplaced(): Promise<boolean> {
    this.#reopening ??= this.#reopen().finally(() => {
      this.#reopening = undefined;
    });
    return this.#reopening;
  }

  async #reopen(): Promise<boolean> {
    const old = this.#database;
    if (await old.isCurrent()) return false;
    this.#database = await this.#open();
    this.#generation += 1;
    await old.close();
    return true;
  }

  close(): Promise<void> {
    return this.#database.close();
  }
}

const unmarked = (labels: Labels): Labels => ({ ...labels, baseline: false });

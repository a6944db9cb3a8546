import { access, copyFile, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import sqlite3 from 'sqlite3';
import { databaseProblem, isBusy, isFull, isUnwritable, readOnlyProblem } from './database-problem.ts';

export type SqlValue = string | number | null;
/** Values in the order of the question marks. */
export type SqlParameters = readonly SqlValue[];

/** The statements of one connection, as promises. */
export interface Statements {
  /** Rows of a query; `Row` is what the SQL selects. */
  all<Row>(sql: string, parameters?: SqlParameters): Promise<Row[]>;
  get<Row>(sql: string, parameters?: SqlParameters): Promise<Row | undefined>;
  /** Runs one statement; the number of rows it changed. */
  run(sql: string, parameters?: SqlParameters): Promise<number>;
}

/** How long one statement waits for another process's transaction, and how long a transaction is tried at all. */
const busyTimeoutMs = 5_000;
const patienceMs = 60_000;

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

class Connection implements Statements {
  readonly handle: sqlite3.Database;
  readonly file: string;

  private constructor(handle: sqlite3.Database, file: string) {
    this.handle = handle;
    this.file = file;
  }

  static open(file: string): Promise<Connection> {
    return Connection.#open(file, file, sqlite3.OPEN_READWRITE | sqlite3.OPEN_CREATE);
  }

  /** `immutable` says that nobody writes, so that not even the files beside the database are made that writers share. */
  static openReadOnly(file: string, immutable: boolean): Promise<Connection> {
    if (!immutable) return Connection.#open(file, file, sqlite3.OPEN_READONLY);
    const uri = `${pathToFileURL(file).href}?immutable=1`;
    return Connection.#open(file, uri, sqlite3.OPEN_READONLY | sqlite3.OPEN_URI);
  }

  static #open(file: string, name: string, mode: number): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const handle = new sqlite3.Database(name, mode, (error) => {
        if (error) return reject(databaseProblem(error, file));
        handle.configure('busyTimeout', busyTimeoutMs);
        resolve(new Connection(handle, file));
      });
    });
  }

  all<Row>(sql: string, parameters: SqlParameters = []): Promise<Row[]> {
    return new Promise((resolve, reject) => {
      this.handle.all<Row>(sql, parameters, (error, rows) =>
        error ? reject(databaseProblem(error, this.file)) : resolve(rows),
      );
    });
  }

  async get<Row>(sql: string, parameters: SqlParameters = []): Promise<Row | undefined> {
    return (await this.all<Row>(sql, parameters))[0];
  }

  run(sql: string, parameters: SqlParameters = []): Promise<number> {
    const { file } = this;
    return new Promise((resolve, reject) => {
      this.handle.run(sql, parameters, function (this: sqlite3.RunResult, error: Error | null) {
        if (error) reject(databaseProblem(error, file));
        else resolve(this.changes);
      });
    });
  }

  close(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.handle.close((error) => (error ? reject(databaseProblem(error, this.file)) : resolve()));
    });
  }
}

/** Repeats what failed only because another process held the database, with growing pauses. */
async function patiently<T>(attempt: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + patienceMs;
  for (let wait = 5; ; wait = Math.min(2 * wait, 250))
    try {
      return await attempt();
    } catch (error) {
      if (!isBusy(error) || performance.now() > deadline) throw error;
      await pause(wait * (0.5 + Math.random()));
    }
}

/**
 * One SQLite file, open twice: `read` sees what is committed and is never held up by a transaction; writes go, one
 * transaction after another, through `transaction`.
 */
export class Database {
  readonly file: string;
  readonly #reader: Connection;
  readonly #writer: Connection | undefined;
  /** Tells this file from one that took its place. */
  readonly #stamp: string;
  /** Whether the file counts as another as soon as anybody wrote to it. */
  readonly #frozen: boolean;
  /** A folder with the copy that is read instead of the file. */
  readonly #copy: string | undefined;
  #tail: Promise<unknown> = Promise.resolve();

  private constructor(file: string, { reader, writer, stamp, frozen = false, copy }: Opened) {
    this.file = file;
    this.#reader = reader;
    this.#writer = writer;
    this.#stamp = stamp;
    this.#frozen = frozen;
    this.#copy = copy;
  }

  /** Opens the file, or makes it; `prepare` runs under the write lock before anybody reads, for migrations. */
  static async open(file: string, prepare: (statements: Statements) => Promise<void>): Promise<Database> {
    const writer = await Connection.open(file);
    try {
      // Turning WAL on does not wait for the busy timeout, so several processes that make the file at once must retry.
      await patiently(() => writer.run('PRAGMA journal_mode = WAL'));
      await writer.run('PRAGMA synchronous = NORMAL');
      await writer.run('PRAGMA foreign_keys = ON');
      await inTransaction(writer, prepare);
      const reader = await Connection.open(file);
      await reader.run('PRAGMA query_only = ON');
      return new Database(file, { reader, writer, stamp: await stampOf(file, false) });
    } catch (error) {
      await writer.close();
      throw error;
    }
  }

  /**
   * Opens a file that somebody else made, changing neither it nor, where nobody writes to it, its folder. `check` may
   * refuse what it reads. What stands in the file is not trusted to run functions.
   */
  static async openReadOnly(
    file: string,
    check: (statements: Statements) => Promise<void>,
  ): Promise<Database> {
    // A writer has this file beside the database for as long as it lives.
    if (!(await exists(walOf(file)))) return Database.#openReader(file, check, true);
    try {
      return await Database.#openReader(file, check, false);
    } catch (error) {
      // Left empty by somebody who found the disk full; readers need room for what they share with writers.
      const { size } = await stat(walOf(file)).catch(() => ({ size: 0 }));
      if (!isFull(error) || size > 0) throw error;
      return Database.#openReader(file, check, true);
    }
  }

  static async #openReader(
    file: string,
    check: (statements: Statements) => Promise<void>,
    immutable: boolean,
  ): Promise<Database> {
    const stamp = await stampOf(file, immutable);
    const reader = await Connection.openReadOnly(file, immutable);
    try {
      await reader.run('PRAGMA trusted_schema = OFF');
      await reader.run('PRAGMA query_only = ON');
      await check(reader);
      return new Database(file, { reader, stamp, frozen: immutable });
    } catch (error) {
      await reader.close();
      throw error;
    }
  }

  /**
   * Opens a copy of a file that somebody else made, once `prepare` has brought the copy up to date, for a file of an older
   * version that may not be changed. It can only be read, and goes when it is closed.
   */
  static async openCopy(file: string, prepare: (statements: Statements) => Promise<void>): Promise<Database> {
    const stamp = await stampOf(file, true);
    const folder = await mkdtemp(join(tmpdir(), 'distillery-'));
    try {
      const copy = join(folder, 'distillery.db');
      await copyDatabase(file, copy);
      const reader = await Connection.open(copy);
      try {
        await reader.run('PRAGMA trusted_schema = OFF');
        await inTransaction(reader, prepare);
        await reader.run('PRAGMA query_only = ON');
        return new Database(file, { reader, stamp, frozen: true, copy: folder });
      } catch (error) {
        await reader.close();
        throw error;
      }
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
  }

  get writable(): boolean {
    return this.#writer !== undefined;
  }

  get read(): Statements {
    return this.#reader;
  }

  /** Runs `work` alone: all of it is kept, or nothing. It must use only the statements it is handed. */
  transaction<T>(work: (statements: Statements) => Promise<T>): Promise<T> {
    const writer = this.#writer;
    if (!writer) return Promise.reject(readOnlyProblem(this.file));
    const result = this.#tail.then(() => inTransaction(writer, work));
    this.#tail = result.catch(() => undefined);
    return result;
  }

  /** A number that changes whenever another connection has committed. */
  async version(): Promise<number> {
    return (await this.#reader.get<{ data_version: number }>('PRAGMA data_version'))!.data_version;
  }

  /** Whether the file at this path is still the one that was opened and, where that is what was read, as it was. */
  async isCurrent(): Promise<boolean> {
    try {
      return (await stampOf(this.file, this.#frozen)) === this.#stamp;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
      throw error;
    }
  }

  /** Waits for the transactions under way, then closes. */
  async close(): Promise<void> {
    await this.#tail;
    await this.#reader.close();
    await this.#writer?.close();
    if (this.#copy !== undefined) await rm(this.#copy, { recursive: true, force: true, maxRetries: 3 });
  }
}

async function copyDatabase(file: string, copy: string): Promise<void> {
  const log = await exists(walOf(file));
  try {
    const source = await Connection.openReadOnly(file, !log);
    // As one transaction sees it, whoever writes meanwhile.
    await source.run('VACUUM INTO ?', [copy]).finally(() => source.close());
  } catch (error) {
    // A writer that was killed left its log, and SQLite cannot read that where it may make no file beside it.
    if (!log || !isUnwritable(error)) throw error;
    await copyFile(file, copy);
    await copyFile(walOf(file), walOf(copy));
  }
}

interface Opened {
  readonly reader: Connection;
  readonly writer?: Connection;
  readonly stamp: string;
  readonly frozen?: boolean;
  readonly copy?: string;
}

const walOf = (file: string) => `${file}-wal`;

const exists = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  );

async function stampOf(file: string, withContent: boolean): Promise<string> {
  const { ino, mtimeNs, size } = await stat(file, { bigint: true });
  if (!withContent) return `${ino}`;
  // What was committed last may still stand beside the file.
  const log = await stat(walOf(file), { bigint: true }).catch(() => undefined);
  return [ino, mtimeNs, size, log?.mtimeNs, log?.size].join('/');
}

async function inTransaction<T>(connection: Connection, work: (statements: Statements) => Promise<T>) {
  // IMMEDIATE takes the write lock at once: a transaction that starts by reading could not be retried when it is busy.
  await patiently(() => connection.run('BEGIN IMMEDIATE'));
  try {
    const result = await work(connection);
    await patiently(() => connection.run('COMMIT'));
    return result;
  } catch (error) {
    // A full disk may have ended the transaction already; the first error is the one that tells.
    await connection.run('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

import { UserError } from '../../base/user-error.ts';
import { fairThreads } from '../../device/worker-environment.ts';
import { logBytes } from '../../worker/directory/launch-note.ts';
import { RunDirectory } from '../../worker/directory/run-directory.ts';
import type { Statements } from '../database/database.ts';
import type { RunStore } from '../store.ts';
import { append } from './control.ts';
import type { Launcher, WorkerProcess } from './launch.ts';
import { Lease } from './lease.ts';

/** What the command line said last, and above it what the settings of an editor say for as long as they say it. */
const commandSetting = 'concurrency';
const editorSetting = 'concurrency.editor';

/** How many runs go at once where nobody has said: one, for it uses all cores itself. */
const defaultConcurrency = 1;

/** How many runs of this data directory go at once, whichever process starts them. */
export async function concurrency(store: RunStore): Promise<number> {
  const said = (await store.setting(editorSetting)) ?? (await store.setting(commandSetting));
  return Number(said ?? defaultConcurrency);
}

/** Says how many runs of this data directory go at once, from now on. Throws UserError. */
export async function setConcurrency(store: RunStore, limit: number): Promise<void> {
  checkConcurrency(limit);
  await store.transaction(async (database) => {
    await database.run('DELETE FROM settings WHERE name = ?', [editorSetting]);
    await write(database, commandSetting, limit);
  });
}

/**
 * Says how many runs go at once as the settings of an editor have it; undefined where they say nothing, so that a number
 * removed there no longer holds. Throws UserError.
 */
export async function setEditorConcurrency(store: RunStore, limit: number | undefined): Promise<void> {
  if (limit !== undefined) checkConcurrency(limit);
  // Every window asks as it opens; where nothing is different, no other process needs to look again.
  const said = await store.setting(editorSetting);
  if (said === limit?.toString()) return;
  await store.transaction(async (database) => {
    if (limit === undefined) await database.run('DELETE FROM settings WHERE name = ?', [editorSetting]);
    else await write(database, editorSetting, limit);
  });
}

const write = (database: Statements, name: string, limit: number) =>
  database.run('INSERT OR REPLACE INTO settings (name, value) VALUES (?, ?)', [name, `${limit}`]);

function checkConcurrency(limit: number): void {
  if (!Number.isInteger(limit) || limit < 1 || limit > 64)
    throw new UserError(`${limit} runs at once are not possible.`, {
      remedy: 'Write a whole number from 1 to 64.',
    });
}

/** Starts queued runs, oldest first, while fewer than the limit run; of all processes only the holder of the lease does. */
export class RunQueue {
  readonly #store: RunStore;
  readonly #launcher: Launcher;
  readonly #atOnce: number | undefined;
  readonly #lease: Lease;

  /** @param atOnce the limit while this process holds the lease, instead of the data directory's. */
  constructor(store: RunStore, launcher: Launcher, atOnce?: number) {
    this.#store = store;
    this.#launcher = launcher;
    this.#atOnce = atOnce;
    this.#lease = new Lease(store, 'queue');
  }

  /** Starts what may start now. `onLaunch` hears of every worker that was started. */
  async drive(onLaunch: (id: string, worker: WorkerProcess) => void): Promise<void> {
    if ((await this.#store.count({ states: ['queued'] })) === 0) return this.release();
    if (!(await this.#lease.take())) return;
    for (;;) {
      const claim = await this.#claimNext();
      if (!claim) return;
      const { id, limit, logBytes } = claim;
      try {
        // By the limit and not by what runs just now: runs of one experiment, which are compared, get the same.
        const threads = fairThreads(limit);
        onLaunch(id, await this.#launcher.launch(this.#store.directoryOf(id), { threads, logBytes }));
      } catch (error) {
        await this.#refuse(id, error);
      }
    }
  }

  /** Lets another process drive the queue at once. */
  async release(): Promise<void> {
    await this.#lease.release();
  }

  /**
   * The oldest queued run, now counted as running, how long its log is, and how many may run at once; undefined where none
   * may start.
   */
  #claimNext(): Promise<{ id: string; limit: number; logBytes: number } | undefined> {
    return this.#store.transaction(async (database) => {
      const said = await database.get<{ value: string }>(
        'SELECT value FROM settings WHERE name IN (?1, ?2) ORDER BY name = ?1 DESC LIMIT 1',
        [editorSetting, commandSetting],
      );
      const limit = this.#atOnce ?? Number(said?.value ?? defaultConcurrency);
      const next = await database.get<{ id: string }>(
        `SELECT id FROM runs WHERE state = 'queued' AND (SELECT count(*) FROM runs WHERE state = 'running') < ?
         ORDER BY created_at, number LIMIT 1`,
        [limit],
      );
      if (!next) return undefined;
      await database.run("UPDATE runs SET state = 'running', claimed_at = ? WHERE id = ?", [
        Date.now(),
        next.id,
      ]);
      // Nobody but a worker writes to the log of a queued run; from here on whoever ends this one does.
      return {
        id: next.id,
        limit,
        logBytes: await logBytes(new RunDirectory(this.#store.directoryOf(next.id))),
      };
    });
  }

  async #refuse(id: string, error: unknown): Promise<void> {
    const told = error as Error;
    try {
      await append(this.#store, id, {
        type: 'failed',
        message: `The worker could not be started: ${told.message}`,
        userError: told instanceof UserError,
        ...(told instanceof UserError && told.remedy !== undefined && { remedy: told.remedy }),
      });
    } catch (appendError) {
      // Without room for its last word the run may not stay "running" either.
      await this.#store.transaction((database) =>
        database.run("UPDATE runs SET state = 'interrupted' WHERE id = ?", [id]),
      );
      throw appendError;
    }
  }
}

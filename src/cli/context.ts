import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { UserError } from '../base/user-error.ts';
import type { Checker, SampleViewer } from '../checks/apart/checker.ts';
import { repairDamagedRows } from '../runs/database/damaged-rows.ts';
import { isFull } from '../runs/database/database-problem.ts';
import { findDataDirectory } from '../runs/directory/data-directory.ts';
import type { Launcher } from '../runs/queue/launch.ts';
import { Supervisor } from '../runs/queue/supervisor.ts';
import { openStore, openStoreAsAllowed, type RunStore } from '../runs/store.ts';
import { complain } from './complain.ts';
import type { Terminal } from './terminal.ts';

/** What every command works with. */
export interface Context {
  readonly terminal: Terminal;
  readonly launcher: Launcher;
  /** Looks at experiments and their files, and shows the samples of data. */
  readonly checker: Checker & SampleViewer;
  /** Program and first arguments that start the process which exports models. */
  readonly exporter: readonly [string, ...string[]];
  /** Program and first arguments that start this very command line again. */
  readonly self: readonly [string, ...string[]];
}

export interface DataDirOption {
  readonly dataDir?: string;
}

/** --data-dir, else the nearest .distillery upwards from the current directory, else one in it. */
export const dataDirectoryOf = ({ dataDir }: DataDirOption) =>
  dataDir === undefined ? findDataDirectory(process.cwd()) : resolve(dataDir);

/**
 * Opens the store, brings it up to date with the run directories, and closes it in the end. A data directory that is
 * missing is only made where `make` says so: looking around should leave nothing behind. With `look`, for commands that
 * change nothing, one that cannot be written is read all the same.
 */
export async function withStore<T>(
  { terminal }: Context,
  options: DataDirOption,
  work: (store: RunStore) => Promise<T>,
  { make = false, look = false } = {},
): Promise<T> {
  const dataDirectory = dataDirectoryOf(options);
  if (!make && !existsSync(dataDirectory))
    throw new UserError(`No runs are kept here: there is no ${dataDirectory}.`, {
      remedy: 'Start some with `distillery run FILE`, or name another data directory with --data-dir.',
    });
  const store = await (look ? openStoreAsAllowed : openStore)(dataDirectory);
  try {
    if (!store.writable) {
      terminal.err('The data directory cannot be written, so runs are shown as they were recorded last.\n');
      return await work(store);
    }
    try {
      await new Supervisor(store, { problem: (error) => complain(terminal, error) }).refresh();
    } catch (error) {
      // The database was opened, but there is no room for what is new.
      if (!look || !isFull(error)) throw error;
      complain(terminal, error);
      return await work(store);
    }
    const result = await work(store);
    for (const told of await repairDamagedRows(store)) complain(terminal, told);
    return result;
  } finally {
    await store.close();
  }
}

/** As {@link withStore}, for commands that change nothing. */
export const lookAtStore = <T>(
  context: Context,
  options: DataDirOption,
  work: (store: RunStore) => Promise<T>,
): Promise<T> => withStore(context, options, work, { look: true });

import { mkdir, readdir, rename, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { workspace } from 'vscode';
import { readRegular } from '../../../src/base/regular-file.ts';
import type { RunStore } from '../../../src/runs/store.ts';
import { isWithin } from '../../../src/worker/directory/project-path.ts';
import type { Log } from '../../status/log.ts';

/**
 * Runs that are kept in VS Code's storage lie under a name made of the folder's path, and VS Code itself gives a folder that
 * was renamed another storage. So each data directory there says whose it is, and is found again by it.
 */
interface Project {
  /** Absolute path of the project's folder when it was opened last. */
  readonly folder: string;
  /** What the file system calls that folder, under whatever path. */
  readonly identity: string;
}

const fileName = 'project.json';
const longestRecord = 16 * 1024;
/** Workspaces that are looked through, and data directories in each: more than anybody has. */
const mostEntries = 2000;

const identityOf = (folder: string): Promise<string | undefined> =>
  stat(folder, { bigint: true }).then(
    ({ dev, ino }) => `${dev}:${ino}`,
    () => undefined,
  );

async function readProject(dataDirectory: string): Promise<Project | undefined> {
  try {
    const read: unknown = JSON.parse(
      (await readRegular(join(dataDirectory, fileName), longestRecord)).toString(),
    );
    const { folder, identity } = read as Partial<Project>;
    return typeof folder === 'string' && typeof identity === 'string' ? { folder, identity } : undefined;
  } catch {
    // Of an earlier version, or of somebody else.
    return undefined;
  }
}

/** A folder of the window and where its runs are kept. */
interface Place {
  readonly folder: { readonly name: string; readonly uri: { readonly fsPath: string } };
  readonly dataDirectory: string;
}

/** Whether the runs are kept apart from the project. */
const isApart = ({ folder, dataDirectory }: Place): boolean => !isWithin(folder.uri.fsPath, dataDirectory);

/**
 * Brings the runs of a folder that was renamed since to where they are looked for now. Does nothing where there are some,
 * nor in a folder that is not trusted.
 * @param place with its data directory at `<all workspaces>/<workspace>/<extension>/<folder>` in VS Code's storage.
 */
export async function adoptFormerRuns(place: Place, log: Log): Promise<void> {
  const { folder, dataDirectory } = place;
  if (!isApart(place) || !workspace.isTrusted) return;
  const identity = await identityOf(folder.uri.fsPath);
  if (identity === undefined || (await identityOf(dataDirectory)) !== undefined) return;
  const own = dirname(dataDirectory);
  const all = dirname(dirname(own));
  try {
    for (const one of await entriesOf(all)) {
      const storage = join(all, one, basename(own));
      for (const name of await entriesOf(storage)) {
        const project = await readProject(join(storage, name));
        // A folder that is still at its path keeps its runs.
        if (project?.identity !== identity || (await identityOf(project.folder)) === identity) continue;
        await mkdir(own, { recursive: true });
        await rename(join(storage, name), dataDirectory);
        return;
      }
    }
  } catch (error) {
    log.error(`looking for the runs of ${folder.name} under its former name`, error);
  }
}

const entriesOf = (folder: string): Promise<string[]> =>
  readdir(folder).then(
    (names) => names.slice(0, mostEntries),
    () => [],
  );

/** Writes down whose the runs are; what was kept under the former path of the project is of its present one. */
export async function followProject(store: RunStore, place: Place, log: Log): Promise<void> {
  if (!isApart(place)) return;
  const { dataDirectory, folder } = place;
  const now = folder.uri.fsPath;
  try {
    const before = await readProject(dataDirectory);
    const identity = await identityOf(now);
    if (identity === undefined || (before?.folder === now && before.identity === identity)) return;
    if (before?.identity === identity) {
      const { runEngine } = await import('./run-engine.ts');
      await runEngine.moveExperiments(store, before.folder, now);
    }
    const project: Project = { folder: now, identity };
    await writeFile(join(dataDirectory, fileName), JSON.stringify(project));
  } catch (error) {
    log.error(`bringing the runs of ${folder.name} to its new path`, error);
  }
}

import { readdir, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import type { RunRecord } from '../../../src/runs/database/run-records.ts';
import type { RunStore } from '../../../src/runs/store.ts';
import { isPassing, RunDirectory } from '../../../src/worker/directory/run-directory.ts';
import type { Facts, RunDetail } from '../../../webview/protocol/detail.ts';
import { eventLine, unlistedEvents } from './event-lines.ts';
import { exportedModels } from './exported-models.ts';
import type { LogTail } from './log-tail.ts';
import { type RecordedFacts, recordedFacts } from './recorded-facts.ts';

const mostEvents = 500;
const mostFiles = 500;

export interface DetailOptions {
  readonly log: LogTail;
  /** Whether the experiment file may be written to, if it is there. */
  readonly trusted: boolean;
}

type Store = Pick<RunStore, 'artifacts' | 'events' | 'series'>;

interface Looked extends DetailOptions {
  readonly store: Store;
  readonly record: RunRecord;
}

type LookedUp = Omit<Facts, keyof RecordedFacts>;

/** How each of the facts is found out that the record of a run does not tell. */
const facts: { readonly [Name in keyof LookedUp]: (run: Looked) => Promise<LookedUp[Name]> } = {
  writable: async ({ record, trusted }) => trusted && (await isFile(record.file)),
  checkpoints: async ({ store, record }) =>
    (await stillThere(await store.artifacts(record.id), record.directory))
      .filter(({ kind }) => kind === 'checkpoint')
      .map(({ epoch, best, path }) => ({ epoch: epoch ?? 0, best, path })),
  answers: ({ record }) => isFile(new RunDirectory(record.directory).answersFile),
  files: ({ record }) => filesOf(record.directory),
  exports: ({ record }) => exportedModels(record),
  curves: async ({ store, record: { id } }) =>
    ((await store.series([id])).get(id) ?? []).map(({ model, name }) => ({ model, metric: name })),
  events: async ({ store, record }) =>
    (await store.events(record.id, { limit: mostEvents, without: unlistedEvents })).map(eventLine),
  log: ({ log }) => log.read(),
};

/** Everything about one run. */
export async function detailOf(store: Store, record: RunRecord, options: DetailOptions): Promise<RunDetail> {
  const run = { ...options, store, record };
  const found = await Promise.all(
    Object.entries(facts).map(async ([name, find]) => [name, await find(run)] as const),
  );
  return { run: record.id, ...recordedFacts(record), ...(Object.fromEntries(found) as unknown as LookedUp) };
}

/** Files of the run by path, with '/' between folders. */
async function filesOf(directory: string): Promise<Facts['files']> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(directory, join(entry.parentPath, entry.name)).replaceAll(sep, '/'))
    .filter((path) => !isPassing(path))
    .sort()
    .slice(0, mostFiles);
  const sizes = await Promise.all(
    files.map((path) =>
      stat(join(directory, path)).then(
        ({ size }) => size,
        () => undefined,
      ),
    ),
  );
  return files.flatMap((path, index) => {
    const bytes = sizes[index];
    return bytes === undefined ? [] : [{ path, bytes }];
  });
}

/** Of what a run wrote only what is still there: a finished run keeps no checkpoint to go on from, and anybody may tidy up. */
async function stillThere<Artifact extends { readonly path: string }>(
  artifacts: readonly Artifact[],
  directory: string,
): Promise<Artifact[]> {
  const found = await Promise.all(
    artifacts.map(({ path }) =>
      stat(join(directory, path)).then(
        () => true,
        () => false,
      ),
    ),
  );
  return artifacts.filter((_, index) => found[index]);
}

const isFile = (file: string): Promise<boolean> =>
  stat(file).then(
    (found) => found.isFile(),
    () => false,
  );

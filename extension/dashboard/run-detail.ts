import { readdir, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { hyperparametersOf } from '../../src/experiment/hyperparameters.ts';
import type { RunRecord } from '../../src/runs/run-records.ts';
import type { RunStore } from '../../src/runs/store.ts';
import { isPassing } from '../../src/worker/run-directory.ts';
import type { RunDetail } from '../../webview/protocol/detail.ts';
import { eventLine, unlistedEvents } from './event-lines.ts';
import type { LogTail } from './log-tail.ts';
import { measuredModels } from './measured-models.ts';

const mostEvents = 500;
const mostFiles = 500;

export interface DetailOptions {
  readonly log: LogTail;
  /** Whether the experiment file may be written to, if it is there. */
  readonly trusted: boolean;
}

/** Everything about one run. */
export async function detailOf(
  store: Pick<RunStore, 'artifacts' | 'events' | 'series'>,
  record: RunRecord,
  { log, trusted }: DetailOptions,
): Promise<RunDetail> {
  const { id, config, file, directory } = record;
  const [artifacts, events, series, files, present, text] = await Promise.all([
    store.artifacts(id).then((all) => stillThere(all, directory)),
    store.events(id, { limit: mostEvents, without: unlistedEvents }),
    store.series([id]),
    filesOf(directory),
    isFile(file),
    log.read(),
  ]);
  return {
    run: id,
    parameters: hyperparametersOf(config).map(
      ({ path, name, value, default: standard, changed, description, type, expected, choices, clear }) => ({
        ...{ path, name, value, default: standard, changed, description, type, expected },
        ...(choices && { choices }),
        clearable: clear !== undefined,
      }),
    ),
    writable: trusted && present,
    file,
    directory,
    environment: environmentOf(record),
    checkpoints: artifacts
      .filter(({ kind }) => kind === 'checkpoint')
      .map(({ epoch, best, path }) => ({ epoch: epoch ?? 0, best, path })),
    files,
    models: measuredModels(record),
    disagreement: record.result?.disagreement ?? null,
    continuations: record.result?.continuations ?? [],
    curves: (series.get(id) ?? []).map(({ model, name }) => ({ model, metric: name })),
    events: events.map(eventLine),
    log: text,
  };
}

function environmentOf({
  device,
  deviceKind,
  host,
  pid,
  state,
  result,
  versions = {},
}: RunRecord): RunDetail['environment'] {
  const pairs: (readonly [string, string | number | undefined])[] = [
    ['Device', device],
    ['Kind of device', deviceKind],
    ['Host', host],
    ['Process', state === 'running' ? pid : undefined],
    ['Energy of', result?.energy?.sources.join(', ')],
    ...Object.entries(versions),
  ];
  return pairs.flatMap(([label, value]) => (value === undefined ? [] : [{ label, value: String(value) }]));
}

/** Files of the run by path, with '/' between folders. */
async function filesOf(directory: string): Promise<RunDetail['files']> {
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

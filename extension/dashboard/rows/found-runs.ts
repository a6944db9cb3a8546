import { UserError } from '../../../src/base/user-error.ts';
import type { RunRecord } from '../../../src/runs/database/run-records.ts';
import type { RunStore } from '../../../src/runs/store.ts';

/** What the dashboard reads of a folder's runs; a RunFolder of the workspace is one. */
export interface RunPlace {
  reader(): Promise<RunStore | undefined>;
}

export interface PlacedRun<Place extends RunPlace = RunPlace> {
  readonly folder: Place;
  readonly record: RunRecord;
}

/** Records read at once: so few that the host's event loop is never held for long. */
const pageSize = 50;

/** The runs with these ids in this order, each once; those that are gone are left out. */
export async function findRuns<Place extends RunPlace>(
  folders: readonly Place[],
  ids: readonly string[],
): Promise<PlacedRun<Place>[]> {
  const wanted = [...new Set(ids)];
  const found = new Map<string, PlacedRun<Place>>();
  for (const folder of folders) {
    const store = await folder.reader();
    if (!store) continue;
    for (let start = 0; start < wanted.length; start += pageSize)
      for (const record of await store.list({ ids: wanted.slice(start, start + pageSize) }))
        if (!found.has(record.id)) found.set(record.id, { folder, record });
  }
  return wanted.flatMap((id) => found.get(id) ?? []);
}

/** @throws UserError where the run is gone. */
export async function findRun<Place extends RunPlace>(
  folders: readonly Place[],
  id: string,
): Promise<PlacedRun<Place> & { readonly store: RunStore }> {
  const [run] = await findRuns(folders, [id]);
  const store = await run?.folder.reader();
  if (run && store) return { ...run, store };
  throw new UserError('This run is not there any more.', { remedy: 'It may have been removed.' });
}

import { existsSync } from 'node:fs';
import { UserError } from '../../base/user-error.ts';
import { experimentIdentity } from '../../experiment/parsing/identity.ts';
import { readExperimentText } from '../../experiment/parsing/load.ts';
import { parseExperiment } from '../../experiment/parsing/parse.ts';
import type { Experiment } from '../../experiment/schema/schema.ts';
import type { RunStore } from '../store.ts';
import { moveExperiments } from './move-experiment.ts';

/**
 * Lets runs follow experiment files that were renamed or moved where nobody told of it, as in a terminal: a file is gone,
 * and exactly one that is new says the same experiment.
 * @param files absolute paths of the experiment files of the project.
 * @returns how many runs followed.
 */
export async function followRenamed(store: RunStore, files: readonly string[]): Promise<number> {
  const known = (await store.experiments()).map(({ file }) => file);
  const gone = known.filter((file) => !existsSync(file));
  const fresh = files.filter((file) => !known.includes(file) && existsSync(file));
  if (gone.length === 0 || fresh.length === 0) return 0;
  const before = await byMeaning(gone, async (file) => (await store.list({ file, limit: 1 }))[0]?.config);
  const after = await byMeaning(fresh, experimentIn);
  let followed = 0;
  for (const [meaning, places] of before) {
    const candidates = after.get(meaning) ?? [];
    // Of several nobody can tell which is which.
    if (places.length !== 1 || candidates.length !== 1) continue;
    followed += await moveExperiments(store, places[0]!, candidates[0]!);
  }
  return followed;
}

/** Files by what their experiments say: where they lie, and on which device a run was made, does not matter. */
async function byMeaning(
  files: readonly string[],
  read: (file: string) => Promise<Experiment | undefined>,
): Promise<Map<string, string[]>> {
  const found = new Map<string, string[]>();
  for (const file of files) {
    const experiment = await read(file);
    if (!experiment) continue;
    const meaning = `${experiment.name}\n${experimentIdentity({ ...experiment, device: 'auto' }, '')}`;
    found.set(meaning, [...(found.get(meaning) ?? []), file]);
  }
  return found;
}

async function experimentIn(file: string): Promise<Experiment | undefined> {
  try {
    return parseExperiment(await readExperimentText(file)).experiment;
  } catch (error) {
    // Gone again, or none that can be read.
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

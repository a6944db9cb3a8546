/** What handling sweeps takes, loaded only when there is one to handle. */
import type { Checker } from '../../../src/checks/apart/checker.ts';
import { readSoundExperiment } from '../../../src/checks/apart/sound-experiment.ts';
import type { DeviceLookup } from '../../../src/checks/device.ts';
import { parseLoaded, readExperimentText } from '../../../src/experiment/parsing/load.ts';
import type { TextEdit } from '../../../src/experiment/parsing/problem.ts';
import type { RunStore } from '../../../src/runs/store.ts';
import { pointToWrite, withPoint } from '../../../src/sweeps/best-into-text.ts';
import { stopRunsOf } from '../../../src/sweeps/driver.ts';
import { SweepPlace } from '../../../src/sweeps/place.ts';
import { StandingReader } from '../../../src/sweeps/standing.ts';
import { sweepOf } from '../../../src/sweeps/sweep.ts';

interface PointOffer {
  /** `point 2: training.learningRate 0.01`. */
  readonly label: string;
  readonly edits: readonly TextEdit[];
}

export const sweepEngine = {
  /** @throws UserError for all that is wrong with the file as it is saved, and where it has no sweep */
  async check(
    store: RunStore,
    file: string,
    { checker, devices }: { readonly checker: Checker; readonly devices: DeviceLookup },
  ): Promise<void> {
    const { dataDirectory } = store;
    sweepOf(await readSoundExperiment(file, checker, { dataDirectory, devices }), dataDirectory);
  },

  /** Ids of the runs that were asked to stop. */
  async stop(store: RunStore, file: string): Promise<string[]> {
    const { id } = sweepOf(parseLoaded(await readExperimentText(file), file), store.dataDirectory);
    await new SweepPlace(store.dataDirectory, id).requestStop();
    return stopRunsOf(store, id);
  },

  /** The best point, or those that no other beats, with what writes each into the text. @throws UserError where there is none */
  async front(store: RunStore, text: string, file: string): Promise<PointOffer[]> {
    const sweep = sweepOf(parseLoaded(text, file), store.dataDirectory);
    const standing = await new StandingReader(store, sweep).read();
    if (standing.front.length === 0) pointToWrite(standing, sweep);
    return standing.front.map((point) => ({
      label: `point ${point.index}: ${sweep.space.map(({ key }) => `${key} ${JSON.stringify(point.values[key])}`).join(', ')}`,
      edits: difference(text, withPoint(text, sweep, point)),
    }));
  },
} as const;

/** One edit that makes a text another, of what differs alone. */
function difference(before: string, after: string): TextEdit[] {
  if (before === after) return [];
  const least = Math.min(before.length, after.length);
  let start = 0;
  while (start < least && before[start] === after[start]) start++;
  let end = 0;
  while (end < least - start && before[before.length - 1 - end] === after[after.length - 1 - end]) end++;
  return [
    { offset: start, length: before.length - end - start, content: after.slice(start, after.length - end) },
  ];
}

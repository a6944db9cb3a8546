import { stat } from 'node:fs/promises';
import type { FoundImage } from '../../data/images/image-files.ts';
import { readImage } from '../../data/images/image-folder.ts';
import { forAWhile } from './look-time.ts';

/** Images that were decoded, by size and time of the file: the next look goes on with the others. */
const sound = new Set<string>();
const mostRemembered = 200_000;
/** So many are looked at however slow the machine is. */
const fewest = 32;

/**
 * Decodes images, from all over the folders, for as long as there is time; those of an earlier look are taken as they are.
 * @throws UserError naming the first that cannot be decoded
 */
export async function decodeSome(
  files: readonly FoundImage[],
  timeLeft = forAWhile(),
  least = fewest,
): Promise<void> {
  let looks = 0;
  for (const { file } of spread(files)) {
    if (looks++ >= least && !timeLeft()) return;
    const status = await stat(file).catch(() => undefined);
    const key = `${file} ${status?.size} ${status?.mtimeMs}`;
    if (sound.has(key)) continue;
    await readImage(file);
    if (sound.size >= mostRemembered) sound.clear();
    sound.add(key);
  }
}

/** All of a list, neighbors far from each other, in the same order each time. */
export function* spread<T>(list: readonly T[]): Generator<T> {
  const { length } = list;
  let step = Math.max(1, Math.floor(length * 0.618));
  while (divisor(step, length) !== 1) step++;
  for (let index = 0, place = 0; index < length; index++, place = (place + step) % length) yield list[place]!;
}

const divisor = (one: number, other: number): number => (other === 0 ? one : divisor(other, one % other));

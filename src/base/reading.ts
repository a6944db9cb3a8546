/**
 * Which file is being read. A process that dies of a file, for want of memory or in a computation without an end, cannot
 * say so any more; whoever watches over it was told before.
 */

type Told = (file: string) => void;

let tell: Told | undefined;
let last = '';

/** From now on `told` hears of each file that is read, before it is; undefined ends that. */
export function watchReading(told: Told | undefined): void {
  tell = told;
  last = '';
}

/** Says that work on what came from this file begins, which may take any time; cheap where nobody watches. */
export function nowReading(file: string): void {
  if (tell === undefined || file === last) return;
  last = file;
  tell(file);
}

/** Says that what was read is read: whatever takes time from now on is no file's fault. */
export function doneReading(): void {
  if (last !== '') nowReading('');
}

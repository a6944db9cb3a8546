import { setTimeout as sleep } from 'node:timers/promises';
import { heed, type StopRequested } from '../interruption.ts';
import { ExclusiveLock } from './exclusive-lock.ts';
import type { ProcessIdentity } from './process-identity.ts';

const pollMs = 250;

export interface WaitOptions {
  readonly stopRequested?: StopRequested;
  /** Called at each poll while another process holds the lock. */
  readonly onWaiting?: (holder: ProcessIdentity) => void;
}

/**
 * Holds a lock while `work` runs, or finds that nothing is left to do.
 * @param ready looks for the result; asked before waiting, and again whenever the lock was got, since its former holder
 * may have made it.
 * @throws Interruption while waiting
 */
export async function onceAcrossProcesses<T>(
  lockFile: string,
  ready: () => Promise<T | undefined>,
  work: () => Promise<T>,
  { stopRequested, onWaiting }: WaitOptions = {},
): Promise<T> {
  for (;;) {
    const found = await ready();
    if (found !== undefined) return found;
    const lock = await ExclusiveLock.tryAcquire(lockFile);
    if (lock instanceof ExclusiveLock)
      try {
        return (await ready()) ?? (await work());
      } finally {
        await lock.release();
      }
    if (stopRequested) heed(stopRequested);
    onWaiting?.(lock);
    await sleep(pollMs);
  }
}

import { openRegular } from '../../base/regular-file.ts';
import type { RunEventBody } from '../../worker/directory/events.ts';
import { RunDirectory } from '../../worker/directory/run-directory.ts';
import type { RunStore } from '../store.ts';
import { appendIfGone } from './control.ts';

/** A worker that was launched may take so long until it holds its lock. */
const startMs = 30_000;
const shownBytes = 2_000;

/**
 * Marks a run whose worker is gone without a word: `interrupted`, so that it can be resumed, or `failed` where it never
 * came to start, with what it printed. Any number of processes may ask at once; one of them writes. `exited` says that
 * the caller saw the worker end, so that nothing need be waited for. Gives back whether the run was marked.
 */
export async function markIfGone(store: RunStore, id: string, exited = false): Promise<boolean> {
  // Asked for while the worker starts, its lock would be refused to the worker itself.
  if (!exited && (await isStarting(store, id))) return false;
  return appendIfGone(store, id, async (): Promise<RunEventBody | undefined> => {
    const launch = await store.launchOf(id);
    const directory = new RunDirectory(store.directoryOf(id));
    const reason = directory.requested();
    if (launch?.started && reason) {
      // It was ended because it did not hear what was asked of it; so that is done for it.
      if (reason === 'cancel') await directory.discard();
      await directory.clearRequests();
      return { type: 'cancelled', reason };
    }
    const printed = await tailOf(directory.logFile);
    if (launch?.started)
      return {
        type: 'interrupted',
        message: `The training process ended without a last word; it was killed, or the machine went down.${printed}`,
      };
    return {
      type: 'failed',
      message: `The training process ended before it could start.${printed || ' It printed nothing.'}`,
      userError: false,
      remedy: 'Where a package is named above, install it again with `npm ci`; then resume the run.',
    };
  });
}

/** Claims dated in the future, by the run, and when this process saw them first. */
const aheadOfTheClock = new Map<string, { readonly claimedAt: number; readonly since: number }>();

async function isStarting(store: RunStore, id: string): Promise<boolean> {
  const launch = await store.launchOf(id);
  if (launch?.claimedAt === undefined || launch.started) {
    aheadOfTheClock.delete(id);
    return false;
  }
  const { claimedAt } = launch;
  const age = Date.now() - claimedAt;
  if (age >= 0) return age < startMs;
  // The clock was put back since the claim, or another machine's is ahead: what has passed is measured here.
  const seen = aheadOfTheClock.get(id);
  if (seen?.claimedAt === claimedAt) return performance.now() - seen.since < startMs;
  aheadOfTheClock.set(id, { claimedAt, since: performance.now() });
  return true;
}

/** The last lines of a log, as the end of a message. */
async function tailOf(file: string): Promise<string> {
  const handle = await openRegular(file).catch(() => undefined);
  if (!handle) return '';
  try {
    const { size } = await handle.stat();
    const from = Math.max(0, size - shownBytes);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(shownBytes), 0, shownBytes, from);
    const lines = buffer.subarray(0, bytesRead).toString('utf8').trim().split('\n').slice(-12);
    return lines.join('').trim() === '' ? '' : ` The end of worker.log:\n${lines.join('\n')}`;
  } finally {
    await handle.close();
  }
}

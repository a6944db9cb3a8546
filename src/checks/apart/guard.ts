import { Worker } from 'node:worker_threads';
import type { Bounds } from './bounds.ts';

/** What the process prints before it ends itself for want of memory. */
export const outOfMemory = 'distillery: more memory than allowed';

const beatMs = 20;
/** The process that waits ends this one when its time is over; where that one is gone, the guard does. */
const graceSeconds = 10;

/**
 * Runs in a thread of its own, as text, so that it watches whatever the other thread does. V8 bounds its own heap; here
 * all that the process takes is looked at, for most of what decoders take lies outside of that heap.
 */
const guard = `
const { writeSync } = require('node:fs');
const { workerData } = require('node:worker_threads');
const { busy, mostBytes, mostMs, beatMs, outOfMemory } = workerData;
const first = process.memoryUsage.rss();
let since;
setInterval(() => {
  const now = performance.now();
  if (Atomics.load(busy, 0) === 0) since = undefined;
  else since ??= now;
  const late = since !== undefined && now - since > mostMs;
  const large = process.memoryUsage.rss() - first > mostBytes;
  if (!late && !large) return;
  if (large) try {
    writeSync(2, outOfMemory + '\\n');
  } catch {}
  process.kill(process.pid, 'SIGKILL');
}, beatMs);
`;

/** Ends this process as soon as it takes more than it may. @returns what is told when work begins and when it ends */
export function guardProcess({ megabytes, seconds }: Bounds): (working: boolean) => void {
  const busy = new Int32Array(new SharedArrayBuffer(4));
  const thread = new Worker(guard, {
    eval: true,
    workerData: {
      busy,
      mostBytes: megabytes * 2 ** 20,
      mostMs: (seconds + graceSeconds) * 1000,
      beatMs,
      outOfMemory,
    },
    resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 4 },
  });
  // Without a guard nothing foreign is to be read.
  thread.on('error', (error) => {
    console.error(error);
    process.exit(1);
  });
  thread.unref();
  return (working) => void Atomics.store(busy, 0, working ? 1 : 0);
}

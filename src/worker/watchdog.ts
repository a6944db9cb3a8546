import { Worker } from 'node:worker_threads';
import type { RunDirectory } from './run-directory.ts';

/** A worker that was asked to end is given so long to notice. */
const patienceMs = 5_000;
const beatMs = 100;

/**
 * Runs in a thread of its own, as text: it must not share a module, or anything else, with the thread that it watches. It
 * looks for requests itself, and ends the process where one has waited for longer than the patience and
 * the watched thread has not turned its event loop for as long.
 */
const watch = `
const { readdirSync, writeSync } = require('node:fs');
const { workerData } = require('node:worker_threads');
const { folder, beats, patienceMs, beatMs } = workerData;
let asked;
let last = -1;
let since = performance.now();
setInterval(() => {
  const now = performance.now();
  const beat = Atomics.load(beats, 0);
  if (beat !== last) since = now;
  last = beat;
  let names = [];
  try {
    names = readdirSync(folder);
  } catch {}
  if (!names.includes('stop') && !names.includes('cancel')) asked = undefined;
  else asked ??= now;
  if (asked === undefined || now - Math.max(asked, since) < patienceMs) return;
  const seconds = Math.round((now - since) / 1000);
  try {
    writeSync(2, 'The worker was asked to end, but has done nothing else for ' + seconds + ' seconds; it was ended.\\n');
  } catch {}
  process.kill(process.pid, 'SIGKILL');
}, beatMs);
`;

/**
 * Makes sure that a request to stop is heard whatever the worker does: one that is caught in a computation without an end
 * is ended, and can go on from its last checkpoint.
 * @returns what takes the watch away
 */
export function watchOver({ controlDirectory }: RunDirectory): () => Promise<void> {
  const beats = new Int32Array(new SharedArrayBuffer(4));
  const beating = setInterval(() => Atomics.add(beats, 0, 1), beatMs);
  beating.unref();
  const thread = new Worker(watch, {
    eval: true,
    workerData: { folder: controlDirectory, beats, patienceMs, beatMs },
    resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 4 },
  });
  // A watch that could not be set up is no reason to end a run.
  thread.on('error', (error) => console.error(`Nobody watches whether requests are heard: ${error.message}`));
  thread.unref();
  return async () => {
    clearInterval(beating);
    await thread.terminate();
  };
}

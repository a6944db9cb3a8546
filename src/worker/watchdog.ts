import { Worker } from 'node:worker_threads';
import { watchReading } from '../base/reading.ts';
import type { RunDirectory } from './directory/run-directory.ts';

/** A worker that was asked to end is given so long to notice. */
const patienceMs = 5_000;
const beatMs = 100;
/** After so long without a sign of life it is said which file was read, for a process that dies says nothing. */
const silentMs = 1_000;
const longestName = 4096;

/**
 * Runs in a thread of its own, as text: it must not share a module, or anything else, with the thread that it watches. It
 * looks for requests itself, and ends the process where one has waited for longer than the patience and
 * the watched thread has not turned its event loop for as long. Of a thread that is caught it says what it read last: of
 * memory that runs out, nobody else can.
 */
const watch = `
const { readdirSync, writeSync } = require('node:fs');
const { workerData } = require('node:worker_threads');
const { folder, beats, name, patienceMs, beatMs, silentMs } = workerData;
let asked;
let last = -1;
let since = performance.now();
let told = '';
const file = () => new TextDecoder().decode(name.slice(0, Atomics.load(beats, 1)));
const say = (line) => {
  try {
    writeSync(2, line + '\\n');
  } catch {}
};
setInterval(() => {
  const now = performance.now();
  const beat = Atomics.load(beats, 0);
  if (beat !== last) since = now;
  last = beat;
  if (now - since > silentMs && file() !== '' && file() !== told) {
    told = file();
    say('The worker does nothing else for a while; the last file that it began to read is ' + told + '.');
  }
  let names = [];
  try {
    names = readdirSync(folder);
  } catch {}
  if (!names.includes('stop') && !names.includes('cancel')) asked = undefined;
  else asked ??= now;
  if (asked === undefined || now - Math.max(asked, since) < patienceMs) return;
  const seconds = Math.round((now - since) / 1000);
  const reading = file() === '' ? '' : ' since it began to read ' + file();
  say('The worker was asked to end, but has done nothing else for ' + seconds + ' seconds' + reading + '; it was ended.');
  process.kill(process.pid, 'SIGKILL');
}, beatMs);
`;

/**
 * Makes sure that a request to stop is heard whatever the worker does: one that is caught in a computation without an end
 * is ended, and can go on from its last checkpoint.
 * @returns what takes the watch away
 */
export function watchOver({ controlDirectory }: RunDirectory): () => Promise<void> {
  const beats = new Int32Array(new SharedArrayBuffer(8));
  const name = new Uint8Array(new SharedArrayBuffer(longestName));
  const encoder = new TextEncoder();
  watchReading((file) => {
    // Taken back first: half of one name and half of another is none.
    Atomics.store(beats, 1, 0);
    Atomics.store(beats, 1, encoder.encodeInto(file, name).written);
  });
  const beating = setInterval(() => Atomics.add(beats, 0, 1), beatMs);
  beating.unref();
  const thread = new Worker(watch, {
    eval: true,
    workerData: { folder: controlDirectory, beats, name, patienceMs, beatMs, silentMs },
    resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 4 },
  });
  // A watch that could not be set up is no reason to end a run.
  thread.on('error', (error) => console.error(`Nobody watches whether requests are heard: ${error.message}`));
  thread.unref();
  return async () => {
    clearInterval(beating);
    watchReading(undefined);
    await thread.terminate();
  };
}

/** Watches over a run directory, and then computes without end: in the thread that should hear of a stop. */
import { nowReading } from '../../src/base/reading.ts';
import { RunDirectory } from '../../src/worker/directory/run-directory.ts';
import { watchOver } from '../../src/worker/watchdog.ts';

watchOver(new RunDirectory(process.argv[2]!));
const turns = Number(process.argv[3]);
setTimeout(() => {
  console.log('deaf');
  nowReading('/data/train.parquet');
  const until = performance.now() + turns;
  while (performance.now() < until);
  console.log('hears again');
  setInterval(() => {}, 1000);
}, 200);

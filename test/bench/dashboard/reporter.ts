import { setTimeout as pause } from 'node:timers/promises';
import { ExclusiveLock } from '../../../src/base/locks/exclusive-lock.ts';
import { openStore } from '../../../src/runs/store.ts';
import { EventLog } from '../../../src/worker/directory/event-log.ts';
import { RunDirectory } from '../../../src/worker/directory/run-directory.ts';
import { numbers, startedBody, stepOf } from './many-runs.ts';

/**
 * A process that reports several runs at once as their workers would, without training: progress five times a second,
 * as a worker does at most, and metrics twenty times. Its arguments are the data directory and the ids; it ends when
 * told to, with every run cancelled.
 */
const [dataDirectory, ...ids] = process.argv.slice(2) as [string, ...string[]];
const perSecond = 20;
const total = 100_000;

const store = await openStore(dataDirectory);
const runs = await Promise.all(
  ids.map(async (id, index) => {
    const directory = new RunDirectory(store.directoryOf(id));
    const lock = await ExclusiveLock.tryAcquire(directory.lockFile);
    if (!(lock instanceof ExclusiveLock)) throw new Error(`${id} has a worker already.`);
    await store.add(id, directory.readRequest());
    const log = EventLog.open(directory.eventsFile);
    log.append(startedBody());
    log.append({ type: 'phase', phase: 'train' });
    await store.ingest(id, [{ seq: 0, time: Date.now(), ...startedBody() }]);
    return { log, lock, noise: numbers(index + 77) };
  }),
);
await store.close();
process.send?.('reporting');

let ended = false;
process.once('message', () => {
  ended = true;
});
for (let step = 1; !ended; step++) {
  for (const { log, noise } of runs) {
    const t = step / total;
    log.append({ type: 'metric', model: 'student', step, epoch: 20 * t, values: stepOf(t, noise) });
    if (step % (perSecond / 5) === 0)
      log.append({ type: 'progress', phase: 'train', done: step, total, unit: 'steps', rate: perSecond });
  }
  await pause(1000 / perSecond);
}
for (const { log, lock } of runs) {
  log.append({ type: 'cancelled', reason: 'stop' });
  log.close();
  await lock.release();
}
process.disconnect?.();

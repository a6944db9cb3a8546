/**
 * A worker that trains nothing but keeps to the contract: lock, numbered events, control files. The description of its
 * experiment says what it does: {"steps": 20, "stepMs": 10, "dies": "at once" | "in mid-step" | "by mistake"}; it
 * takes its lock after "startMs" and, when it was stopped, stays for "lingersMs". It goes no
 * further than its third step while the file "heldBy" is there. With "learns", it says after every tenth step how it does
 * on held-out samples: the better the nearer its learning rate is to 0.01; with
 * "losersWait", one with another waits after step 20 until it is asked to end, unless it was resumed.
 */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { ExclusiveLock } from '../../src/base/locks/exclusive-lock.ts';
import { grantedThreads } from '../../src/device/worker-environment.ts';
import { Control } from '../../src/worker/directory/control.ts';
import { EventLog } from '../../src/worker/directory/event-log.ts';
import type { RunEventBody } from '../../src/worker/directory/events.ts';
import { endedSinceLaunch } from '../../src/worker/directory/launch-note.ts';
import { RunDirectory } from '../../src/worker/directory/run-directory.ts';
import { metric, result, started } from './support.ts';

const directory = new RunDirectory(process.argv[2]!);
const { experiment, seed } = directory.readRequest();
const plan = {
  steps: 20,
  stepMs: 10,
  dies: 'never',
  startMs: 0,
  lingersMs: 0,
  heldBy: '',
  learns: false,
  losersWait: false,
  ...JSON.parse(experiment.description ?? '{}'),
};
if (plan.dies === 'at once') {
  console.error('libsomething.so: cannot open shared object file');
  process.exit(1);
}
await pause(plan.startMs);
const lock = await ExclusiveLock.tryAcquire(directory.lockFile);
if (!(lock instanceof ExclusiveLock)) process.exit(2);
if (await endedSinceLaunch(directory)) {
  await lock.release();
  process.exit(2);
}
const log = EventLog.open(directory.eventsFile);
const control = new Control(directory);
const done = join(directory.path, 'steps');
const resumed = existsSync(done);
const say = (body: RunEventBody) => log.append(body);
say({ ...started, pid: process.pid, host: hostname(), threads: grantedThreads() });
say({ type: 'phase', phase: 'train' });

async function work(): Promise<RunEventBody> {
  if (plan.dies === 'by mistake') {
    const remedy = 'Name another file.';
    return { type: 'failed', message: 'There is no such data file.', userError: true, remedy };
  }
  for (let step = 1; step <= plan.steps; step++) {
    const reason = control.requestedInTraining();
    if (reason === 'drop') return { type: 'dropped', message: directory.dropReason() };
    if (reason) return { type: 'cancelled', reason };
    say(metric(step, { loss: 1 / step }));
    if (plan.learns && step % 10 === 0) {
      const apart = Math.abs(Math.log10(experiment.training.learningRate) + 2);
      say(metric(step, { 'validation.accuracy': (1 - apart / 10) * (1 - 2 ** (-step / 10)) + seed / 1000 }));
    }
    say({
      type: 'progress',
      phase: 'train',
      done: step,
      total: plan.steps,
      unit: 'steps',
      rate: 1000 / plan.stepMs,
    });
    writeFileSync(done, `${step}`);
    if (plan.dies === 'in mid-step' && step === 5) process.kill(process.pid, 'SIGKILL');
    while (step === 3 && existsSync(plan.heldBy) && !control.requested()) await pause(plan.stepMs);
    const loses = plan.losersWait && experiment.training.learningRate !== 0.01 && !resumed;
    while (loses && step === 20 && !control.requestedInTraining()) await pause(20);
    await pause(plan.stepMs);
  }
  mkdirSync(directory.studentDirectory, { recursive: true });
  say(result(0.9 + seed / 100));
  return { type: 'completed' };
}

const word = await work();
say(word);
if (word.type === 'cancelled' || word.type === 'dropped') await directory.clearRequests();
log.close();
await lock.release();
if (word.type === 'cancelled') await pause(plan.lingersMs);
process.exit(word.type === 'failed' ? 2 : 0);

import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { ExclusiveLock } from '../../src/base/locks/exclusive-lock.ts';
import { threadsGrant } from '../../src/device/worker-environment.ts';
import { Checkpoints } from '../../src/training/checkpoint.ts';
import { EventLog } from '../../src/worker/directory/event-log.ts';
import type { RunEvent } from '../../src/worker/directory/events.ts';
import { readEvents } from '../../src/worker/directory/read-events.ts';
import type { RunDirectory } from '../../src/worker/directory/run-directory.ts';
import { eventsOf, makeRun, ofType, runToEnd, startWorker, temporaryDirectory, waitFor } from './support.ts';

// One project for all: the runs share the data and the teacher, as a user's do.
const project = temporaryDirectory();

const studentBytes = (directory: RunDirectory) =>
  readFileSync(join(directory.studentDirectory, 'model.safetensors'));

const longTraining = { training: { epochs: 4000, batchSize: 4, learningRate: 0.001 } };
const isTraining = (event: RunEvent) =>
  event.type === 'metric' && event.model === 'student' && event.step > 60;

test('killed in mid-epoch and resumed, twice, the student equals that of an undisturbed run', async (context) => {
  const grant = (threads: number) => Object.assign(process.env, threadsGrant(threads));
  context.after(() => {
    for (const name of Object.keys(threadsGrant(1))) delete process.env[name];
  });
  grant(2);
  // Long enough to be killed in the midst of it, even where this process is seldom asked.
  const changes = { training: { epochs: 40, batchSize: 4, accumulation: 2, learningRate: 0.01 } };
  const undisturbed = await makeRun(project, 'undisturbed', changes);
  assert.equal((await runToEnd(undisturbed)).code, 0);

  const killed = await makeRun(project, 'killed', changes);
  for (const epoch of [1, 3]) {
    // Where this process was asked late, the former worker came further than this one is to come: its steps are not meant.
    const former = existsSync(killed.eventsFile) ? (await eventsOf(killed)).length : 0;
    const worker = startWorker(killed.path);
    await waitFor(
      killed,
      (event) =>
        event.seq >= former &&
        event.type === 'metric' &&
        event.model === 'student' &&
        event.epoch > epoch + 0.1,
    );
    worker.process.kill('SIGKILL');
    assert.equal((await worker.ended).signal, 'SIGKILL');
    // Resumed beside other runs: with another number of threads every sum would come out a little different.
    grant(epoch);
  }
  assert.equal(ofType(await eventsOf(killed), 'completed').length, 0);
  const { code, output } = await runToEnd(killed);
  assert.equal(code, 0, output);

  assert.ok(studentBytes(killed).equals(studentBytes(undisturbed)), 'the weights differ');
  const answers = ({ answersFile }: RunDirectory) => readFileSync(answersFile);
  assert.ok(answers(killed).equals(answers(undisturbed)), 'the answers that were kept differ');
  const { events, problems } = await readEvents(killed.eventsFile);
  assert.deepEqual(problems, []);
  assert.deepEqual(
    events.map(({ seq }) => seq),
    events.map((_, index) => index),
  );
  assert.deepEqual(
    ofType(events, 'started').map(({ threads }) => threads),
    [2, 2, 2],
  );
  const resumed = ofType(events, 'started').map(({ resumedFromEpoch }) => resumedFromEpoch ?? 0);
  assert.equal(resumed.length, 3);
  assert.ok(resumed[1]! >= 1 && resumed[2]! >= 3, String(resumed));
});

for (const [how, ask] of Object.entries({
  'by a control file': async (directory: RunDirectory) => directory.request('stop'),
  'by a signal': async (_: RunDirectory, kill: (signal: NodeJS.Signals) => void) => kill('SIGTERM'),
}))
  test(`asked to stop ${how}, a worker keeps a checkpoint of the very step`, async () => {
    const directory = await makeRun(project, `stop ${how}`, longTraining);
    const worker = startWorker(directory.path);
    await waitFor(directory, isTraining);
    await ask(directory, (signal) => worker.process.kill(signal));
    const { code, output } = await worker.ended;
    assert.equal(code, 0, output);
    const events = await eventsOf(directory);
    assert.deepEqual(
      { type: events.at(-1)!.type, reason: ofType(events, 'cancelled')[0]!.reason },
      { type: 'cancelled', reason: 'stop' },
    );
    assert.equal(existsSync(directory.studentDirectory), false);
    assert.deepEqual(readdirSync(directory.controlDirectory), [], 'a resumed run would heed it again');
    const state = await new Checkpoints(directory.checkpointsDirectory).peek('last');
    const lastProgress = ofType(events, 'progress').findLast(({ phase }) => phase === 'train')!;
    assert.ok(state!.step >= lastProgress.done);
  });

test('a sweep ends a run while its student is trained: it says why, keeps a checkpoint, and hears a stop first', async () => {
  const directory = await makeRun(project, 'drop', longTraining);
  // Asked before there is a student that could be behind, it goes on until there is one.
  await directory.requestDrop('Point 3 was ahead.');
  const { code, output } = await runToEnd(directory);
  assert.equal(code, 0, output);
  const events = await eventsOf(directory);
  assert.equal(events.at(-1)!.type, 'dropped');
  assert.deepEqual(
    ofType(events, 'dropped').map(({ message }) => message),
    ['Point 3 was ahead.'],
  );
  assert.ok(events.some((event) => event.type === 'phase' && event.phase === 'train'));
  assert.ok(await new Checkpoints(directory.checkpointsDirectory).peek('last'));
  assert.deepEqual(
    [existsSync(directory.studentDirectory), readdirSync(directory.controlDirectory)],
    [false, []],
  );

  await directory.requestDrop('Point 3 was ahead.');
  await directory.request('stop');
  assert.equal((await runToEnd(directory)).code, 0);
  const [stopped] = ofType(await eventsOf(directory), 'cancelled');
  assert.equal(stopped?.reason, 'stop');
});

test('cancelled, a worker keeps neither checkpoint nor student', async () => {
  const directory = await makeRun(project, 'cancel', longTraining);
  const worker = startWorker(directory.path);
  await waitFor(directory, isTraining);
  await directory.request('cancel');
  assert.equal((await worker.ended).code, 0);
  assert.equal(ofType(await eventsOf(directory), 'cancelled')[0]!.reason, 'cancel');
  assert.equal(existsSync(directory.checkpointsDirectory), false);
  assert.equal(existsSync(directory.studentDirectory), false);
});

test('a worker whose run is deleted ends, and brings nothing back', async () => {
  const directory = await makeRun(project, 'deleted', longTraining);
  const worker = startWorker(directory.path);
  await waitFor(directory, isTraining);
  // In one go, as a file manager moves it to the bin; the worker may be writing a checkpoint.
  renameSync(directory.path, `${directory.path}-in-the-bin`);
  const { code, output } = await worker.ended;
  assert.equal(code, 0, output);
  assert.equal(existsSync(directory.path), false);
});

test('two workers never work on one run', async () => {
  const directory = await makeRun(project, 'twice', longTraining);
  const lock = await ExclusiveLock.tryAcquire(directory.lockFile);
  const { code, output } = await runToEnd(directory);
  assert.equal(code, 2);
  assert.match(output, new RegExp(`Process ${process.pid} .* already`));
  assert.equal(existsSync(directory.eventsFile), false, 'it must not write into the other’s events');
  await (lock as ExclusiveLock).release();
});

test('a worker waits for the former one of its run, which has said its last word', async () => {
  const directory = await makeRun(project, 'leaving');
  const lock = (await ExclusiveLock.tryAcquire(directory.lockFile)) as ExclusiveLock;
  const log = EventLog.open(directory.eventsFile);
  log.append({ type: 'cancelled', reason: 'stop' });
  log.close();
  const worker = startWorker(directory.path);
  await sleep(1500);
  assert.equal((await eventsOf(directory)).length, 1);
  await lock.release();
  const { code, output } = await worker.ended;
  assert.equal(code, 0, output);
  assert.equal((await eventsOf(directory)).at(-1)?.type, 'completed');
});

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { ExclusiveLock } from '../../src/base/locks/exclusive-lock.ts';
import { threadsGrant } from '../../src/device/worker-environment.ts';
import { Checkpoints } from '../../src/training/checkpoint.ts';
import { EventLog } from '../../src/worker/directory/event-log.ts';
import type { ModelFigures, RunEvent } from '../../src/worker/directory/events.ts';
import { readEvents } from '../../src/worker/directory/read-events.ts';
import { RunDirectory } from '../../src/worker/directory/run-directory.ts';
import { noSmallDisk } from '../machine/lacks.ts';
import {
  eventsOf,
  fewImages,
  makeRun,
  ofType,
  runToEnd,
  startWorker,
  temporaryDirectory,
  waitFor,
} from './support.ts';

// One project for all: the runs share the data and the teacher, as a user's do.
const project = temporaryDirectory();

const studentBytes = (directory: RunDirectory) =>
  readFileSync(join(directory.studentDirectory, 'model.safetensors'));

const longTraining = { training: { epochs: 4000, batchSize: 4, learningRate: 0.001 } };
const isTraining = (event: RunEvent) =>
  event.type === 'metric' && event.model === 'student' && event.step > 60;

test('a run goes from its directory to a student, telling all the way', async () => {
  const directory = await makeRun(project, 'complete');
  const { code, output } = await runToEnd(directory);
  assert.equal(code, 0, output);

  const { events, problems } = await readEvents(directory.eventsFile);
  assert.deepEqual(problems, []);
  assert.deepEqual(
    events.map(({ seq }) => seq),
    events.map((_, index) => index),
  );
  assert.deepEqual(
    ofType(events, 'phase').map(({ phase }) => phase),
    ['prepare', 'teacher', 'signals', 'train', 'evaluate', 'measure', 'export'],
  );
  const [started] = ofType(events, 'started');
  assert.equal(started!.deviceKind, 'cpu');
  assert.match(started!.device, /CPU/);
  assert.equal(started!.versions.node, process.versions.node);
  assert.deepEqual([...new Set(ofType(events, 'metric').map(({ model }) => model))], ['teacher', 'student']);
  assert.equal(ofType(events, 'checkpoint').length, 2);
  assert.deepEqual(
    events.slice(-2).map(({ type }) => type),
    ['result', 'completed'],
  );

  const { student, teacher, agreement, disagreement, bestEpoch } = ofType(events, 'result')[0]!.result;
  assert.equal(student.bytes, studentBytes(directory).length);
  assert.equal(student.parameters, 784 * 8 + 8 + 8 + 8 * 10 + 10);
  assert.ok(student.latencyMs! > 0 && student.throughput! > 0);
  assert.ok(student.accuracy! > 0.2 && teacher!.accuracy! > 0.4);
  assert.equal(
    student.confusion!.flat().reduce((sum, count) => sum + count, 0),
    80,
  );
  assert.ok(agreement! > 0 && agreement! <= 1);
  const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0);
  assert.equal(sum(disagreement!.map(({ samples }) => samples)), 80);
  const different = sum(
    disagreement!.map(({ onlyStudent, onlyTeacher, neither }) => onlyStudent + onlyTeacher + neither),
  );
  assert.equal(1 - different / 80, agreement);
  assert.equal(student.timedRounds, teacher!.timedRounds);
  assert.ok(student.timedRounds! >= 15 && student.timedRounds! <= 100);
  assert.ok(bestEpoch === 1 || bestEpoch === 2);
  assert.deepEqual(readdirSync(directory.studentDirectory).sort(), [
    'README.md',
    'config.json',
    'model.safetensors',
  ]);
  assert.deepEqual(readdirSync(directory.checkpointsDirectory), ['best.safetensors']);
  assert.deepEqual(readdirSync(directory.path).sort(), [
    'checkpoints',
    'control',
    'events.jsonl',
    'experiment.json',
    'student',
  ]);
});

test('a completed run is not run again', async () => {
  const directory = await makeRun(project, 'complete');
  const before = await eventsOf(directory);
  const { code, output } = await runToEnd(directory);
  assert.equal(code, 2);
  assert.match(output, /completed; there is nothing left to do/);
  assert.deepEqual(await eventsOf(directory), before);
});

test('without a teacher, direct training has no teacher’s figures', async () => {
  const directory = await makeRun(project, 'direct', { teacher: undefined, strategy: { kind: 'direct' } });
  const { code, output } = await runToEnd(directory);
  assert.equal(code, 0, output);
  const events = await eventsOf(directory);
  assert.deepEqual(
    ofType(events, 'phase').map(({ phase }) => phase),
    ['prepare', 'train', 'evaluate', 'measure', 'export'],
  );
  assert.equal(ofType(events, 'result')[0]!.result.teacher, undefined);
});

test('peers are evaluated, measured and saved beside the student, and answer together', async () => {
  const directory = await makeRun(project, 'online', {
    teacher: undefined,
    strategy: { kind: 'online', peers: 2 },
  });
  const { code, output } = await runToEnd(directory);
  assert.equal(code, 0, output);
  const { candidates, ensemble } = ofType(await eventsOf(directory), 'result')[0]!.result;
  const [[name, peer]] = Object.entries(candidates!) as [[string, ModelFigures]];
  assert.ok(peer.accuracy! >= 0 && peer.latencyMs! > 0);
  assert.ok(ensemble!.accuracy! >= 0 && ensemble!.loss! > 0);
  const weights = readFileSync(join(directory.candidatesDirectory, name, 'model.safetensors'));
  assert.equal(peer.bytes, weights.length);
});

test('the teacher in every step gives the same student as its cached signals', async () => {
  // Without batch normalisation, after which Adam makes whole steps of mere rounding errors.
  const student = { model: { architecture: 'mlp' as const, hidden: [8] } };
  const cached = await makeRun(project, 'cached', { student });
  const live = await makeRun(project, 'live', { student, cacheTeacherSignals: false });
  for (const directory of [cached, live]) assert.equal((await runToEnd(directory)).code, 0);
  const loss = async (directory: RunDirectory) =>
    ofType(await eventsOf(directory), 'result')[0]!.result.student.loss!;
  const losses = [await loss(cached), await loss(live)] as const;
  assert.ok(Math.abs(losses[0] - losses[1]) < 1e-5, `cross-entropies ${losses}`);
});

test('images that change are shown to the teacher as they are, whose answers are not kept', async () => {
  const training = { epochs: 2, batchSize: 4, augmentation: { shift: 1 } };
  const directory = await makeRun(project, 'augmented', { training });
  const { code, output } = await runToEnd(directory);
  assert.equal(code, 0, output);
  const phases = ofType(await eventsOf(directory), 'phase').map(({ phase }) => phase);
  assert.ok(!phases.includes('signals'), phases.join());
});

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

/** What a run that cannot work says, in its events and in its log. */
async function failure(directory: RunDirectory) {
  const { code, output } = await runToEnd(directory);
  const failed = ofType(await eventsOf(directory), 'failed')[0];
  return { code, output, failed };
}

test('a data file that is not there is the user’s mistake, with a remedy', async () => {
  const directory = await makeRun(project, 'no data', {
    dataset: {
      kind: 'idx',
      train: { images: 'nowhere-images', labels: 'nowhere-labels' },
      test: { images: 'nowhere-images', labels: 'nowhere-labels' },
    },
  });
  const { code, output, failed } = await failure(directory);
  assert.equal(code, 2);
  assert.equal(failed!.userError, true);
  assert.match(failed!.message, /nowhere-(images|labels) does not exist/);
  assert.ok(failed!.remedy);
  assert.doesNotMatch(output, /\n\s+at /, 'no stack for a user’s mistake');
});

test('a teacher that is needed and not named is asked for', async () => {
  const directory = await makeRun(project, 'no teacher', { teacher: undefined });
  const { code, failed } = await failure(directory);
  assert.equal(code, 2);
  assert.match(failed!.message, /"response" learns from a teacher/);
  assert.match(failed!.remedy!, /"teacher"/);
});

test('a diverging training fails with advice, and its curve is kept', async () => {
  const directory = await makeRun(project, 'diverging', {
    teacher: undefined,
    strategy: { kind: 'direct' },
    // Pixels this large overflow within a few steps.
    dataset: { ...fewImages(project), std: 1e-30 },
    student: { model: { architecture: 'mlp', hidden: [8] } },
    training: { epochs: 30, batchSize: 16, optimizer: 'sgd', learningRate: 10, clipNorm: null },
  });
  const { code, failed } = await failure(directory);
  assert.equal(code, 2);
  assert.match(failed!.message, /diverged/);
  const metrics = ofType(await eventsOf(directory), 'metric');
  assert.equal(metrics.at(-1)!.values.loss, null, 'NaN travels as null');
});

test('on a full disk a run fails with a remedy and nothing half-written, and is resumed when there is room', async (context) => {
  const disk = join(project, 'disk');
  mkdirSync(disk);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=160k', 'tmpfs', disk], { stdio: 'ignore' });
  } catch {
    return context.skip(noSmallDisk);
  }
  context.after(() => execFileSync('umount', [disk]));
  const made = await makeRun(project, 'full disk', { teacher: undefined, strategy: { kind: 'direct' } });
  const directory = new RunDirectory(join(disk, 'run'));
  await directory.create(made.readRequest());

  const { code, failed, output } = await failure(directory);
  assert.equal(code, 2, output);
  assert.match(failed!.message, /checkpoints.* cannot be written: the disk is full/);
  assert.match(failed!.remedy!, /Free some space/);
  const left = readdirSync(directory.path, { recursive: true }).map(String);
  assert.deepEqual(
    left.filter((name) => /tmp|reserve|lock/.test(name)),
    [],
  );

  execFileSync('mount', ['-o', 'remount,size=8m', disk]);
  const resumed = await runToEnd(directory);
  assert.equal(resumed.code, 0, resumed.output);
  assert.ok(existsSync(join(directory.studentDirectory, 'model.safetensors')));
});

test('a request that is broken fails without a stack', async () => {
  const broken = await makeRun(project, 'broken');
  writeFileSync(broken.requestFile, '{"experiment":');
  const { code, failed, output } = await failure(broken);
  assert.equal(code, 2);
  assert.match(failed!.message, /experiment\.json is not valid JSON/);
  assert.doesNotMatch(output, /\n\s+at /);
});

test('a directory that is not there, or none at all, is the user’s mistake', async () => {
  const [missing, none] = [startWorker(join(project, 'nowhere')), startWorker()];
  assert.match((await missing.ended).output, /nowhere does not exist/);
  assert.equal((await missing.ended).code, 2);
  assert.equal((await none.ended).code, 2);
});

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
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
} from './support.ts';

// One project for all: the runs share the data and the teacher, as a user's do.
const project = temporaryDirectory();

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

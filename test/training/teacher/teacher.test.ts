import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, rmSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Interruption } from '../../../src/base/interruption.ts';
import type { TaskShape } from '../../../src/data/dataset.ts';
import { type TeacherConfig, teacherSchema } from '../../../src/experiment/schema/schema.ts';
import { saveModel } from '../../../src/models/checkpoint/checkpoint.ts';
import {
  prepareTeacher,
  type Teacher,
  type TeacherOptions,
  teacherHash,
} from '../../../src/training/teacher/teacher.ts';
import { brightRows, openTestDevice, smallModel, temporaryDirectory, valuesOf } from '../support.ts';

const device = await openTestDevice();
const data = brightRows({ train: 90 });

const config = (more: Record<string, unknown> = {}): TeacherConfig =>
  teacherSchema.parse({
    model: { architecture: 'mlp', hidden: [8], dropout: 0.2 },
    training: { epochs: 2, batchSize: 24, learningRate: 0.02 },
    ...more,
  });

const prepare = (teachersDirectory: string, more: Partial<TeacherOptions> = {}): Promise<Teacher> =>
  prepareTeacher({
    device,
    dataset: data,
    config: config(),
    experimentDirectory: teachersDirectory,
    teachersDirectory,
    ...more,
  });

const weightsOf = ({ model }: Teacher) => valuesOf(model.parameters);

test('a teacher is trained once and then found again', async () => {
  const directory = temporaryDirectory();
  const first = await prepare(directory);
  assert.equal(first.trainedNow, true);
  const second = await prepare(directory);
  assert.equal(second.trainedNow, false);
  assert.equal(second.hash, first.hash);
  assert.deepEqual(weightsOf(second), weightsOf(first));
  assert.deepEqual(readdirSync(directory), [first.hash], 'neither lock nor checkpoints are left');
});

test('its accuracy on the test set and its size are recorded in its folder', async () => {
  const teacher = await prepare(temporaryDirectory());
  const record = JSON.parse(readFileSync(join(teacher.directory, 'teacher.json'), 'utf8'));
  assert.equal(record.accuracy, teacher.record!.accuracy);
  assert.ok(record.accuracy > 0.3 && record.accuracy <= 1);
  assert.equal(teacher.bytes, readFileSync(join(teacher.directory, 'model.safetensors')).length);
});

for (const [what, more] of Object.entries<Partial<TeacherOptions>>({
  seed: { config: config({ seed: 1 }) },
  training: { config: config({ training: { epochs: 1, batchSize: 24, learningRate: 0.02 } }) },
  model: { config: config({ model: { architecture: 'mlp', hidden: [9] } }) },
  data: { dataset: brightRows({ train: 93 }) },
}))
  test(`another ${what} makes another teacher`, async () => {
    const directory = temporaryDirectory();
    const [one, other] = [await prepare(directory), await prepare(directory, more)];
    assert.notEqual(other.hash, one.hash);
    assert.equal(other.trainedNow, true);
  });

test('the labelled subset of the student makes no other teacher', async () => {
  const directory = temporaryDirectory();
  await prepare(directory);
  const dataset = brightRows({ train: 90 }, { labelledSubset: 12 });
  assert.equal((await prepare(directory, { dataset })).trainedNow, false);
});

test('of two that want the same teacher at once, one trains and the other waits', async () => {
  const directory = temporaryDirectory();
  let waited = 0;
  const onWaiting = () => {
    waited++;
  };
  const both = await Promise.all([prepare(directory, { onWaiting }), prepare(directory, { onWaiting })]);
  assert.deepEqual(both.map(({ trainedNow }) => trainedNow).sort(), [false, true]);
  assert.deepEqual(weightsOf(both[0]!), weightsOf(both[1]!));
  assert.ok(waited > 0);
});

test('a teacher whose weights are damaged, or that was not finished, is trained anew', async () => {
  const directory = temporaryDirectory();
  const teacher = await prepare(directory);
  truncateSync(join(teacher.directory, 'model.safetensors'), 100);
  const again = await prepare(directory);
  assert.equal(again.trainedNow, true);
  assert.deepEqual(weightsOf(again), weightsOf(teacher));
  rmSync(join(teacher.directory, 'teacher.json'));
  assert.equal((await prepare(directory)).trainedNow, true);
});

test('stopped while it is trained, it goes on where it was', async () => {
  const undisturbed = await prepare(temporaryDirectory());
  const directory = temporaryDirectory();
  let steps = 0;
  const observer = {
    progress(done: number) {
      steps = done;
    },
  };
  const stopRequested = () => (steps >= 4 ? ('stop' as const) : undefined);
  await assert.rejects(prepare(directory, { observer, stopRequested }), Interruption);
  const seen: number[] = [];
  const resumed = await prepare(directory, { observer: { progress: (done) => seen.push(done) } });
  assert.equal(seen[0], 5);
  assert.deepEqual(weightsOf(resumed), weightsOf(undisturbed));
});

test('a teacher from a checkpoint is loaded as it is', async () => {
  const directory = temporaryDirectory();
  const model = smallModel(data, { hidden: [5] });
  await saveModel(model, join(directory, 'mine'));
  const teacher = await prepare(directory, { config: teacherSchema.parse({ checkpoint: 'mine' }) });
  assert.deepEqual(weightsOf(teacher), valuesOf(model.parameters));
  assert.equal(teacher.trainedNow, false);
  assert.equal(existsSync(join(directory, teacher.hash)), false);
});

test('a checkpoint made for other data is refused with both kinds named', async () => {
  const directory = temporaryDirectory();
  await saveModel(smallModel({ ...data, task: { classes: 7, image: [2, 2, 1] } }), join(directory, 'other'));
  await assert.rejects(prepare(directory, { config: teacherSchema.parse({ checkpoint: 'other' }) }), {
    name: 'UserError',
    message: /7 classes of 2×2×1 images.*3 classes of 4×4×1 images/,
  });
});

test('a checkpoint that is not there is the user’s mistake', async () => {
  await assert.rejects(
    prepare(temporaryDirectory(), { config: teacherSchema.parse({ checkpoint: 'nowhere' }) }),
    { name: 'UserError', message: /nowhere/ },
  );
});

test('a teacher of version 0.1.0 is still known, but for language models, whose epoch is now chosen by the loss', () => {
  const config = { model: { architecture: 'mlp', hidden: [9] }, training: { epochs: 2 } };
  const hash = (task: TaskShape, training: object = {}) =>
    teacherHash(
      { fingerprint: 'data', task },
      teacherSchema.parse({ ...config, training: { ...config.training, ...training } }),
    );
  const images: TaskShape = { classes: 3, image: [4, 4, 1] };
  assert.equal(hash(images), '07853b918f930e91');
  assert.notEqual(hash(images, { selectBy: 'loss' }), hash(images));
  const text = { goal: 'language-model', vocabulary: 9, length: 8, padId: 0 } as const;
  const language: TaskShape = { classes: 9, text };
  assert.notEqual(hash(language), hash(images));
  assert.equal(hash(language, { selectBy: 'loss' }), hash(language));
});

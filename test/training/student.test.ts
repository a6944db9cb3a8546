import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TaskShape } from '../../src/data/dataset.ts';
import { openDevice } from '../../src/device/open-device.ts';
import { RandomGenerator } from '../../src/device/random-generator.ts';
import { modelSchema } from '../../src/experiment/schema/model-schema.ts';
import { studentSchema } from '../../src/experiment/schema/student-schema.ts';
import { buildModel } from '../../src/models/build-model.ts';
import { saveModel } from '../../src/models/checkpoint/checkpoint.ts';
import type { Model } from '../../src/models/model.ts';
import { prepareStudent, requireBuildable } from '../../src/training/student.ts';
import { temporaryDirectory } from '../data/idx-files.ts';

await openDevice('cpu');

const text = { goal: 'classification', vocabulary: 20, length: 8, padId: 0 } as const;
const task: TaskShape = { classes: 3, text };
const bert = { architecture: 'bert', hiddenSize: 8, heads: 2, layers: 3 };
const generator = (seed: number) => RandomGenerator.forUse(seed, 'weights');
const teacher = () => buildModel(modelSchema.parse(bert), task, generator(7));
const weights = async (model: Model, name: string) => [...(await model.parameters.get(name)!.data())];
interface Options {
  directory?: string;
  teacher?: Model;
  task?: TaskShape;
  classNames?: readonly string[];
}
const prepare = (written: object, options: Options = {}) =>
  begun(written, options).then(({ model }) => model);
const begun = (written: object, options: Options = {}) =>
  prepareStudent({
    config: studentSchema.parse(written),
    task: options.task ?? task,
    classNames: options.classNames ?? [],
    experimentDirectory: options.directory ?? '.',
    teacher: options.teacher,
    generator: generator(0),
  });

test('from scratch, a student is drawn from the seed', async () => {
  const student = await prepare({ model: bert });
  const same = buildModel(modelSchema.parse(bert), task, generator(0));
  assert.deepEqual(await weights(student, 'classifier.weight'), await weights(same, 'classifier.weight'));
});

test('a checkpoint is trained further, with a new head where the classes are others', async (context) => {
  const directory = temporaryDirectory(context);
  const before = teacher();
  await saveModel(before, join(directory, 'pretrained'));
  const student = await prepare({ checkpoint: 'pretrained' }, { directory, task: { ...task, classes: 5 } });
  assert.equal(student.task.classes, 5);
  const name = 'bert.encoder.layer.2.output.dense.weight';
  assert.deepEqual(await weights(student, name), await weights(before, name));
  assert.equal((await weights(student, 'classifier.weight')).length, 40);
});

test('a checkpoint is told from another at the same place by its weights', async (context) => {
  const directory = temporaryDirectory(context);
  const hash = async (seed: number) => {
    const model = buildModel(modelSchema.parse(bert), task, generator(seed));
    await saveModel(model, join(directory, 'pretrained'));
    return (await begun({ checkpoint: 'pretrained' }, { directory })).checkpoint!.hash;
  };
  const first = await hash(1);
  assert.notEqual(await hash(2), first);
  assert.equal(await hash(1), first);
  assert.equal((await begun({ model: bert })).checkpoint, undefined);
});

test('layers of the teacher are enough to know what the student is', async () => {
  const large = teacher();
  const student = await prepare({ teacherLayers: [1, 3] }, { teacher: large });
  assert.equal(student.layerCount, 2);
  assert.deepEqual(
    await weights(student, 'bert.encoder.layer.1.attention.self.key.weight'),
    await weights(large, 'bert.encoder.layer.2.attention.self.key.weight'),
  );
});

test('layers of a teacher that is not there, or for other data, are refused', async () => {
  await assert.rejects(prepare({ teacherLayers: [1] }), { name: 'UserError', message: /names none/ });
  const longer = { ...task, text: { ...text, length: 9 } };
  await assert.rejects(prepare({ teacherLayers: [1] }, { teacher: teacher(), task: longer }), {
    name: 'UserError',
    message: /The teacher has positions for 8 tokens, but samples have up to 9/,
  });
});

test('a student that cannot be built is refused before anything else is done', () => {
  const config = studentSchema.parse({ model: { ...bert, heads: 3 } });
  assert.throws(() => requireBuildable(config, task), { name: 'UserError', message: /among 3 heads/ });
  requireBuildable(studentSchema.parse({ checkpoint: 'somewhere' }), task);
});

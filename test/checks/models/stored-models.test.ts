import assert from 'node:assert/strict';
import { cp, readFile, rename, rm, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { plannedShapes } from '../../../src/checks/models/hidden-shapes.ts';
import { openDevice } from '../../../src/device/open-device.ts';
import { RandomGenerator } from '../../../src/device/random-generator.ts';
import { modelSchema } from '../../../src/experiment/schema/model-schema.ts';
import type { ModelConfig } from '../../../src/experiment/schema/schema.ts';
import { buildModel } from '../../../src/models/build-model.ts';
import { saveModel } from '../../../src/models/checkpoint/checkpoint.ts';
import { planModel } from '../../../src/models/create-model.ts';
import { parameterCount } from '../../../src/models/model.ts';
import { hiddenShapes } from '../../../src/strategies/hidden-shapes.ts';
import { check, datasetFolder } from '../support.ts';

await openDevice('cpu');
const folder = await datasetFolder();
const teacherConfig = modelSchema.parse({ architecture: 'mlp', hidden: [8, 8] });
const task = (classes: number, size: number) => ({ classes, image: [size, size, 1] as const });
const generator = () => RandomGenerator.forUse(1, 'test');

async function save(name: string, config: ModelConfig, classes = 3, size = 8): Promise<void> {
  const model = buildModel(config, task(classes, size), generator());
  await saveModel(model, join(folder, name));
  model.dispose();
}
await save('teacher', teacherConfig);
await save('ten-classes', teacherConfig, 10);
await save('larger-images', teacherConfig, 3, 9);

/** A copy of the sound teacher, changed. */
async function changed(name: string, change: (path: string) => Promise<unknown>): Promise<string> {
  await cp(join(folder, 'teacher'), join(folder, name), { recursive: true });
  await change(join(folder, name));
  return name;
}

async function told(checkpoint: string): Promise<[string, string, string]> {
  const problems = await check(folder, { teacher: { checkpoint }, strategy: { kind: 'response' } });
  assert.equal(problems.length, 1, JSON.stringify(problems));
  const { code, message, remedy, path, severity } = problems[0]!;
  assert.deepEqual([path.join('.'), severity], ['teacher.checkpoint', 'error']);
  return [code, message.replaceAll(`${folder}/`, ''), remedy!];
}

test('a whole checkpoint is accepted', async () => {
  assert.deepEqual(
    await check(folder, { teacher: { checkpoint: 'teacher' }, strategy: { kind: 'response' } }),
    [],
  );
});

test('a missing folder, and one nearly named right', async () => {
  assert.deepEqual(await told('nowhere/at-all'), [
    'checkpoint-missing',
    'nowhere/at-all does not exist.',
    'Correct the path, or put a folder with config.json and model.safetensors there.',
  ]);
  assert.deepEqual(await told('./taecher'), [
    'checkpoint-missing',
    'taecher does not exist.',
    'Did you mean "teacher"?',
  ]);
});

test('a file in place of a folder', async () => {
  assert.deepEqual(await told('teacher/model.safetensors'), [
    'checkpoint',
    'teacher/model.safetensors is a file, or lies below one; a checkpoint is a folder with config.json and model.safetensors.',
    'Name the folder.',
  ]);
});

test('folders that lack a part', async () => {
  const noConfig = await changed('no-config', (path) => unlink(join(path, 'config.json')));
  assert.deepEqual(await told(noConfig), [
    'checkpoint',
    'no-config has no config.json, which says what the weights belong to.',
    'Put the config.json there that was saved with the weights.',
  ]);
  const noWeights = await changed('no-weights', (path) => unlink(join(path, 'model.safetensors')));
  assert.deepEqual(await told(noWeights), [
    'checkpoint',
    'no-weights has no model.safetensors.',
    'Name a folder that Distillery saved, such as the student folder of a run.',
  ]);
  const shards = await changed('shards', (path) =>
    rename(join(path, 'model.safetensors'), join(path, 'model.safetensors.index.json')),
  );
  assert.match((await told(shards))[1], /^shards\/model\.safetensors\.index\.json is no index of weights/);
});

test('a pickle is refused, with the way out, as a folder and as a file', async () => {
  const pickle = await changed('pickle', (path) =>
    rename(join(path, 'model.safetensors'), join(path, 'pytorch_model.bin')),
  );
  for (const name of [pickle, 'pickle/pytorch_model.bin']) {
    const [code, message, remedy] = await told(name);
    assert.equal(code, 'pickle');
    assert.equal(
      message,
      'pytorch_model.bin is a Python pickle, which can run any program when it is opened; only safetensors files are read.',
    );
    assert.match(remedy, /torch\.load\('pytorch_model\.bin', weights_only=True\), 'model\.safetensors'\)/);
  }
});

test('broken and foreign files are named', async () => {
  const text = await changed('text', (path) => writeFile(join(path, 'config.json'), '{'));
  assert.match((await told(text))[1], /^text\/config\.json is not valid JSON/);
  const bert = await changed('bert', (path) => writeFile(join(path, 'config.json'), '{"model_type":"bert"}'));
  assert.match((await told(bert))[1], /^bert\/config\.json lacks "vocab_size"\.$/);
  const cut = await changed('cut', async (path) => {
    const file = join(path, 'model.safetensors');
    const bytes = await readFile(file);
    await writeFile(file, bytes.subarray(0, bytes.length - 10));
  });
  assert.match((await told(cut))[1], /^cut\/model\.safetensors /);
});

test('weights of another model are found by name and shape, unread', async () => {
  const reconfigured = (hidden: number[]) => async (path: string) => {
    const file = join(path, 'config.json');
    const config = JSON.parse(await readFile(file, 'utf8')) as { config: { hidden: number[] } };
    config.config.hidden = hidden;
    await writeFile(file, JSON.stringify(config));
  };
  const wider = await changed('wider', reconfigured([8, 9]));
  assert.match(
    (await told(wider))[1],
    /weight "layers\.1\.weight" has the shape \[8, 8\], but config\.json asks for \[9, 8\]\.$/,
  );
  const deeper = await changed('deeper', reconfigured([8, 8, 8]));
  assert.match(
    (await told(deeper))[1],
    /lacks the weight "layers\.2\.weight" that its config\.json asks for\.$/,
  );
  const flatter = await changed('flatter', reconfigured([8]));
  assert.match(
    (await told(flatter))[1],
    /holds weights that the model in its config\.json does not have: "layers\.1\./,
  );
});

test('a teacher of other classes or images is refused', async () => {
  assert.deepEqual(await told('ten-classes'), [
    'teacher-classes',
    'The teacher tells 10 classes apart, but the dataset has 3.',
    'Name a teacher that was trained on the same classes.',
  ]);
  assert.deepEqual(await told('larger-images'), [
    'teacher-images',
    'The teacher sees images of 9 × 9 pixels, but the dataset has images of 8 × 8 pixels.',
    'Name a teacher that was trained on images of the same size.',
  ]);
});

test('options that a loaded teacher does not use are told of, and its size is known', async () => {
  const problems = await check(folder, {
    teacher: { checkpoint: 'teacher', seed: 3, training: { epochs: 2 } },
    student: { model: { architecture: 'mlp', hidden: [64] } },
    strategy: { kind: 'response' },
  });
  assert.deepEqual(problems.map(({ code, path }) => [code, path.join('.')]).sort(), [
    ['student-larger', 'student.model'],
    ['unused-option', 'teacher.seed'],
    ['unused-option', 'teacher.training'],
  ]);
});

test('sizes and shapes known from the configuration are those of real models', async () => {
  const configs = [
    { architecture: 'mlp', hidden: [7, 5], normalization: 'batch' },
    { architecture: 'mlp', hidden: [3], normalization: 'layer' },
    { architecture: 'cnn', channels: [2, 3], dense: 6 },
    { architecture: 'cnn', channels: [4], normalization: 'none' },
  ].map((config) => modelSchema.parse(config));
  for (const config of configs) {
    const model = buildModel(config, task(3, 9), generator());
    assert.deepEqual(plannedShapes(config, task(3, 9)), hiddenShapes(model), JSON.stringify(config));
    assert.equal(planModel(config, task(3, 9)).parameterCount, parameterCount(model));
    model.dispose();
  }
});

test('a student from a checkpoint is looked at like a teacher, and may have another head', async () => {
  const findings = async (student: object, more: object = {}) =>
    (await check(folder, { student, ...more })).map(({ code, path, message }) => [
      code,
      path.join('.'),
      message,
    ]);
  assert.deepEqual(await findings({ checkpoint: 'teacher' }), []);
  assert.deepEqual(await findings({ checkpoint: 'ten-classes' }), []);
  const [missing] = await findings({ checkpoint: 'nowhere' });
  assert.deepEqual(missing!.slice(0, 2), ['checkpoint-missing', 'student.checkpoint']);
  const [size] = await findings({ checkpoint: 'larger-images' });
  assert.equal(size![1], 'student.checkpoint');
  assert.match(size![2]!, /^The student was made for 3 classes of 9×9×1 images, but the data has/);
  assert.deepEqual(await findings({ checkpoint: 'hf:nobody/nothing' }), []);
  assert.match(
    (await findings({ checkpoint: 'hf:nothing' }))[0]![2]!,
    /names no model on the Hugging Face Hub/,
  );
});

test('a student may begin in one way only', async () => {
  const codes = async (student: object) =>
    (await check(folder, { student })).map(({ code, path }) => [code, path.join('.')]);
  assert.deepEqual(await codes({}), [['missing', 'student']]);
  const model = { architecture: 'mlp', hidden: [8] };
  assert.deepEqual(await codes({ model, checkpoint: 'teacher' }), [['contradiction', 'student.checkpoint']]);
});

test('layers that a student is to begin with must be there and fit', async () => {
  const told = async (student: object, teacher: object | null = { checkpoint: 'teacher' }) =>
    (
      await check(folder, {
        ...(teacher && { teacher }),
        student,
        strategy: { kind: teacher ? 'response' : 'direct' },
      })
    ).map(({ code, path, message }) => [code, path.join('.'), message]);
  const mlp = (...hidden: number[]) => ({ architecture: 'mlp', hidden });
  const place = 'student.teacherLayers';
  assert.deepEqual(await told({ model: mlp(8), teacherLayers: [1] }), []);
  assert.deepEqual((await told({ teacherLayers: [1] }, null))[0]!.slice(0, 2), ['teacher-missing', place]);
  const cases: [object, RegExp][] = [
    [{ model: mlp(8), teacherLayers: [3] }, /names layer 3, but the teacher's layers are 1 to 2/],
    [{ model: mlp(8), teacherLayers: [1, 2] }, /names 2 layers, but the student has 1/],
    [{ model: mlp(7), teacherLayers: [1] }, /its "layers\.0\.weight" is 7 × 64, the teacher's 8 × 64/],
    [{ teacherLayers: [1] }, /layers of a model of architecture "mlp" differ in shape/],
    [{ model: { architecture: 'cnn', channels: [2] }, teacherLayers: [1] }, /cnn cannot begin with layers/],
  ];
  for (const [student, message] of cases) {
    const [finding] = await told(student);
    assert.deepEqual(finding!.slice(0, 2), ['teacher-layers', place]);
    assert.match(finding![2]!, message);
  }
});

test('models for texts are checked before any text is read', async () => {
  const bert = join(import.meta.dirname, '../../fixtures/checkpoints/bert');
  const told = async (changes: object) =>
    (
      await check(folder, {
        dataset: { kind: 'spam-assassin', maxLength: 12, tokenizer: { kind: 'words', size: 40 } },
        ...changes,
      })
    ).map(({ code, path, message }) => [code, path.join('.'), message] as const);
  const student = { teacherLayers: [2] };
  const strategy = { kind: 'response' };
  const fitting = await told({ teacher: { checkpoint: bert }, student, strategy });
  assert.deepEqual(
    fitting.map(([code]) => code),
    ['class-count'],
    'this one knows a third class',
  );
  const [length] = await told({
    dataset: { kind: 'spam-assassin', maxLength: 64 },
    teacher: { checkpoint: bert },
    student: { model: { architecture: 'bert' } },
    strategy,
  });
  assert.equal(length![1], 'teacher.checkpoint');
  assert.match(length![2]!, /^The teacher has positions for 12 tokens, but samples have up to 64/);
  const [goal] = await told({ student: { model: { architecture: 'gpt2' } } });
  assert.deepEqual(goal!.slice(0, 2), ['model', 'student.model']);
  assert.match(goal![2]!, /"gpt2" continues texts, but the dataset asks for one that classifies texts/);
  const [heads] = await told({ student: { model: { architecture: 'bert', hiddenSize: 100, heads: 3 } } });
  assert.match(heads![2]!, /hiddenSize 100 cannot be divided among 3 heads/);
  const layers = [{ student: 5, teacher: 1 }];
  const [map] = await told({
    teacher: { checkpoint: bert },
    student: { model: { architecture: 'bert', layers: 4 } },
    strategy: { kind: 'feature', layers },
  });
  assert.deepEqual(map!.slice(0, 2), ['layers', 'strategy.layers']);
});

test.after(() => rm(folder, { recursive: true, force: true }));

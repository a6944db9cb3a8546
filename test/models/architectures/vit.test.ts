import assert from 'node:assert/strict';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Tensor } from '@tensorflow/tfjs-core';
import { RandomGenerator } from '../../../src/device/random-generator.ts';
import { tf } from '../../../src/device/tensorflow.ts';
import { loadModel, saveModel } from '../../../src/models/checkpoint/checkpoint.ts';
import { readSafetensors, writeSafetensors } from '../../../src/models/checkpoint/safetensors.ts';
import { modelFromLayers, withFewerLayers } from '../../../src/models/from-layers.ts';
import { createStrategy } from '../../../src/strategies/create-strategy.ts';
import { check, datasetFolder, told } from '../../checks/support.ts';
import { temporaryDirectory } from '../../data/idx-files.ts';
import { pythonWith } from '../../machine/python.ts';
import { contextFor, modelOf, partsFor, strategyConfig, task, uniform } from '../../strategies/support.ts';
import { assertClose, seededMasks, usePlainBackend } from '../backend.ts';
import { answersOf as answers, assertState, imageReference, pixelsOf } from '../image-reference.ts';
import { checkpointFolder, valuesOf } from '../reference-checkpoint.ts';
import { openImagesInTransformers } from '../transformers/open-in-transformers.ts';

const { python, skip } = pythonWith('torch', 'transformers');

const reference = imageReference('vit');
const small = { architecture: 'vit', hiddenSize: 8, heads: 2, layers: 2 };

const configOf = (folder: string) => JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8'));
const weightsOf = async (folder: string) =>
  (await readSafetensors(join(folder, 'model.safetensors'))).tensors;

test('a checkpoint without a head, with a pooler and a token for masks, gets a head as a student', async (context) => {
  await usePlainBackend();
  const folder = join(temporaryDirectory(context), 'bare');
  cpSync(checkpointFolder('vit'), folder, { recursive: true });
  const bare = new Map(
    [...(await weightsOf(folder))]
      .filter(([name]) => name.startsWith('vit.'))
      .map(([name, tensor]) => [name.slice('vit.'.length), tensor]),
  );
  for (const [name, shape] of [
    ['pooler.dense.weight', [16, 16]],
    ['pooler.dense.bias', [16]],
    ['embeddings.mask_token', [1, 1, 16]],
  ] as const)
    bare.set(name, {
      dtype: 'F32',
      shape: [...shape],
      data: new Float32Array(shape.reduce((a: number, b) => a * b, 1)),
    });
  await writeSafetensors(join(folder, 'model.safetensors'), bare, { format: 'pt' });
  await assert.rejects(loadModel(folder), /without a head for this task: it lacks "classifier\.weight"/);
  const student = { classes: 5, image: [6, 9, 2] as const };
  const model = await loadModel(folder, { task: student, generator: RandomGenerator.forUse(1, 'head') });
  const { logits, hiddenStates } = model.forward({ pixels: pixelsOf(reference) }, { training: false });
  assert.deepEqual(logits.shape, [3, 5]);
  assertState(hiddenStates.at(-1)!, reference.hiddenStates.at(-1)!, 'last state');
});

test('a DeiT whose two heads were taught apart is no teacher, and as a student gets a new head', async (context) => {
  await usePlainBackend();
  const folder = join(temporaryDirectory(context), 'deit');
  cpSync(checkpointFolder('deit'), folder, { recursive: true });
  const both = new Map(
    [...(await weightsOf(folder))].flatMap(([name, tensor]) =>
      name.startsWith('classifier.')
        ? [
            [`cls_${name}`, tensor],
            [`distillation_${name}`, tensor],
          ]
        : [[name, tensor]],
    ) as [string, Awaited<ReturnType<typeof weightsOf>> extends Map<string, infer T> ? T : never][],
  );
  await writeSafetensors(join(folder, 'model.safetensors'), both, { format: 'pt' });
  await assert.rejects(loadModel(folder), /without a head for this task: it lacks "classifier\.weight"/);
  const model = await loadModel(folder, { generator: RandomGenerator.forUse(1, 'head') });
  const { hiddenStates } = model.forward({ pixels: pixelsOf(imageReference('deit')) }, { training: false });
  assertState(hiddenStates.at(-1)!, imageReference('deit').hiddenStates.at(-1)!, 'last state');
});

for (const [changes, message] of [
  [{ patch_size: [3, 1] }, /a patch_size of 3 × 1, which is not square, is not supported/],
  [{ patch_size: 4 }, /6 × 9 pixels cannot be cut into patches of 4 × 4/],
  [{ image_size: 0 }, /"image_size" is out of range/],
  [{ image_size: [3, 3, 3] }, /"image_size" is out of range/],
  [{ hidden_act: 'silu' }, /activation "silu" is not supported/],
  [{ num_attention_heads: 3 }, /hiddenSize 16 cannot be divided among 3 heads/],
  [{ problem_type: 'multi_label_classification' }, /gives a sample several labels at once/],
] as const)
  test(`refused: a checkpoint with ${JSON.stringify(changes)}`, async (context) => {
    const folder = join(temporaryDirectory(context), 'vit');
    cpSync(checkpointFolder('vit'), folder, { recursive: true });
    writeFileSync(join(folder, 'config.json'), JSON.stringify({ ...configOf(folder), ...changes }));
    await assert.rejects(loadModel(folder), { name: 'UserError', message });
  });

test('patches that leave a margin of the images are named, with the sizes that fit', async () => {
  const folder = await datasetFolder();
  const problems = await check(folder, { student: { model: { ...small, patchSize: 3 } } });
  assert.deepEqual(told(problems), [
    {
      severity: 'error',
      code: 'patch-size',
      path: 'student.model.patchSize',
      message: 'Images of 8 × 8 pixels cannot be cut into patches of 3 × 3.',
      remedy: 'Choose a "patchSize" that divides both sides: 1, 2, 4 or 8.',
    },
  ]);
  assert.deepEqual(problems[0]!.fix, {
    title: 'Use patches of 4 × 4 pixels',
    path: ['student', 'model', 'patchSize'],
    value: 4,
  });
});

test('each dropout acts while training only', async () => {
  await usePlainBackend();
  const pixels = uniform([2, 8, 8, 1], 3);
  for (const option of ['dropout', 'attentionDropout']) {
    const model = modelOf({ ...small, [option]: 0.5 });
    const trained = (seed: number) =>
      valuesOf(model.forward({ pixels }, { training: true, random: seededMasks(seed) }).logits);
    assert.deepEqual(answers(model, pixels), answers(model, pixels));
    assert.deepEqual(trained(1), trained(1));
    assert.notDeepEqual(trained(1), trained(2), option);
    assert.notDeepEqual(trained(1), answers(model, pixels), option);
  }
});

test('a student begins with layers of its teacher, and with all that stands around them', async () => {
  await usePlainBackend();
  const teacher = await loadModel(checkpointFolder('vit'));
  const config = withFewerLayers(teacher.config, [2]);
  const student = await modelFromLayers(
    config,
    teacher.task,
    teacher,
    [2],
    RandomGenerator.forUse(1, 'weights'),
  );
  for (const [name, variable] of student.parameters)
    assert.deepEqual(
      valuesOf(variable),
      valuesOf(teacher.parameters.get(name.replace('.layer.0.', '.layer.1.'))!),
      name,
    );
});

/** A student with an exit after its first layer, and what the exit's loss was in training. */
function withExit(pixels: Tensor) {
  const student = modelOf({ ...small, layers: 3, patchSize: 2, queryKeyValueBias: false });
  for (const variable of student.parameters.values())
    variable.assign(tf.add(variable, tf.randomNormal(variable.shape, 0, 0.3, 'float32', 5)));
  const attached = createStrategy(strategyConfig({ kind: 'self', exits: 3 })).attach(partsFor(student));
  const forward = student.forward({ pixels }, { training: false });
  const context = contextFor(forward.logits, [0, 1], { student: forward });
  const terms = attached.loss({ ...context, batch: { ...context.batch, input: { pixels } } });
  const { name, model } = attached.candidates!()[0]!;
  return { student, exit: model, loss: valuesOf(terms[`${name}.labels`]!.value)[0]! };
}

test('an exit answers as a model of its own what it answered in training', async () => {
  await usePlainBackend();
  const pixels = uniform([2, 8, 8, 1], 3);
  const { exit, loss } = withExit(pixels);
  assert.equal(exit.layerCount, 1);
  const { logits } = exit.forward({ pixels }, { training: false });
  const alone = valuesOf(tf.losses.softmaxCrossEntropy(tf.oneHot([0, 1], task.classes), logits))[0]!;
  assert.ok(Math.abs(alone - loss) < 1e-6, `${alone} alone, ${loss} in training`);
});

test('transformers opens students and exits that were saved here, and computes the same', {
  skip,
}, async (context) => {
  await usePlainBackend();
  const folder = temporaryDirectory(context);
  const pixels = uniform([2, 8, 8, 1], 3);
  const { student, exit } = withExit(pixels);
  const wide = modelOf({ ...small, activation: 'relu' }, 2, { classes: 3, image: [4, 8, 3] });
  const seen = { student: pixels, exit: pixels, wide: uniform([2, 4, 8, 3], 4) };
  const models = { student, exit, wide };
  for (const [name, model] of Object.entries(models))
    await saveModel(model, join(folder, name), { classNames: ['a', 'b', 'c'] });
  for (const [name, theirs] of Object.entries(openImagesInTransformers(python, folder, seen))) {
    assert.equal(theirs.class, 'ViTForImageClassification');
    assert.deepEqual(theirs.wrong, {}, `${name}: missing or unexpected weights`);
    assert.deepEqual(theirs.labels, { 0: 'a', 1: 'b', 2: 'c' });
    const which = name as keyof typeof models;
    assertClose(answers(models[which], seen[which]), theirs.logits, 1e-5, name);
  }
});

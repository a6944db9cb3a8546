import assert from 'node:assert/strict';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { UserError } from '../../../src/base/user-error.ts';
import { RandomGenerator } from '../../../src/device/random-generator.ts';
import { tf } from '../../../src/device/tensorflow.ts';
import { modelSchema } from '../../../src/experiment/schema/model-schema.ts';
import { buildModel } from '../../../src/models/build-model.ts';
import {
  checkpointBytes,
  inspectCheckpoint,
  loadModel,
  saveModel,
} from '../../../src/models/checkpoint/checkpoint.ts';
import { readSafetensors, writeSafetensors } from '../../../src/models/checkpoint/safetensors.ts';
import { temporaryDirectory } from '../../data/idx-files.ts';
import { usePlainBackend, values } from '../backend.ts';

before(usePlainBackend);

const task = { classes: 3, image: [8, 8, 2] as const };
const build = (written: object, seed = 0) =>
  buildModel(modelSchema.parse(written), task, RandomGenerator.forUse(seed, 'student'));
const cnn = { architecture: 'cnn', channels: [3, 4], dense: 5 };

for (const written of [cnn, { architecture: 'mlp', hidden: [4], normalization: 'layer', dropout: 0.1 }])
  test(`a saved model gives the same logits to the last bit: ${JSON.stringify(written)}`, async (context) => {
    const directory = join(temporaryDirectory(context), 'deep', 'student');
    const model = build(written);
    for (const buffer of model.buffers.values()) buffer.assign(tf.randomUniform(buffer.shape, 0.5, 2));
    const { bytes } = await saveModel(model, directory, { card: '# A student\n' });
    assert.deepEqual(readdirSync(directory).sort(), ['README.md', 'config.json', 'model.safetensors']);
    assert.equal(bytes, readFileSync(join(directory, 'model.safetensors')).length);
    assert.equal(await checkpointBytes(directory), bytes);
    const loaded = await loadModel(directory);
    assert.deepEqual(loaded.config, model.config);
    assert.deepEqual(loaded.task, task);
    const pixels = tf.randomNormal([3, 8, 8, 2]);
    const logits = (of: typeof model) => values(of.forward({ pixels }, { training: false }).logits);
    assert.deepEqual(logits(loaded), logits(model));
    assert.deepEqual([...loaded.buffers.keys()], [...model.buffers.keys()]);
  });

test('convolution kernels lie in the file as PyTorch has them', async (context) => {
  const directory = join(temporaryDirectory(context), 'student');
  const model = build(cnn);
  await saveModel(model, directory);
  const { tensors } = await readSafetensors(join(directory, 'model.safetensors'));
  const stored = tensors.get('stages.0.conv.weight')!;
  assert.deepEqual(stored.shape, [3, 2, 3, 3]);
  const transposed = tf.transpose(model.parameters.get('stages.0.conv.weight')!, [3, 2, 0, 1]);
  assert.deepEqual([...stored.data], values(transposed));
});

test('class names, the end of a text and files of a tokenizer are saved with the model', async (context) => {
  const directory = join(temporaryDirectory(context), 'student');
  const small = { hiddenSize: 8, heads: 2, layers: 1 };
  const text = { vocabulary: 9, length: 4, padId: 0 };
  const next = { classes: 9, text: { goal: 'language-model', ...text } } as const;
  const gpt2 = buildModel(
    modelSchema.parse({ architecture: 'gpt2', ...small }),
    next,
    RandomGenerator.forUse(0, 'x'),
  );
  const files = new Map([['tokenizer.json', '{}']]);
  await saveModel(gpt2, directory, { endId: 8, files });
  const config = () => JSON.parse(readFileSync(join(directory, 'config.json'), 'utf8'));
  assert.equal(config().eos_token_id, 8);
  assert.equal(readFileSync(join(directory, 'tokenizer.json'), 'utf8'), '{}');
  await saveModel(build(cnn), directory, { classNames: ['a', 'b', 'c'] });
  assert.deepEqual((await inspectCheckpoint(directory)).classNames, ['a', 'b', 'c']);
});

test('saving again replaces the model and leaves nothing beside it', async (context) => {
  const parent = temporaryDirectory(context);
  const directory = join(parent, 'student');
  await saveModel(build(cnn, 1), directory, { card: 'old' });
  const second = build(cnn, 2);
  await saveModel(second, directory);
  assert.deepEqual(readdirSync(parent), ['student']);
  assert.deepEqual(readdirSync(directory).sort(), ['config.json', 'model.safetensors']);
  const loaded = await loadModel(directory);
  assert.deepEqual(
    values(loaded.parameters.get('dense.weight')!),
    values(second.parameters.get('dense.weight')!),
  );
});

test('a model that cannot be saved leaves the earlier one whole', async (context) => {
  const parent = temporaryDirectory(context);
  const directory = join(parent, 'student');
  await saveModel(build(cnn), directory);
  const before = readFileSync(join(directory, 'model.safetensors'));
  const unreadable = {
    ...build(cnn),
    config: {
      architecture: 'cnn',
      get channels(): number[] {
        throw new Error('cut off');
      },
    },
  };
  await assert.rejects(saveModel(unreadable as never, directory), /cut off/);
  assert.deepEqual(readdirSync(parent), ['student']);
  assert.deepEqual(readFileSync(join(directory, 'model.safetensors')), before);
  writeFileSync(join(parent, 'file'), '');
  await assert.rejects(
    saveModel(build(cnn), join(parent, 'file', 'student')),
    (error) => error instanceof UserError,
  );
});

test('a checkpoint that is not whole or not ours is refused with a remedy', async (context) => {
  const directory = join(temporaryDirectory(context), 'student');
  const weights = join(directory, 'model.safetensors');
  const config = join(directory, 'config.json');
  const fresh = () => saveModel(build(cnn), directory);
  const refuse = (message: RegExp) =>
    assert.rejects(loadModel(directory), (error) => {
      assert.ok(error instanceof UserError, String(error));
      assert.match(error.message, message);
      assert.ok(error.message.includes(directory));
      assert.ok(error.remedy);
      return true;
    });
  const rewrite = async (
    change: (tensors: Map<string, { shape: readonly number[]; data: Float32Array }>) => void,
  ) => {
    const { tensors } = await readSafetensors(weights);
    const changed = new Map(tensors) as Map<string, { shape: readonly number[]; data: Float32Array }>;
    change(changed);
    await writeSafetensors(weights, changed);
  };
  await refuse(/config\.json does not exist/);
  await fresh();
  rmSync(weights);
  await refuse(/has no model\.safetensors/);
  await fresh();
  writeFileSync(config, '{');
  await refuse(/config\.json is not valid JSON/);
  writeFileSync(config, '{"model_type": "t5"}');
  await refuse(/type "t5", which is not known here/);
  await fresh();
  await rewrite((tensors) => tensors.delete('dense.bias'));
  await refuse(/lacks the weight "dense\.bias"/);
  await fresh();
  await rewrite((tensors) => tensors.set('extra', { shape: [1], data: Float32Array.of(1) }));
  await refuse(/does not have: "extra"/);
  await fresh();
  await rewrite((tensors) => tensors.set('dense.bias', { shape: [2], data: Float32Array.of(1, 2) }));
  await refuse(/"dense\.bias" has the shape \[2\], but config\.json asks for \[5\]/);
  await fresh();
  await rewrite((tensors) => tensors.set('dense.bias', { shape: [5], data: new Int32Array(5) as never }));
  await refuse(/"dense\.bias" is stored as I32/);
  const before = tf.memory().numTensors;
  await refuse(/stored as I32/);
  assert.equal(tf.memory().numTensors, before, 'nothing of the failed model stays');
});

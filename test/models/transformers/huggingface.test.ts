import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import type { Scalar } from '@tensorflow/tfjs-core';
import { RandomGenerator } from '../../../src/device/random-generator.ts';
import { tf } from '../../../src/device/tensorflow.ts';
import {
  checkpointBytes,
  inspectCheckpoint,
  loadModel,
  saveModel,
} from '../../../src/models/checkpoint/checkpoint.ts';
import { readSafetensors, writeSafetensors } from '../../../src/models/checkpoint/safetensors.ts';
import { temporaryDirectory } from '../../data/idx-files.ts';
import { assertClose, usePlainBackend } from '../backend.ts';
import {
  atTokens,
  checkpointFolder,
  readReference,
  referenceInput,
  valuesOf,
} from '../reference-checkpoint.ts';
import { modelTypes } from '../samples.ts';
import { copyOf, edit, editWeights, refuse } from '../stored-checkpoints.ts';

before(usePlainBackend);

/** Of images there is a reference of another form. */
const references = [
  ...[...modelTypes].flatMap(([name, goal]) => (goal === 'images' ? [] : [name])),
  'qwen3-long',
];

for (const name of references) {
  test(`${name}: logits and hidden states equal those of transformers`, async () => {
    const reference = readReference(name);
    const model = await loadModel(checkpointFolder(name));
    const { logits, hiddenStates } = model.forward(referenceInput(reference), { training: false });
    assert.deepEqual(logits.shape, reference.logits.shape);
    const kept = (values: number[], shape: readonly number[]) =>
      shape.length === 3 ? atTokens(values, shape, reference.mask) : values;
    assertClose(
      kept(valuesOf(logits), logits.shape),
      kept(reference.logits.data, logits.shape),
      1e-5,
      'logits',
    );
    assert.equal(hiddenStates.length, model.layerCount + 1);
    assert.equal(hiddenStates.length, reference.hiddenStates.length);
    hiddenStates.forEach((state, layer) => {
      const expected = reference.hiddenStates[layer]!;
      assert.deepEqual(state.shape, expected.shape);
      assertClose(
        kept(valuesOf(state), state.shape),
        kept(expected.data, state.shape),
        1e-5,
        `hidden state ${layer}`,
      );
    });
    model.dispose();
  });

  test(`${name}: gradients equal those of PyTorch`, async () => {
    const reference = readReference(name);
    const model = await loadModel(checkpointFolder(name));
    const input = referenceInput(reference);
    const parameters = [...model.parameters.values()];
    const { grads } = tf.variableGrads(() => {
      const { logits } = model.forward(input, { training: true, random: keepAll });
      const weights = tf.reshape(tf.sin(tf.range(0, logits.size)), logits.shape);
      const counted = logits.rank === 3 ? tf.mul(weights, tf.expandDims(input.mask, -1)) : weights;
      return tf.sum(tf.mul(logits, counted)) as Scalar;
    }, parameters);
    for (const [parameter, variable] of model.parameters) {
      const expected = reference.gradients[parameter];
      assert.ok(expected, `transformers has no gradient of ${parameter}`);
      const gradient = valuesOf(grads[variable.name]!);
      const norm = Math.hypot(...gradient);
      const sum = gradient.reduce((total, value) => total + value, 0);
      const scale = Math.max(expected.norm, 1e-2);
      const close = (a: number, b: number) => Math.abs(a - b) <= 1e-4 * scale;
      assert.ok(close(norm, expected.norm), `norm of ${parameter}: ${norm}, expected ${expected.norm}`);
      assert.ok(close(sum, expected.sum), `sum of ${parameter}: ${sum}, expected ${expected.sum}`);
      expected.first.forEach((value, at) => {
        assert.ok(close(gradient[at]!, value), `${parameter}[${at}]: ${gradient[at]}, expected ${value}`);
      });
    }
    model.dispose();
  });

  test(`${name}: saved again, it has the same names, shapes and logits`, async (context) => {
    const directory = join(temporaryDirectory(context), 'student');
    const model = await loadModel(checkpointFolder(name));
    const { bytes } = await saveModel(model, directory);
    assert.equal(await checkpointBytes(directory), bytes);
    const { tensors } = await readSafetensors(join(directory, 'model.safetensors'));
    assert.deepEqual([...tensors.keys()].sort(), await storedNames(checkpointFolder(name)));
    const again = await loadModel(directory);
    assert.deepEqual(again.config, model.config);
    assert.deepEqual(again.task, model.task);
    const input = referenceInput(readReference(name));
    const logits = (of: typeof model) => valuesOf(of.forward(input, { training: false }).logits);
    assert.deepEqual(logits(again), logits(model));
    const config = (folder: string) => JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8'));
    const [before, after] = [config(checkpointFolder(name)), config(directory)];
    for (const key of Object.keys(before))
      if (!['transformers_version', 'dtype'].includes(key))
        assert.deepEqual(after[key] ?? null, before[key] ?? null, key);
  });
}

/** No unit is dropped, though the model is in training mode. */
const keepAll = { bernoulli: (shape: readonly number[], keep: number) => tf.mul(tf.ones([...shape]), keep) };

async function storedNames(folder: string): Promise<string[]> {
  const names: string[] = [];
  for (const file of readdirSync(folder))
    if (file.endsWith('.safetensors'))
      names.push(...(await readSafetensors(join(folder, file))).tensors.keys());
  return names.sort();
}

test('class names, vocabulary and padding come from the configuration', async () => {
  const { classNames, task, bytes } = await inspectCheckpoint(checkpointFolder('roberta'));
  assert.deepEqual(classNames, ['ham', 'spam', 'other']);
  assert.deepEqual(task, {
    classes: 3,
    text: { goal: 'classification', vocabulary: 40, length: 12, padId: 1 },
  });
  assert.equal(bytes, readFileSync(join(checkpointFolder('roberta'), 'model.safetensors')).length);
});

for (const name of ['llama', 'mistral', 'qwen2', 'qwen3', 'qwen3-long'])
  test(`${name}: a configuration of transformers 4 means the same`, async (context) => {
    const directory = copyOf(context, name);
    edit(directory, (config) => {
      const { rope_theta, ...scaling } = config.rope_parameters as Record<string, unknown>;
      const rope_scaling = scaling.rope_type === 'default' ? null : scaling;
      Object.assign(config, { rope_theta, rope_scaling, torch_dtype: 'float32' });
      delete config.rope_parameters;
      if (name === 'llama') delete config.head_dim;
      delete config.dtype;
    });
    const [old, now] = [await inspectCheckpoint(directory), await inspectCheckpoint(checkpointFolder(name))];
    assert.deepEqual(name === 'llama' ? { ...old.config, headSize: 4 } : old.config, now.config);
  });

test('names of TensorFlow times and derived buffers are understood', async (context) => {
  const directory = copyOf(context, 'bert');
  await editWeights(directory, (name) =>
    name.replace(/LayerNorm\.weight$/, 'LayerNorm.gamma').replace(/LayerNorm\.bias$/, 'LayerNorm.beta'),
  );
  const file = join(directory, 'model.safetensors');
  const { tensors } = await readSafetensors(file);
  const ids = { dtype: 'I64', shape: [1, 12], data: new BigInt64Array(12) } as const;
  await writeSafetensors(file, new Map([...tensors]).set('bert.embeddings.position_ids', ids));
  const reference = readReference('bert');
  const model = await loadModel(directory);
  const { logits } = model.forward(referenceInput(reference), { training: false });
  assertClose(valuesOf(logits), reference.logits.data, 1e-5, 'logits');
});

for (const [name, first, last] of [
  ['bert-base', 'classifier.weight', 'classifier.weight'],
  ['mpnet-base', 'classifier.dense.weight', 'classifier.out_proj.weight'],
] as const)
  test(`${name}, without a head, gets a fresh one as a student, and is refused as a teacher`, async () => {
    const folder = checkpointFolder(name);
    await refuse(loadModel(folder), new RegExp(`without a head for this task: it lacks "${first}"`));
    const text = { goal: 'classification', vocabulary: 40, length: 8, padId: 1 } as const;
    const load = (seed: number) =>
      loadModel(folder, { task: { classes: 5, text }, generator: RandomGenerator.forUse(seed, 'head') });
    const model = await load(1);
    assert.equal(model.task.classes, 5);
    assert.deepEqual(model.parameters.get(last)!.shape, [5, 16]);
    const head = (of: typeof model) => valuesOf(of.parameters.get(last)!);
    assert.deepEqual(head(await load(1)), head(model));
    assert.notDeepEqual(head(await load(2)), head(model));
    const reference = readReference(name);
    const { hiddenStates } = model.forward(referenceInput(reference), { training: false });
    const state = hiddenStates.at(-1)!;
    assertClose(
      atTokens(valuesOf(state), state.shape, reference.mask),
      atTokens(reference.hiddenStates.at(-1)!.data, state.shape, reference.mask),
      1e-5,
      'last hidden state',
    );
  });

test('a head for other classes is drawn anew, and the rest is kept', async () => {
  const task = { classes: 7, text: { goal: 'classification', vocabulary: 40, length: 8, padId: 1 } } as const;
  const folder = checkpointFolder('roberta');
  await refuse(loadModel(folder, { task }), /tells 3 classes apart, but the data has 7/);
  const model = await loadModel(folder, { task, generator: RandomGenerator.forUse(0, 'head') });
  const { tensors } = await readSafetensors(join(folder, 'model.safetensors'));
  for (const [name, variable] of model.parameters)
    if (!name.startsWith('classifier.out_proj'))
      assert.deepEqual(valuesOf(variable), [...tensors.get(name)!.data].map(Number), name);
  assert.deepEqual(model.parameters.get('classifier.out_proj.weight')!.shape, [7, 16]);
});

test('vocabularies and lengths that do not fit are refused, with both sizes', async () => {
  const text = { goal: 'language-model', vocabulary: 40, length: 8, padId: 0 } as const;
  const load = (changes: object) =>
    loadModel(checkpointFolder('gpt2'), { task: { classes: 40, text: { ...text, ...changes } } });
  await refuse(load({ vocabulary: 50 }), /knows 40 tokens, but the tokenizer makes 50/);
  await refuse(load({ length: 13 }), /positions for 12 tokens, but samples have up to 13/);
  await refuse(load({ goal: 'classification' }), /texts to continue, but the data has texts to classify/);
});

test('rows beyond the tokens of the data are left out of a language model: they stand for no token', async (context) => {
  const text = { goal: 'language-model', vocabulary: 30, length: 8, padId: 0 } as const;
  const input = { ids: tf.tensor2d([[3, 9, 27, 1]], undefined, 'int32'), mask: tf.ones([1, 4]) };
  for (const name of ['gpt2', 'llama', 'qwen2', 'qwen3', 'mistral', 'gemma3_text']) {
    const whole = await loadModel(checkpointFolder(name));
    const cut = await loadModel(checkpointFolder(name), { task: { classes: 30, text } });
    assert.deepEqual([cut.task.classes, cut.task.text!.vocabulary], [30, 30]);
    const logits = (model: typeof cut) => model.forward(input, { training: false }).logits;
    assert.deepEqual(valuesOf(logits(cut)), valuesOf(tf.slice(logits(whole), [0, 0, 0], [1, 4, 30])), name);
    const saved = join(temporaryDirectory(context), name);
    await saveModel(cut, saved);
    const raw = JSON.parse(readFileSync(join(saved, 'config.json'), 'utf8'));
    assert.equal(raw.vocab_size, 30);
    assert.equal((await loadModel(saved)).task.classes, 30);
  }
});

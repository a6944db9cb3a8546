import assert from 'node:assert/strict';
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import type { Scalar } from '@tensorflow/tfjs-core';
import { UserError } from '../../src/base/user-error.ts';
import { RandomGenerator } from '../../src/device/random-generator.ts';
import { tf } from '../../src/device/tensorflow.ts';
import {
  checkpointBytes,
  inspectCheckpoint,
  loadModel,
  saveModel,
} from '../../src/models/checkpoint/checkpoint.ts';
import { readSafetensors, writeSafetensors } from '../../src/models/checkpoint/safetensors.ts';
import { temporaryDirectory } from '../data/idx-files.ts';
import { assertClose, usePlainBackend } from './backend.ts';
import {
  atTokens,
  checkpointFolder,
  readReference,
  referenceInput,
  valuesOf,
} from './reference-checkpoint.ts';
import { modelTypes } from './samples.ts';

before(usePlainBackend);

for (const [name, goal] of modelTypes) {
  // Of images there is a reference of another form.
  if (goal === 'images') continue;
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

const copyOf = (context: Parameters<typeof temporaryDirectory>[0], name: string) => {
  const directory = join(temporaryDirectory(context), name);
  cpSync(checkpointFolder(name), directory, { recursive: true });
  return directory;
};
const edit = (directory: string, change: (config: Record<string, unknown>) => void) => {
  const file = join(directory, 'config.json');
  const config = JSON.parse(readFileSync(file, 'utf8'));
  change(config);
  writeFileSync(file, JSON.stringify(config));
};
async function editWeights(directory: string, change: (name: string) => string | undefined) {
  const file = join(directory, 'model.safetensors');
  const { tensors } = await readSafetensors(file);
  const changed = new Map();
  for (const [name, tensor] of tensors) {
    const renamed = change(name);
    if (renamed !== undefined) changed.set(renamed, tensor);
  }
  await writeSafetensors(file, changed, { format: 'pt' });
}
async function refuse(work: Promise<unknown>, message: RegExp, remedy = /./) {
  await assert.rejects(work, (error) => {
    assert.ok(error instanceof UserError, String(error));
    assert.match(error.message, message);
    assert.match(error.remedy ?? '', remedy);
    return true;
  });
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

test('a configuration of transformers 4 means the same', async (context) => {
  const directory = copyOf(context, 'llama');
  edit(directory, (config) => {
    const { rope_theta, ...scaling } = config.rope_parameters as Record<string, unknown>;
    Object.assign(config, { rope_theta, rope_scaling: scaling, torch_dtype: 'float32' });
    delete config.rope_parameters;
    delete config.head_dim;
    delete config.dtype;
  });
  const [old, now] = [await inspectCheckpoint(directory), await inspectCheckpoint(checkpointFolder('llama'))];
  assert.deepEqual({ ...old.config, headSize: 4 }, now.config);
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

test('a checkpoint without a head gets a fresh one as a student, and is refused as a teacher', async () => {
  const folder = checkpointFolder('bert-base');
  await refuse(loadModel(folder), /without a head for this task: it lacks "classifier\.weight"/);
  const task = { classes: 5, text: { goal: 'classification', vocabulary: 40, length: 8, padId: 1 } } as const;
  const load = (seed: number) => loadModel(folder, { task, generator: RandomGenerator.forUse(seed, 'head') });
  const model = await load(1);
  assert.equal(model.task.classes, 5);
  assert.deepEqual(model.parameters.get('classifier.weight')!.shape, [5, 16]);
  const head = (of: typeof model) => valuesOf(of.parameters.get('classifier.weight')!);
  assert.deepEqual(head(await load(1)), head(model));
  assert.notDeepEqual(head(await load(2)), head(model));
  const reference = readReference('bert-base');
  const { hiddenStates } = model.forward(referenceInput(reference), { training: false });
  const last = hiddenStates.at(-1)!;
  assertClose(
    atTokens(valuesOf(last), last.shape, reference.mask),
    atTokens(reference.hiddenStates.at(-1)!.data, last.shape, reference.mask),
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
  for (const name of ['gpt2', 'llama', 'qwen2']) {
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

test('weights over several files: written, read, and a missing one named', async (context) => {
  const directory = join(temporaryDirectory(context), 'student');
  const model = await loadModel(checkpointFolder('gpt2'));
  const { bytes } = await saveModel(model, directory, { maxShardBytes: 8000 });
  const shards = readdirSync(directory).filter((name) => /^model-0000\d-of-0000\d\.safetensors$/.test(name));
  assert.ok(shards.length > 2, shards.join());
  assert.equal(await checkpointBytes(directory), bytes);
  const again = await loadModel(directory);
  for (const [name, variable] of model.parameters)
    assert.deepEqual(valuesOf(again.parameters.get(name)!), valuesOf(variable), name);
  rmSync(join(directory, shards[1]!));
  await refuse(loadModel(directory), new RegExp(`lacks 1 of the ${shards.length} files .*${shards[1]}`));
});

test('an index that leads out of its folder, or lies, is refused', async (context) => {
  const directory = copyOf(context, 'llama');
  const file = join(directory, 'model.safetensors.index.json');
  const index = JSON.parse(readFileSync(file, 'utf8'));
  const write = (map: object) => writeFileSync(file, JSON.stringify({ ...index, weight_map: map }));
  for (const shard of [
    '../llama/model.safetensors',
    '/etc/passwd',
    'pytorch_model.bin',
    'a\\b.safetensors',
  ]) {
    write({ ...index.weight_map, 'model.norm.weight': shard });
    await refuse(loadModel(directory), /which is no safetensors file of this folder/);
  }
  write({ ...index.weight_map, 'model.norm.weight': index.weight_map['model.embed_tokens.weight'] });
  await refuse(loadModel(directory), /lacks the weight "model\.norm\.weight" that .*index\.json says/);
  writeFileSync(file, '{"weight_map": 3}');
  await refuse(loadModel(directory), /is no index of weights/);
});

test('a pickle is refused with the way out', async (context) => {
  const directory = copyOf(context, 'bert');
  rmSync(join(directory, 'model.safetensors'));
  writeFileSync(join(directory, 'pytorch_model.bin'), 'pickle');
  await refuse(
    loadModel(directory),
    /pytorch_model\.bin; only safetensors files are read/,
    /from_pretrained/,
  );
});

test('weights that do not belong to the configuration are refused', async (context) => {
  const directory = copyOf(context, 'bert');
  await editWeights(directory, (name) =>
    name === 'bert.encoder.layer.1.output.dense.bias' ? undefined : name,
  );
  await refuse(loadModel(directory), /lacks the weight "bert\.encoder\.layer\.1\.output\.dense\.bias"/);
  const other = copyOf(context, 'qwen2');
  edit(other, (config) => {
    config.num_hidden_layers = 1;
  });
  await refuse(loadModel(other), /does not have: "model\.layers\.1\./);
});

test('more class names than there are classes anywhere are refused before anything is made of them', (context) => {
  const directory = copyOf(context, 'bert');
  // As short as it can be: the file itself is not too long.
  const names = Array.from({ length: 1_000_001 }, (_, index) => `"${index}":""`).join(',');
  edit(directory, (config) => Object.assign(config, { id2label: 'NAMES' }));
  const file = join(directory, 'config.json');
  writeFileSync(file, readFileSync(file, 'utf8').replace('"NAMES"', `{${names}}`));
  return refuse(
    inspectCheckpoint(directory),
    /"id2label" is out of range: a classifier has at most 1,000,000/,
  );
});

test('a model of our own with more classes than there are anywhere is refused', async (context) => {
  const directory = copyOf(context, 'bert');
  const model = { architecture: 'mlp', hidden: [4] };
  const own = {
    architecture: 'distillery-mlp',
    task: { classes: 2 ** 53 - 1, image: [2, 2, 1] },
    config: model,
  };
  writeFileSync(join(directory, 'config.json'), JSON.stringify(own));
  await refuse(inspectCheckpoint(directory), /task\.classes: a classifier has at most 1,000,000 classes/);
});

const unsupported: [string, Record<string, unknown>, RegExp][] = [
  ['bert', { model_type: 't5' }, /type "t5", which is not known here/],
  ['bert', { model_type: 'toString' }, /which is not known here/],
  [
    'bert',
    { position_embedding_type: 'relative_key' },
    /position_embedding_type "relative_key" is not supported/,
  ],
  ['bert', { hidden_act: 'constructor' }, /activation "constructor" is not supported/],
  ['bert', { hidden_size: -4 }, /"hidden_size" is out of range: /],
  [
    'bert',
    { id2label: undefined, num_labels: 2 ** 53 - 1 },
    /"num_labels" is out of range: a classifier has at most 1,000,000 classes/,
  ],
  ['bert', { num_attention_heads: 3 }, /hiddenSize 16 cannot be divided among 3 heads/],
  ['bert', { vocab_size: undefined }, /config\.json lacks "vocab_size"/],
  ['gpt2', { scale_attn_by_inverse_layer_idx: true }, /scale_attn_by_inverse_layer_idx is not supported/],
  ['llama', { rope_parameters: { rope_type: 'yarn', factor: 2 } }, /rotary scaling "yarn" is not supported/],
  ['llama', { hidden_act: 'gelu' }, /activation "gelu" is not supported/],
  ['llama', { num_key_value_heads: 3 }, /4 heads cannot share 3 heads/],
  ['llama', { num_hidden_layers: 1e9 }, /out of bounds/],
  ['qwen2', { use_sliding_window: true }, /sliding window is not supported/],
  ['qwen2', { quantization_config: { bits: 4 } }, /quantized checkpoint/],
];
for (const [name, changes, message] of unsupported)
  test(`refused: ${name} with ${JSON.stringify(changes)}`, async (context) => {
    const directory = copyOf(context, name);
    edit(directory, (config) => Object.assign(config, changes));
    await refuse(loadModel(directory), message);
    await refuse(inspectCheckpoint(directory), message);
  });

import assert from 'node:assert/strict';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import {
  checkpointBytes,
  inspectCheckpoint,
  loadModel,
  saveModel,
} from '../../../src/models/checkpoint/checkpoint.ts';
import { temporaryDirectory } from '../../data/idx-files.ts';
import { usePlainBackend } from '../backend.ts';
import { checkpointFolder, valuesOf } from '../reference-checkpoint.ts';
import { copyOf, edit, editWeights, refuse } from '../stored-checkpoints.ts';

before(usePlainBackend);

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
  [
    'llama',
    { rope_parameters: { rope_type: 'longrope', factor: 2 } },
    /rotary scaling "longrope" \(rope_parameters\) is not supported/,
  ],
  ['llama', { hidden_act: 'gelu' }, /activation "gelu" is not supported/],
  ['llama', { num_key_value_heads: 3 }, /4 heads cannot share 3 heads/],
  ['llama', { num_hidden_layers: 1e9 }, /out of bounds/],
  ['llama', { use_sliding_window: true }, /sliding window in a model without one \(use_sliding_window\)/],
  [
    'qwen2',
    { use_sliding_window: true, sliding_window: 4, layer_types: undefined, max_window_layers: 1 },
    /sliding window in some layers and not in others \(max_window_layers\) is not supported/,
  ],
  [
    'qwen3',
    { layer_types: ['full_attention', 'sliding_attention'], use_sliding_window: true, sliding_window: 4 },
    /sliding window in some layers and not in others \(layer_types\) is not supported/,
  ],
  [
    'qwen3',
    { layer_types: ['sliding_attention', 'sliding_attention'] },
    /sliding window of no size \(layer_types, sliding_window\) is not supported/,
  ],
  [
    'qwen3',
    { layer_types: ['full_attention', 'linear_attention'] },
    /layer type "linear_attention" \(layer_types\) is not supported/,
  ],
  [
    'mistral',
    { layer_types: ['full_attention', 'full_attention'] },
    /"full_attention" beside a sliding window \(layer_types, sliding_window\) is not supported/,
  ],
  ['mistral', { hidden_act: 'gelu' }, /activation "gelu" is not supported/],
  ['qwen2', { quantization_config: { bits: 4 } }, /quantized checkpoint/],
];
for (const [name, changes, message] of unsupported)
  test(`refused: ${name} with ${JSON.stringify(changes)}`, async (context) => {
    const directory = copyOf(context, name);
    edit(directory, (config) => Object.assign(config, changes));
    await refuse(loadModel(directory), message);
    await refuse(inspectCheckpoint(directory), message);
  });

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { UserError } from '../../../src/base/user-error.ts';
import { tf } from '../../../src/device/tensorflow.ts';
import type { Gemma3Config } from '../../../src/experiment/architectures/gemma3.ts';
import { modelSchema } from '../../../src/experiment/schema/model-schema.ts';
import { constructionOf } from '../../../src/models/architectures/all.ts';
import { loadModel } from '../../../src/models/checkpoint/checkpoint.ts';
import { planModel } from '../../../src/models/create-model.ts';
import { readHuggingFaceConfig, writeHuggingFaceConfig } from '../../../src/models/huggingface/config.ts';
import { usePlainBackend } from '../backend.ts';
import { checkpointFolder, readReference, valuesOf } from '../reference-checkpoint.ts';
import { tasks } from '../samples.ts';

before(usePlainBackend);

const stored = JSON.parse(readFileSync(join(checkpointFolder('gemma3_text'), 'config.json'), 'utf8'));
const read = (raw: object) =>
  readHuggingFaceConfig({ ...stored, ...raw }, 'config.json').config as Gemma3Config;

test('the words of transformers 4 mean the same as those of 5', () => {
  const words = {
    rope_parameters: undefined,
    layer_types: undefined,
    rope_theta: 5000,
    rope_local_base_freq: 100,
    rope_scaling: { rope_type: 'linear', factor: 8 },
  };
  assert.deepEqual(read(words), read({}));
  assert.equal(read({}).globalEvery, 3);
  // Both are in what is written, and one of them is enough.
  const written = writeHuggingFaceConfig(read({}), tasks['language-model'])!;
  for (const lack of [{ rope_parameters: undefined }, { rope_theta: undefined, rope_scaling: undefined }])
    assert.deepEqual(read({ ...written, ...lack }).ropeScaling, { kind: 'linear', factor: 8 });
});

test('what a config.json leaves out is what transformers takes', () => {
  const { config, task } = readHuggingFaceConfig({ model_type: 'gemma3_text' }, 'config.json');
  const { layers, heads, keyValueHeads, headSize, slidingWindow, queryScalar, ...rest } =
    config as Gemma3Config;
  assert.deepEqual([layers, heads, keyValueHeads, headSize], [26, 8, 4, 256]);
  assert.deepEqual([slidingWindow, queryScalar, rest.globalEvery], [4096, 256, 6]);
  assert.deepEqual([rest.ropeTheta, rest.localRopeTheta, rest.tieEmbeddings], [1_000_000, 10_000, true]);
  assert.deepEqual([task.classes, task.text!.length, task.text!.padId], [262_208, 131_072, 0]);
});

const local = (rope: object) => ({
  rope_parameters: { ...stored.rope_parameters, sliding_attention: rope },
});
const refused: [object, RegExp][] = [
  [{ final_logit_softcapping: 30 }, /a bound on logits \(final_logit_softcapping\)/],
  [{ attn_logit_softcapping: 50 }, /a bound on logits \(attn_logit_softcapping\)/],
  [{ use_bidirectional_attention: true }, /use_bidirectional_attention/],
  [{ layer_types: ['full_attention', 'sliding_attention'] }, /names 2 layers, but "num_hidden_layers" is 4/],
  [{ layer_types: Array(4).fill('chunked_attention') }, /a layer of the type "chunked_attention"/],
  [{ sliding_window: null }, /a sliding window of no size/],
  [local({ rope_type: 'linear', factor: 2 }), /the rotary scaling "linear" in layers that see a window/],
  [{ rope_parameters: { rope_type: 'default' } }, /"rope_type" in the rotary settings of layers/],
  [{ hidden_activation: 'silu' }, /the activation "silu"/],
];
for (const [raw, message] of refused)
  test(`refused: ${JSON.stringify(raw)}`, () => {
    assert.throws(
      () => read(raw),
      (error) => error instanceof UserError && message.test(error.message),
    );
  });

test('layers that are kept see as far as they did, and a layer that is not there is refused', () => {
  const config = modelSchema.parse({ architecture: 'gemma3', layers: 6, globalEvery: 3 }) as Gemma3Config;
  const { withLayers, layerKind } = constructionOf(config);
  const kinds = (of: Gemma3Config) =>
    Array.from({ length: of.layers }, (_, index) => layerKind!(of, index + 1) === 'looks at the whole text');
  assert.deepEqual(kinds(config), [false, false, true, false, false, true]);
  const kept = withLayers!(config, [3, 4, 6]) as Gemma3Config;
  assert.deepEqual(kinds(kept), [true, false, true]);
  assert.deepEqual(kept.globalLayers, [1, 3]);
  const { layer_types: types, sliding_window_pattern: pattern } = writeHuggingFaceConfig(
    kept,
    tasks['language-model'],
  )!;
  assert.deepEqual(types, ['full_attention', 'sliding_attention', 'full_attention']);
  assert.equal(pattern, undefined);
  const beyond = { ...config, globalLayers: [7] };
  assert.throws(() => planModel(beyond, tasks['language-model']), /globalLayers names layer 7/);
});

test('each of its peculiarities changes what it answers', async () => {
  const model = await loadModel(checkpointFolder('gemma3_text'));
  const ids = tf.tensor2d(readReference('gemma3_text').ids.slice(0, 1), undefined, 'int32');
  const answer = (changes: Partial<Gemma3Config>) => {
    const config = { ...(model.config as Gemma3Config), ...changes };
    const weights = { parameter: (name: string) => model.parameters.get(name)!, buffer: () => assert.fail() };
    const { forward } = constructionOf(config).network(config, model.task, weights);
    return valuesOf(forward({ ids }, { training: false }).logits);
  };
  const usual = answer({});
  for (const changes of [
    { globalEvery: 2 },
    { slidingWindow: 2 },
    { localRopeTheta: 5000 },
    { ropeTheta: 100 },
    { ropeScaling: undefined },
    { queryScalar: 6 },
    { activation: 'gelu' },
  ] as const)
    assert.notDeepEqual(answer(changes), usual, JSON.stringify(changes));
  model.dispose();
});

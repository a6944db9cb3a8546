import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { UserError } from '../../../src/base/user-error.ts';
import { pruneUnits } from '../../../src/compression/structured/prune-units.ts';
import type { TaskShape } from '../../../src/data/dataset.ts';
import { RandomGenerator } from '../../../src/device/random-generator.ts';
import { tf } from '../../../src/device/tensorflow.ts';
import type { LlamaConfig } from '../../../src/experiment/architectures/llama.ts';
import { modelSchema } from '../../../src/experiment/schema/model-schema.ts';
import { buildModel } from '../../../src/models/build-model.ts';
import { planModel } from '../../../src/models/create-model.ts';
import { readHuggingFaceConfig, writeHuggingFaceConfig } from '../../../src/models/huggingface/config.ts';
import { usePlainBackend } from '../backend.ts';
import { valuesOf } from '../reference-checkpoint.ts';

before(usePlainBackend);

const task: TaskShape = {
  classes: 30,
  text: { goal: 'language-model', vocabulary: 30, length: 6, padId: 0 },
};
const parse = (written: object) =>
  modelSchema.parse({
    architecture: 'llama',
    hiddenSize: 16,
    layers: 2,
    heads: 4,
    ...written,
  }) as LlamaConfig;
const build = (written: object) => buildModel(parse(written), task, RandomGenerator.forUse(0, 'student'));

const refused: [object, RegExp][] = [
  [{ layout: 'qwen2', feedForwardBias: true }, /Qwen2ForCausalLM has no biases in its feed-forward part/],
  [{ layout: 'qwen3', feedForwardBias: true }, /Qwen3ForCausalLM has no biases in its feed-forward part/],
  [{ layout: 'mistral', attentionBias: true }, /MistralForCausalLM has no biases in attention/],
  [{ layout: 'qwen2', attentionBias: false }, /Qwen2ForCausalLM always has biases in attention/],
  [{ slidingWindow: 4 }, /LlamaForCausalLM sees through no sliding window/],
  [
    { layout: 'mistral', headSize: 2, ropeScaling: { kind: 'dynamic', factor: 2 } },
    /no dynamic wavelengths of heads of size 2/,
  ],
];
for (const [written, message] of refused)
  test(`refused before anything is built: ${JSON.stringify(written)}`, () => {
    assert.throws(
      () => planModel(parse(written), task),
      (error) => error instanceof UserError && message.test(error.message) && !!error.remedy,
    );
  });

test('a window as long as the texts changes nothing, a shorter one does', () => {
  const ids = tf.tensor2d([[3, 9, 27, 1, 14, 6]], undefined, 'int32');
  const logits = (slidingWindow?: number) =>
    valuesOf(build({ layout: 'mistral', slidingWindow }).forward({ ids }, { training: false }).logits);
  assert.deepEqual(logits(6), logits());
  assert.deepEqual(logits(4000), logits());
  const [short, whole] = [logits(2), logits()];
  assert.deepEqual(short.slice(0, 2 * 30), whole.slice(0, 2 * 30));
  assert.notDeepEqual(short.slice(2 * 30, 3 * 30), whole.slice(2 * 30, 3 * 30));
});

const sizes = {
  vocab_size: 30,
  hidden_size: 256,
  num_hidden_layers: 2,
  num_attention_heads: 64,
  intermediate_size: 8,
};
const read = (raw: object) =>
  readHuggingFaceConfig({ ...sizes, ...raw }, 'config.json').config as LlamaConfig;

test('keys that a config.json lacks are those transformers takes', () => {
  const told = (type: string) => {
    const { headSize, keyValueHeads, positions, slidingWindow } = read({ model_type: type });
    return [headSize, keyValueHeads, positions, slidingWindow];
  };
  assert.deepEqual(told('llama'), [undefined, undefined, 2048, undefined]);
  assert.deepEqual(told('mistral'), [undefined, 8, 131_072, 4096]);
  assert.deepEqual(told('qwen2'), [undefined, 32, 32_768, undefined]);
  assert.deepEqual(told('qwen3'), [128, 32, 32_768, undefined]);
  assert.equal(
    read({ model_type: 'qwen3', use_sliding_window: true, max_window_layers: 0 }).slidingWindow,
    4096,
  );
  assert.equal(read({ model_type: 'mistral', sliding_window: null }).slidingWindow, undefined);
});

test('a window is there for all layers or for none, whichever keys say so', () => {
  const window = (raw: object) =>
    read({ model_type: 'qwen2', use_sliding_window: true, sliding_window: 7, ...raw }).slidingWindow;
  assert.equal(window({ max_window_layers: 0 }), 7);
  assert.equal(window({ max_window_layers: 2 }), undefined);
  assert.equal(window({ layer_types: ['sliding_attention', 'sliding_attention'] }), 7);
  assert.equal(
    window({ layer_types: ['full_attention', 'full_attention'], max_window_layers: 0 }),
    undefined,
  );
  assert.equal(window({ use_sliding_window: false, max_window_layers: 0 }), undefined);
});

test('what a checkpoint of more layers said of each of them is not kept', () => {
  const origin = { model_type: 'qwen3', layer_types: Array(3).fill('full_attention'), max_window_layers: 3 };
  const written = writeHuggingFaceConfig(parse({ layout: 'qwen3', slidingWindow: 4 }), task, { origin })!;
  assert.deepEqual(written.layer_types, ['sliding_attention', 'sliding_attention']);
  assert.equal(written.max_window_layers, 0);
});

test('heads whose queries and keys are normalized are kept by their values', async () => {
  for (const [layout, kept] of [
    ['qwen3', 1],
    ['mistral', 0],
  ] as const) {
    const model = build({ layout, keyValueHeads: 2 });
    const scale = (part: string, group: number, factor: number) => {
      const weight = model.parameters.get(`model.layers.0.self_attn.${part}.weight`)!;
      const rows = weight.shape[0]!;
      const factors = Array.from({ length: rows }, (_, row) =>
        Math.floor((2 * row) / rows) === group ? factor : 1,
      );
      weight.assign(tf.mul(weight, tf.tensor2d(factors, [rows, 1])));
    };
    // Long queries and keys of the first group, long values of the second.
    scale('q_proj', 0, 50);
    scale('k_proj', 0, 50);
    scale('v_proj', 1, 3);
    const name = 'model.layers.0.self_attn.v_proj.weight';
    const values = valuesOf(model.parameters.get(name)!);
    const pruned = await pruneUnits(model, { sparsity: 0.5, norm: 'l2' });
    const half = values.length / 2;
    assert.deepEqual(
      valuesOf(pruned.parameters.get(name)!),
      values.slice(kept * half, (kept + 1) * half),
      layout,
    );
  }
});

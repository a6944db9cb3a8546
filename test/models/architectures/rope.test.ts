import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { UserError } from '../../../src/base/user-error.ts';
import { tf } from '../../../src/device/tensorflow.ts';
import type { LlamaConfig } from '../../../src/experiment/architectures/llama.ts';
import { planModel } from '../../../src/models/create-model.ts';
import { readHuggingFaceConfig, writeHuggingFaceConfig } from '../../../src/models/huggingface/config.ts';
import { frequencies, rotary } from '../../../src/models/layers/rotary.ts';
import { assertClose, usePlainBackend } from '../backend.ts';
import { valuesOf } from '../reference-checkpoint.ts';

before(usePlainBackend);

interface Golden {
  readonly config: Readonly<Record<string, unknown>>;
  readonly frequencies: readonly number[];
  readonly factor: number;
}

/** What transformers makes of rotary settings, written by test/reference/rope.py. */
const golden: Record<string, Golden> = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../reference/rope.golden.json'), 'utf8'),
);

const size = 32;
const read = (raw: object) => readHuggingFaceConfig({ ...raw }, 'config.json');
const ropeOf = (raw: object) => {
  const { ropeTheta, ropeScaling } = read(raw).config as LlamaConfig;
  return { ropeTheta, ropeScaling };
};
const base = golden.yarn!.config;
const yarn = base.rope_scaling as Record<string, unknown>;

for (const [name, { config, frequencies: expected, factor }] of Object.entries(golden)) {
  test(`rotary waves are those of transformers: ${name}`, () => {
    const { ropeTheta, ropeScaling } = ropeOf(config);
    frequencies(size, ropeTheta, ropeScaling).forEach((frequency, pair) => {
      assert.ok(Math.abs(frequency / expected[pair]! - 1) < 1e-6, `${frequency}, not ${expected[pair]}`);
    });
    // Of a vector of ones every pair becomes cos − sin, and cos + sin.
    const rotated = valuesOf(rotary(2, size, ropeTheta, ropeScaling)(tf.ones([1, 1, 2, size])));
    const half = size / 2;
    const turned = (sign: number) =>
      expected.map((angle) => factor * (Math.cos(angle) + sign * Math.sin(angle)));
    assertClose(rotated, [...Array(size).fill(factor), ...turned(-1), ...turned(1)], 1e-5, 'rotated');
    assert.equal(expected.length, half);
  });

  test(`rotary settings are written as they were read: ${name}`, () => {
    const { config: model, task } = read(config);
    const written = writeHuggingFaceConfig(model, task)!;
    assert.deepEqual(ropeOf(written), ropeOf(config));
    // Each version of transformers reads one of them.
    const { rope_scaling, rope_parameters, rope_theta } = written;
    assert.deepEqual(ropeOf({ ...config, rope_theta, rope_scaling }), ropeOf(config));
    const alone = { ...config, rope_theta: undefined, rope_scaling: undefined, rope_parameters };
    assert.deepEqual(ropeOf(alone), ropeOf(config));
  });
}

test('where both names of rotary settings stand, the old one counts, as in transformers', () => {
  const rope_parameters = { rope_type: 'default', rope_theta: 123 };
  assert.deepEqual(ropeOf({ ...base, rope_parameters }), ropeOf(base));
  assert.equal(ropeOf({ ...base, rope_scaling: undefined, rope_parameters }).ropeTheta, 123);
});

const refused: [string, object, RegExp][] = [
  ['a kind that is not built', { rope_type: 'longrope', factor: 2 }, /scaling "longrope" \(rope_scaling\)/],
  ['no factor', { ...yarn, factor: undefined }, /lacks "rope_scaling\.factor"/],
  ['a factor that squeezes', { ...yarn, factor: 0.5 }, /"rope_scaling\.factor" is out of range/],
  ['no turns', { ...yarn, beta_fast: 0 }, /"rope_scaling\.beta_fast" is out of range/],
  ['a part of each head', { ...yarn, partial_rotary_factor: 0.5 }, /partial_rotary_factor 0\.5/],
  ['settings by type of layer', { full_attention: yarn }, /for each type of layer \(rope_scaling\)/],
];
for (const [what, rope_scaling, message] of refused)
  test(`refused: rotary settings with ${what}`, () => {
    assert.throws(
      () => read({ ...base, rope_scaling }),
      (error) =>
        error instanceof UserError && message.test(error.message) && error.message.includes('config.json'),
    );
  });

test('refused: original positions of which transformers 4 and 5 take different ones', () => {
  const with_ = (original_max_position_embeddings: number) => () =>
    read({ ...base, original_max_position_embeddings });
  assert.throws(with_(512), /"original_max_position_embeddings" beside another one in "rope_scaling"/);
  assert.doesNotThrow(with_(1024));
});

test('texts longer than all positions, at which dynamic waves would change, are refused', () => {
  const { config } = read(golden.dynamic!.config);
  const plan = (length: number) => () =>
    planModel(config, {
      classes: 8,
      text: { goal: 'language-model', vocabulary: 8, length, padId: 0 },
    });
  assert.throws(plan(4097), /4096 positions, but samples have up to 4097 tokens/);
  assert.doesNotThrow(plan(4096));
});

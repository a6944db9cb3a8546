import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import type { TaskShape } from '../../../src/data/dataset.ts';
import { RandomGenerator } from '../../../src/device/random-generator.ts';
import type { ModernBertConfig } from '../../../src/experiment/architectures/modernbert.ts';
import { loadModel } from '../../../src/models/checkpoint/checkpoint.ts';
import { modelFromLayers, withFewerLayers } from '../../../src/models/from-layers.ts';
import { writeHuggingFaceConfig } from '../../../src/models/huggingface/config.ts';
import { modelOf } from '../../strategies/support.ts';
import { usePlainBackend } from '../backend.ts';
import { valuesOf } from '../reference-checkpoint.ts';
import { copyOf, edit, editWeights, refuse } from '../stored-checkpoints.ts';

/** Which configurations of ModernBERT are read, and which layers of a teacher a student begins with. */

const text = { goal: 'classification', vocabulary: 40, length: 24, padId: 0 } as const;
const task: TaskShape = { classes: 3, text };
const small = { architecture: 'modernbert', hiddenSize: 8, heads: 2, localAttention: 4 };

before(usePlainBackend);

/** What is read of the checkpoint with other keys in its configuration; undefined takes one away. */
function changed(context: Parameters<typeof copyOf>[0], changes: object) {
  const folder = copyOf(context, 'modernbert');
  edit(folder, (config) => Object.assign(config, changes));
  return loadModel(folder);
}

const older = { layer_types: undefined, rope_parameters: undefined };
const reads: [string, object, Partial<ModernBertConfig>][] = [
  ['version 4 of transformers says nothing of layers', older, { globalEvery: 3, localRopeTheta: 10_000 }],
  [
    'version 4 says it in numbers',
    { ...older, global_attn_every_n_layers: 2, global_rope_theta: 700, local_rope_theta: 30 },
    { globalEvery: 2, globalRopeTheta: 700, localRopeTheta: 30 },
  ],
  [
    'version 4 has one base for all',
    { ...older, global_rope_theta: 700, local_rope_theta: null },
    { globalRopeTheta: 700, localRopeTheta: 700 },
  ],
  [
    'version 5 says it for each kind of layer',
    {
      rope_parameters: {
        full_attention: { rope_type: 'default', rope_theta: 700 },
        sliding_attention: { rope_type: 'default' },
      },
    },
    { globalEvery: 3, globalRopeTheta: 700, localRopeTheta: 10_000 },
  ],
  [
    'layers follow no regular pattern',
    { layer_types: ['sliding_attention', 'full_attention', 'full_attention', 'sliding_attention'] },
    { globalEvery: 3, globalLayers: [2, 3] },
  ],
];
for (const [what, changes, expected] of reads)
  test(`read: ${what}`, async (context) => {
    const { config } = await changed(context, changes);
    const { layers, globalLayers, ...found } = config as ModernBertConfig;
    assert.equal(layers, 4);
    assert.deepEqual(globalLayers, expected.globalLayers);
    assert.deepEqual({ ...found, ...expected }, { ...found, ...(globalLayers && { globalLayers }) });
  });

const rope = (kind: object) => ({ rope_parameters: { full_attention: kind } });
for (const [changes, message] of [
  [{ hidden_activation: 'silu', classifier_activation: 'silu' }, /activation "silu" is not supported/],
  [
    { classifier_activation: 'relu' },
    /classifier_activation "relu" beside hidden_activation "gelu" is not supported/,
  ],
  [{ classifier_pooling: 'max' }, /classifier_pooling "max" is not supported/],
  [{ model_type: 'modernbert-decoder' }, /a model of type "modernbert-decoder", which is not known here/],
  [rope({ rope_type: 'yarn', rope_theta: 1e4 }), /the rotary scaling "yarn" is not supported/],
  [{ rope_scaling: { type: 'linear', factor: 2 } }, /the rotary scaling "linear" is not supported/],
  [{ layer_types: ['full_attention'] }, /"layer_types" names 1 layers, but "num_hidden_layers" is 4/],
  [
    { layer_types: Array(4).fill('chunked_attention') },
    /a layer of the type "chunked_attention" is not supported/,
  ],
  [{ num_attention_heads: 3 }, /hiddenSize 16 cannot be divided among 3 heads/],
  [{ num_attention_heads: 16 }, /Heads of size 1 cannot be rotated/],
  [{ local_attention: 0 }, /"local_attention" is out of range/],
] as const)
  test(`refused: a checkpoint with ${JSON.stringify(changes)}`, async (context) => {
    await assert.rejects(changed(context, changes), { name: 'UserError', message });
  });

test('a model trained to fill in tokens gets a head as a student, with the hidden layer that it had', async (context) => {
  const folder = copyOf(context, 'modernbert');
  const whole = await loadModel(folder);
  await editWeights(folder, (name) => name.replace(/^classifier\./, 'decoder.'));
  await refuse(loadModel(folder), /without a head for this task: it lacks "classifier\.weight"/);
  const asked = { ...task, classes: 5 };
  const model = await loadModel(folder, { task: asked, generator: RandomGenerator.forUse(1, 'head') });
  for (const [name, variable] of model.parameters)
    if (name.startsWith('classifier.')) assert.equal(variable.shape[0], 5);
    else assert.deepEqual(valuesOf(variable), valuesOf(whole.parameters.get(name)!), name);
});

test('layers are written as a regular pattern too wherever there is one, for versions that know no other', () => {
  const written = (globalLayers: number[]) => {
    const { config } = modelOf({ ...small, layers: 4, globalLayers }, 1, task);
    return writeHuggingFaceConfig(config, task)!;
  };
  assert.equal(written([1, 4]).global_attn_every_n_layers, 3);
  assert.equal(written([1, 3]).global_attn_every_n_layers, 2);
  assert.equal(written([2, 4]).global_attn_every_n_layers, null);
  const [near, whole] = ['sliding_attention', 'full_attention'];
  assert.deepEqual(written([2, 4]).layer_types, [near, whole, near, whole]);
});

test('layers that are not there are not named', () => {
  assert.throws(() => modelOf({ ...small, layers: 2, globalLayers: [1, 3] }, 1, task), {
    name: 'UserError',
    message: /globalLayers names layer 3, but the model's layers are 1 to 2/,
  });
});

const generator = RandomGenerator.forUse(1, 'weights');
const wholeLayers = ({ globalEvery, globalLayers }: ModernBertConfig) => globalLayers ?? globalEvery;

test('a student of layers of its teacher has each look as far as it did', async () => {
  const teacher = modelOf({ ...small, layers: 7 }, 1, task);
  for (const [layers, whole] of [
    [[1, 2, 3], 3],
    [[1, 4, 7], 1],
    [[1, 3, 4, 6, 7], 2],
    [[2, 4], [2]],
    [[2, 3], []],
  ] as const) {
    const config = withFewerLayers(teacher.config, layers) as ModernBertConfig;
    assert.deepEqual(wholeLayers(config), whole, layers.join());
    const student = await modelFromLayers(config, task, teacher, layers, generator);
    for (const [name, variable] of student.parameters) {
      const origin = name.replace(/\.layers\.(\d)\./, (_, index) => `.layers.${layers[index]! - 1}.`);
      assert.deepEqual(valuesOf(variable), valuesOf(teacher.parameters.get(origin)!), name);
    }
  }
});

test('a student whose layers would look elsewhere than those they begin with is refused', async () => {
  const teacher = modelOf({ ...small, layers: 7 }, 1, task);
  const described = { ...teacher.config, layers: 2 } as ModernBertConfig;
  await assert.rejects(modelFromLayers(described, task, teacher, [1, 4], generator), {
    name: 'UserError',
    message:
      /layer 2 cannot begin with layer 4 of the teacher: it looks at what is near, the teacher's looks at the whole/,
    remedy: /Leave out the "model" of the student/,
  });
});

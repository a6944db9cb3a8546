import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import type { TaskShape } from '../../src/data/dataset.ts';
import { RandomGenerator } from '../../src/device/random-generator.ts';
import { tf } from '../../src/device/tensorflow.ts';
import { modelSchema } from '../../src/experiment/schema/model-schema.ts';
import type { ModelConfig } from '../../src/experiment/schema/schema.ts';
import { buildModel } from '../../src/models/build-model.ts';
import { loadModel } from '../../src/models/checkpoint/checkpoint.ts';
import { modelFromLayers, withFewerLayers } from '../../src/models/from-layers.ts';
import type { Model } from '../../src/models/model.ts';
import { usePlainBackend } from './backend.ts';
import { checkpointFolder, valuesOf } from './reference-checkpoint.ts';
import { samples } from './samples.ts';

before(usePlainBackend);

const text = { vocabulary: 30, length: 6, padId: 0 };
const classify: TaskShape = { classes: 3, text: { goal: 'classification', ...text } };
const next: TaskShape = { classes: 30, text: { goal: 'language-model', ...text } };
const small = { hiddenSize: 8, heads: 2 };
const parse = (written: object) => modelSchema.parse(written);
const generator = (seed = 0) => RandomGenerator.forUse(seed, 'student');
const build = (written: object, task: TaskShape) => buildModel(parse(written), task, generator(9));
const weight = (model: Model, name: string) =>
  valuesOf(model.parameters.get(name) ?? model.buffers.get(name)!);

test('a student of the chosen layers has them, with embeddings and head', async () => {
  const teacher = build({ architecture: 'bert', ...small, layers: 4 }, classify);
  const config = withFewerLayers(teacher.config, [1, 4]);
  const student = await modelFromLayers(config, classify, teacher, [1, 4], generator());
  assert.equal(student.layerCount, 2);
  for (const [from, to] of [
    [0, 0],
    [3, 1],
  ])
    for (const part of ['attention.self.query.weight', 'output.LayerNorm.bias', 'intermediate.dense.weight'])
      assert.deepEqual(
        weight(student, `bert.encoder.layer.${to}.${part}`),
        weight(teacher, `bert.encoder.layer.${from}.${part}`),
      );
  for (const name of [
    'bert.embeddings.word_embeddings.weight',
    'bert.pooler.dense.weight',
    'classifier.weight',
  ])
    assert.deepEqual(weight(student, name), weight(teacher, name));
});

test('the student has weights of its own: training it leaves the teacher as it is', async () => {
  const teacher = build({ architecture: 'gpt2', ...small, layers: 2 }, next);
  const before = weight(teacher, 'transformer.h.0.mlp.c_fc.weight');
  const student = await modelFromLayers(teacher.config, next, teacher, [1, 2], generator());
  const variable = student.parameters.get('transformer.h.0.mlp.c_fc.weight')!;
  variable.assign(tf.zeros(variable.shape));
  assert.deepEqual(weight(teacher, 'transformer.h.0.mlp.c_fc.weight'), before);
});

test('all layers in order make the teacher itself', async () => {
  for (const [name, { config, task }] of samples) {
    const teacher = buildModel(config, task, generator(9));
    for (const buffer of teacher.buffers.values()) buffer.assign(tf.randomUniform(buffer.shape, 0.5, 2));
    const order = Array.from({ length: teacher.layerCount }, (_, index) => index + 1);
    const student = await modelFromLayers(teacher.config, task, teacher, order, generator());
    const input = task.image
      ? { pixels: tf.randomNormal([2, ...task.image]) }
      : { ids: tf.tensor2d([[1, 2, 3]], undefined, 'int32') };
    const logits = (model: Model) => valuesOf(model.forward(input, { training: false }).logits);
    assert.deepEqual(logits(student), logits(teacher), name);
  }
});

test('a DistilBERT begins with layers of a BERT, under its own names, and with a head of its own', async () => {
  const teacher = await loadModel(checkpointFolder('bert'));
  const written = {
    architecture: 'bert',
    layout: 'distilbert',
    hiddenSize: 16,
    heads: 4,
    intermediateSize: 24,
  };
  const config = parse({ ...written, layers: 1, positions: 12 });
  const student = await modelFromLayers(config, teacher.task, teacher, [2], generator());
  const pairs = {
    'distilbert.transformer.layer.0.attention.q_lin.weight':
      'bert.encoder.layer.1.attention.self.query.weight',
    'distilbert.transformer.layer.0.sa_layer_norm.bias':
      'bert.encoder.layer.1.attention.output.LayerNorm.bias',
    'distilbert.transformer.layer.0.ffn.lin2.weight': 'bert.encoder.layer.1.output.dense.weight',
    'distilbert.transformer.layer.0.output_layer_norm.weight': 'bert.encoder.layer.1.output.LayerNorm.weight',
    'distilbert.embeddings.LayerNorm.weight': 'bert.embeddings.LayerNorm.weight',
  };
  for (const [own, other] of Object.entries(pairs))
    assert.deepEqual(weight(student, own), weight(teacher, other));
  assert.notDeepEqual(weight(student, 'classifier.weight'), weight(teacher, 'classifier.weight'));
});

test('a head for other classes is drawn, the same for the same seed', async () => {
  const teacher = build({ architecture: 'bert', ...small, layers: 2 }, classify);
  const task = { ...classify, classes: 5 };
  const head = async (seed: number) =>
    weight(
      await modelFromLayers(teacher.config, task, teacher, [1, 2], generator(seed)),
      'classifier.weight',
    );
  assert.equal((await head(0)).length, 40);
  assert.deepEqual(await head(0), await head(0));
  assert.notDeepEqual(await head(0), await head(1));
});

const bert = { architecture: 'bert', ...small, layers: 2 };

test('a head is the same whether its form is written or left out', async () => {
  const teacher = build(bert, classify);
  const student = await modelFromLayers(
    parse({ ...bert, head: 'hidden' }),
    classify,
    teacher,
    [1, 2],
    generator(),
  );
  assert.deepEqual(weight(student, 'classifier.weight'), weight(teacher, 'classifier.weight'));
});
const wrong: [string, object, object, number[], RegExp][] = [
  ['a layer past the last', bert, bert, [1, 3], /names layer 3, but the teacher's layers are 1 to 2/],
  ['layer 0', bert, bert, [0, 1], /names layer 0/],
  ['fewer layers than the student has', bert, bert, [1], /names 1 layers, but the student has 2/],
  ['another width', bert, { ...bert, hiddenSize: 12 }, [1, 2], /its ".*" is 30 × 12, the teacher's 30 × 8/],
  [
    'another inner width',
    bert,
    { ...bert, intermediateSize: 9 },
    [2, 2],
    /begin with layer 2 of the teacher/,
  ],
  [
    'another layout',
    bert,
    { ...bert, layout: 'roberta' },
    [1, 2],
    /architecture bert \(roberta\) cannot begin with layers of a teacher of architecture bert \(bert\)/,
  ],
];
for (const [what, from, to, layers, message] of wrong)
  test(`a student cannot begin with ${what}`, async () => {
    const teacher = build(from, classify);
    await assert.rejects(modelFromLayers(parse(to), classify, teacher, layers, generator()), {
      name: 'UserError',
      message,
      remedy: /./,
    });
  });

test('fewer layers of a model whose layers differ must be described', () => {
  const config = parse({ architecture: 'mlp', hidden: [4, 5] }) as ModelConfig;
  assert.throws(() => withFewerLayers(config, [1]), {
    name: 'UserError',
    remedy: /"model" beside "teacherLayers"/,
  });
});

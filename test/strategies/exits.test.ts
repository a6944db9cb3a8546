import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { tf } from '../../src/device/tensorflow.ts';
import { modelSchema } from '../../src/experiment/schema/model-schema.ts';
import { loadModel, saveModel } from '../../src/models/checkpoint/checkpoint.ts';
import { planModel } from '../../src/models/create-model.ts';
import { parameterCount } from '../../src/models/model.ts';
import { truncatedConfig } from '../../src/models/truncate.ts';
import { createStrategy } from '../../src/strategies/create-strategy.ts';
import { usePlainBackend, values } from '../models/backend.ts';
import { contextFor, modelOf, partsFor, strategyConfig, task, uniform } from './support.ts';

before(usePlainBackend);

const digits = { classes: 10, image: [28, 28, 1] as const };
const cut = (written: object, layers: number) =>
  truncatedConfig(modelSchema.parse(written), layers, digits) as {
    bottleneck?: number[];
    channels?: number[];
  };

test('exits of a cnn have the channels of its last maps, on a grid of 4 × 4 at most', () => {
  const cnn = { architecture: 'cnn', channels: [4, 8] };
  // 14 × 14 maps, 7 × 7 as the second stage makes them, and 4 × 4.
  assert.deepEqual(cut(cnn, 1).bottleneck, [8, 8]);
  assert.deepEqual(cut({ ...cnn, dense: 32 }, 2).bottleneck, [8]);
  assert.deepEqual(cut({ ...cnn, pooling: 'average' }, 1).bottleneck, [8]);
  assert.deepEqual(cut({ architecture: 'cnn', channels: [4, 8, 16] }, 2).bottleneck, [16]);
  assert.deepEqual(cut({ ...cnn, bottleneck: [6] }, 1).bottleneck, [8, 6], 'that of the student comes last');
  const exit = truncatedConfig(modelSchema.parse(cnn), 1, digits);
  const whole = planModel(modelSchema.parse(cnn), digits).parameterCount;
  assert.ok(planModel(exit, digits).parameterCount < 0.4 * whole);
});

test('exits of a resnet halve the maps as often as the groups that follow', () => {
  const resnet = { architecture: 'resnet', depth: 20 };
  assert.deepEqual(cut(resnet, 3).bottleneck, [32, 64]);
  assert.deepEqual(cut(resnet, 4).bottleneck, [64]);
  assert.deepEqual(cut(resnet, 8).bottleneck, []);
  assert.deepEqual(cut({ ...resnet, blocks: 5 }, 2).bottleneck, [32]);
});

for (const config of [
  { architecture: 'cnn', channels: [3, 5, 4], normalization: 'batch' },
  { architecture: 'cnn', channels: [3, 5], dense: 7, normalization: 'layer' },
  { architecture: 'resnet', depth: 8, width: 0.25 },
  { architecture: 'resnet-imagenet', blocks: [2, 1], channels: [4, 6], stemChannels: 4 },
  { architecture: 'mobilenetv2', width: 0.0625, channelDivisor: 1, fewestChannels: 1, dropout: 0 },
])
  test(`exits learn, are saved and load as smaller models: ${JSON.stringify(config)}`, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'distillery-exits-'));
    after(() => rm(folder, { recursive: true, force: true }));
    const student = modelOf(config);
    const attached = createStrategy(strategyConfig({ kind: 'self', exits: 3 })).attach(partsFor(student));
    const batched = config.normalization !== 'layer';
    assert.equal(attached.buffers.size > 0, batched);
    const means = [...attached.buffers].filter(([name]) => name.endsWith('running_mean'));
    const pixels = uniform([4, 8, 8, 1], 3);
    const forward = student.forward({ pixels }, { training: true });
    const terms = attached.loss(contextFor(forward.logits, [0, 1, 2, 0], { student: forward }));
    for (const [name, mean] of means)
      assert.ok(
        values(mean).some((value) => value !== 0),
        name,
      );
    const exits = attached.candidates!();
    assert.equal(Object.keys(terms).length, 1 + 2 * exits.length);
    for (const { name, model } of exits) {
      assert.ok(parameterCount(model) < parameterCount(student), name);
      assert.ok(model.layerCount < student.layerCount);
      await saveModel(model, join(folder, name));
      const loaded = await loadModel(join(folder, name));
      assert.deepEqual(loaded.task, task);
      const logits = (of: typeof model) => values(of.forward({ pixels }, { training: false }).logits);
      assert.deepEqual(logits(loaded), logits(model), name);
      assert.ok(values(terms[`${name}.labels`]!.value)[0]! > 0);
    }
  });

const texts = {
  classes: 2,
  text: { goal: 'classification', vocabulary: 9, length: 5, padId: 0 },
} as const;
const encoder = { architecture: 'bert', hiddenSize: 8, layers: 3, heads: 2, dropout: 0, attentionDropout: 0 };

for (const [config, asked] of [
  [{ architecture: 'mlp', hidden: [6, 5, 4] }, task],
  [{ architecture: 'cnn', channels: [3, 5], normalization: 'layer' }, task],
  ...(['bert', 'distilbert', 'roberta'] as const).map((layout) => [{ ...encoder, layout }, texts] as const),
] as const)
  test(`an exit answers as a model of its own what it answered in training: ${JSON.stringify(config)}`, () => {
    const student = modelOf(config, 1, asked);
    const attached = createStrategy(strategyConfig({ kind: 'self', exits: 3 })).attach(partsFor(student));
    const input =
      asked === texts
        ? { ids: tf.tensor2d([1, 2, 3, 0, 0, 4, 5, 6, 7, 8, 8, 7, 1, 1, 0], [3, 5], 'int32') }
        : { pixels: uniform([3, 8, 8, 1], 3) };
    const forward = student.forward(input, { training: false });
    const labels = [0, 1, 1];
    const context = contextFor(forward.logits, labels, { student: forward });
    const terms = attached.loss({ ...context, batch: { ...context.batch, input } });
    for (const { name, model } of attached.candidates!()) {
      const { logits } = model.forward(input, { training: false });
      const alone = tf.losses.softmaxCrossEntropy(tf.oneHot(labels, asked.classes), logits);
      const [own, trained] = [values(alone)[0]!, values(terms[`${name}.labels`]!.value)[0]!];
      assert.ok(Math.abs(own - trained) < 1e-6, `${name}: ${own} alone, ${trained} in training`);
    }
  });

test('an exit can be self-distilled in turn', () => {
  const student = modelOf({ architecture: 'cnn', channels: [3, 5], bottleneck: [4], normalization: 'batch' });
  const attached = createStrategy(strategyConfig({ kind: 'self', exits: 2 })).attach(partsFor(student));
  const [exit] = attached.candidates!();
  assert.deepEqual((exit!.model.config as { bottleneck: number[] }).bottleneck, [5, 4]);
  const own = exit!.model.parameters.get('bottleneck.0.pointwise.weight');
  assert.notEqual(own, student.parameters.get('bottleneck.0.pointwise.weight'));
  assert.equal(
    exit!.model.parameters.get('stages.0.conv.weight'),
    student.parameters.get('stages.0.conv.weight'),
  );
});

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { checkExperiment } from '../../../src/checks/check.ts';
import { RandomGenerator } from '../../../src/device/random-generator.ts';
import { tf } from '../../../src/device/tensorflow.ts';
import { loraSchema } from '../../../src/experiment/schema/lora-schema.ts';
import { loadModel, saveModel } from '../../../src/models/checkpoint/checkpoint.ts';
import { planModel } from '../../../src/models/create-model.ts';
import { trainedParameters } from '../../../src/models/frozen.ts';
import { adaptedCount, withAdapter } from '../../../src/models/lora/adapter.ts';
import { LoraProblem, targetedLayers } from '../../../src/models/lora/targets.ts';
import type { Model } from '../../../src/models/model.ts';
import { temporaryDirectory } from '../../data/idx-files.ts';
import { assertClose, seededMasks, usePlainBackend } from '../backend.ts';
import { checkpointFolder, readReference, referenceInput, valuesOf } from '../reference-checkpoint.ts';
import { adaptedModel } from './samples.ts';

before(usePlainBackend);

const { ids, mask } = referenceInput(readReference('llama'));
const logits = (model: Model) => valuesOf(model.forward({ ids, mask }, { training: false }).logits);

test('a model with an adapter begins as it was, trains the adapter alone, and is saved merged', async (context) => {
  for (const [name, targets] of [
    ['gpt2', ['c_attn', 'c_fc']],
    ['qwen3', ['*']],
  ] as const) {
    const plain = await loadModel(checkpointFolder(name));
    const model = await adaptedModel(name, { targets, rank: 2, dropout: 0.5 });
    const { adapter } = model;
    const trained = [...trainedParameters(model).keys()];
    assert.deepEqual(trained, [...adapter!.weights.keys()]);
    let sizes = 0;
    for (const { size } of adapter!.weights.values()) sizes += size;
    assert.equal(adaptedCount(model), sizes);

    const learnt = logits(model);
    const fresh = loraSchema.parse({ targets, rank: 2 });
    const begun = withAdapter(
      await loadModel(checkpointFolder(name)),
      fresh,
      RandomGenerator.forUse(1, name),
    );
    assert.deepEqual(logits(begun), logits(plain));
    assert.notDeepEqual(learnt, logits(plain));
    // Reading further tokens goes through the adapter, too.
    const places = tf.tile(tf.reshape(tf.range(0, ids.shape[1]!, 1, 'int32'), [1, -1]), [ids.shape[0]!, 1]);
    const proceeded = model.proceed!({ ids, mask: tf.onesLike(mask), positions: places });
    assertClose(valuesOf(proceeded.logits), learnt, 1e-5, `${name} further`);
    adapter!.merge();
    assertClose(logits(model), learnt, 1e-5, name);
    adapter!.merge();
    assertClose(logits(model), learnt, 1e-5, `${name} again`);
    const folder = join(temporaryDirectory(context), 'saved');
    await saveModel(model, folder);
    const saved = await loadModel(folder);
    assert.deepEqual(logits(saved), logits(model));
  }
});

test('dropout of an adapter drops what it sees in training, and nothing of the layer itself', async () => {
  const model = await adaptedModel('llama', { targets: ['q_proj'], rank: 2, dropout: 0.5 });
  const inTraining = (seed: number) =>
    valuesOf(model.forward({ ids, mask }, { training: true, random: seededMasks(seed) }).logits);
  assert.notDeepEqual(inTraining(1), inTraining(2));
  assert.deepEqual(inTraining(1), inTraining(1));
  assert.notDeepEqual(inTraining(1), logits(model));
  for (const [key, variable] of model.adapter!.weights)
    if (key.endsWith('lora_B.weight')) variable.assign(tf.zerosLike(variable));
  assert.deepEqual(inTraining(1), logits(model));
});

test('layers that are not there, and ranks that they cannot have, are refused with their place', async () => {
  const { config, task } = await loadModel(checkpointFolder('bert'));
  const { dense } = planModel(config, task);
  const refused = (written: object, path: LoraProblem['path'], message: RegExp) =>
    assert.throws(
      () => targetedLayers(loraSchema.parse(written), { config, dense }),
      (error) =>
        error instanceof LoraProblem &&
        String(error.path) === String(path) &&
        message.test(`${error.message} ${error.remedy}`),
    );
  refused({ targets: ['query', 'valu'] }, ['targets', 1], /No layer .* "valu"\. Nearest: "value"/);
  // The end of a name begins at a dot, and the head learns whole.
  refused({ targets: ['uery'] }, ['targets', 0], /Nearest: "query"/);
  refused({ targets: ['classifier'] }, ['targets', 0], /No layer/);
  refused({ targets: ['query'], rank: 500 }, ['rank'], /at most rank \d+, not 500/);
  const names = targetedLayers(loraSchema.parse({ targets: ['query', '*.1.*.value'], rank: 2 }), {
    config,
    dense,
  }).map(({ name }) => name);
  assert.deepEqual(names, [
    'bert.encoder.layer.0.attention.self.query',
    'bert.encoder.layer.1.attention.self.query',
    'bert.encoder.layer.1.attention.self.value',
  ]);
});

test('an experiment is told before it runs what its adapter cannot be', async (context) => {
  const folder = temporaryDirectory(context);
  const problems = async (student: object) =>
    (
      await checkExperiment(
        JSON.stringify({
          name: 'adapted',
          dataset: { kind: 'moby-dick', tokenizer: { kind: 'bytes' }, length: 8 },
          student,
          strategy: { kind: 'direct' },
        }),
        join(folder, 'adapted.distill.json'),
      )
    ).filter(({ path }) => path[0] === 'student' && (path[1] === 'lora' || path[1] === 'freeze'));
  const lora = { targets: ['c_attn'], rank: 2 };
  const [without] = await problems({
    model: { architecture: 'gpt2', hiddenSize: 8, layers: 1, heads: 2 },
    lora,
  });
  assert.match(without!.message, /has no "checkpoint"/);
  const [both] = await problems({ checkpoint: checkpointFolder('gpt2'), lora, freeze: ['*'] });
  assert.match(both!.message, /"freeze" would change nothing/);
  const [missing] = await problems({ checkpoint: checkpointFolder('gpt2'), lora: { targets: ['c_atn'] } });
  assert.deepEqual(missing!.path, ['student', 'lora', 'targets', 0]);
  const graph = join(import.meta.dirname, '../../fixtures/onnx/gpt2');
  const [none] = await problems({ checkpoint: graph, lora });
  assert.match(none!.message, /no layers that "lora" could adapt/);
});

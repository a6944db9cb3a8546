import assert from 'node:assert/strict';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { pruneUnits } from '../../../src/compression/structured/prune-units.ts';
import type { TaskShape } from '../../../src/data/dataset.ts';
import { RandomGenerator } from '../../../src/device/random-generator.ts';
import { tf } from '../../../src/device/tensorflow.ts';
import { modelSchema } from '../../../src/experiment/schema/model-schema.ts';
import { buildModel } from '../../../src/models/build-model.ts';
import { loadModel, saveModel } from '../../../src/models/checkpoint/checkpoint.ts';
import { modelFromLayers, withFewerLayers } from '../../../src/models/from-layers.ts';
import type { Model } from '../../../src/models/model.ts';
import { temporaryDirectory } from '../../data/idx-files.ts';
import { pythonWith } from '../../machine/python.ts';
import { assertClose, usePlainBackend } from '../backend.ts';
import {
  atTokens,
  checkpointFolder,
  readReference,
  referenceInput,
  valuesOf,
} from '../reference-checkpoint.ts';
import { students } from '../samples.ts';
import { openInTransformers } from './open-in-transformers.ts';

const { python, skip } = pythonWith('torch', 'transformers');

const text = { vocabulary: 30, length: 6, padId: 1 };
const classify: TaskShape = { classes: 3, text: { goal: 'classification', ...text } };
const next: TaskShape = { classes: 30, text: { goal: 'language-model', ...text } };
/** The students that see texts, each with its task. */
const ofTexts = [...students].flatMap(([name, { goal, written }]): [string, object, TaskShape][] =>
  goal === 'images' ? [] : [[name, written, goal === 'classification' ? classify : next]],
);

before(usePlainBackend);

test('transformers opens students that were saved here, and computes the same logits', {
  skip,
}, async (context) => {
  const folder = temporaryDirectory(context);
  const ids = [
    [2, 3, 4, 5, 6, 7],
    [9, 8, 7, 6, 1, 1],
  ];
  const mask = [
    [1, 1, 1, 1, 1, 1],
    [1, 1, 1, 1, 0, 0],
  ];
  const ours: Record<string, number[]> = {};
  for (const [name, written, task] of ofTexts) {
    const model = buildModel(modelSchema.parse(written), task, RandomGenerator.forUse(0, name));
    for (const variable of model.parameters.values())
      variable.assign(tf.add(variable, tf.randomNormal(variable.shape, 0, 0.3, 'float32', 5)));
    const options = { classNames: ['a', 'b', 'c'], maxShardBytes: name === 'llama' ? 4000 : undefined };
    await saveModel(model, join(folder, name), options);
    const input = {
      ids: tf.tensor2d(ids, undefined, 'int32'),
      mask: tf.tensor2d(mask, undefined, 'float32'),
    };
    ours[name] = valuesOf(model.forward(input, { training: false }).logits);
  }
  const theirs = openInTransformers(python, folder, { names: ofTexts.map(([name]) => name), ids, mask });
  for (const [name, , task] of ofTexts) {
    const { logits, labels, wrong } = theirs[name]!;
    assert.deepEqual(wrong, {}, `${name}: missing or unexpected weights`);
    const width = task.classes;
    const counts = (at: number) => task === classify || mask.flat()[Math.floor(at / width)] === 1;
    const kept = (values: number[]) => values.filter((_, at) => counts(at));
    assertClose(kept(ours[name]!), kept(logits), 1e-5, name);
    if (task === classify) assert.deepEqual(labels, { 0: 'a', 1: 'b', 2: 'c' });
  }
});

const smaller: Record<string, (model: Model) => Promise<Model>> = {
  'one-layer': (model) =>
    modelFromLayers(
      withFewerLayers(model.config, [2]),
      model.task,
      model,
      [2],
      RandomGenerator.forUse(0, 'student'),
    ),
  pruned: (model) => pruneUnits(model, { sparsity: 0.5, norm: 'l2' }),
};

test('transformers opens what is left of its own checkpoints with fewer layers, heads and units', {
  skip,
}, async (context) => {
  const folder = temporaryDirectory(context);
  const reference = readReference('llama');
  const { ids, mask } = reference;
  const ours: Record<string, number[]> = {};
  for (const name of ['llama', 'mistral', 'qwen2', 'qwen3', 'qwen3-long', 'gemma3_text'])
    for (const [how, make] of Object.entries(smaller)) {
      const model = await make(await loadModel(checkpointFolder(name)));
      await saveModel(model, join(folder, `${name}-${how}`));
      const { logits } = model.forward(referenceInput(reference), { training: false });
      ours[`${name}-${how}`] = atTokens(valuesOf(logits), logits.shape, mask);
    }
  const theirs = openInTransformers(python, folder, { names: Object.keys(ours), ids, mask });
  for (const [name, expected] of Object.entries(ours)) {
    const { logits, wrong } = theirs[name]!;
    assert.deepEqual(wrong, {}, `${name}: missing or unexpected weights`);
    assertClose(atTokens(logits, reference.logits.shape, mask), expected, 1e-5, name);
  }
});

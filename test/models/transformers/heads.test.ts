import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import type { TaskShape } from '../../../src/data/dataset.ts';
import { RandomGenerator } from '../../../src/device/random-generator.ts';
import { tf } from '../../../src/device/tensorflow.ts';
import { modelSchema } from '../../../src/experiment/schema/model-schema.ts';
import { buildModel } from '../../../src/models/build-model.ts';
import { loadModel, saveModel } from '../../../src/models/checkpoint/checkpoint.ts';
import { readModelConfig } from '../../../src/models/checkpoint/read-model-config.ts';
import type { Model } from '../../../src/models/model.ts';
import { binaryCrossEntropyRows } from '../../../src/strategies/losses/binary-cross-entropy.ts';
import { temporaryDirectory } from '../../data/idx-files.ts';
import { pythonWith } from '../../machine/python.ts';
import { usePlainBackend } from '../backend.ts';

before(usePlainBackend);

const text = { goal: 'classification', vocabulary: 30, length: 8, padId: 0 } as const;
const ids = [3, 7, 9, 12, 4];
const tasks: Record<string, TaskShape & { readonly problem: string }> = {
  regression: { kind: 'text-regression', classes: 1, text, problem: 'regression' },
  labels: { kind: 'text-multi-label', classes: 3, text, problem: 'multi_label_classification' },
};

const logitsOf = (model: Model): number[] =>
  tf.tidy(() => [
    ...model
      .forward(
        { ids: tf.tensor2d([ids], undefined, 'int32'), mask: tf.ones([1, ids.length]) },
        { training: false },
      )
      .logits.dataSync(),
  ]);

const { python, skip } = pythonWith('torch', 'transformers');

test('transformers opens heads of regression and of several labels as what they are, and they come back so', {
  skip,
}, async (context) => {
  const folder = temporaryDirectory(context);
  const own: Record<string, number[]> = {};
  for (const [name, { problem: _, ...task }] of Object.entries(tasks)) {
    const config = modelSchema.parse({ architecture: 'bert', hiddenSize: 8, layers: 1, heads: 2 });
    const model = buildModel(config, task, RandomGenerator.forUse(2, name));
    for (const variable of model.parameters.values())
      variable.assign(tf.add(variable, tf.randomNormal(variable.shape, 0, 0.5, 'float32', 7)));
    await saveModel(model, join(folder, name), {
      ...(task.classes > 1 && { classNames: ['red', 'green', 'blue'] }),
    });
    own[name] = logitsOf(model);
    model.dispose();
  }
  const input = join(folder, 'input.json');
  writeFileSync(input, JSON.stringify({ models: Object.keys(tasks), ids }));
  const script = join(import.meta.dirname, '../../reference/tasks/open-heads.py');
  const { stdout, stderr, status } = spawnSync(python, [script, folder, input], { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  const theirs = JSON.parse(stdout);
  for (const [name, { problem, classes, kind }] of Object.entries(tasks)) {
    const of = theirs[name];
    assert.deepEqual([of.problem, of.labels], [problem, classes]);
    for (const [at, value] of own[name]!.entries()) assert.ok(Math.abs(value - of.logits[at]) < 1e-4, name);
    const [first] = own[name]!;
    const loss =
      classes === 1
        ? first! ** 2
        : binaryCrossEntropyRows(tf.tensor2d([own[name]!]), tf.zeros([1, classes])).dataSync()[0]!;
    assert.ok(Math.abs(loss - of.loss) < 1e-4, `${name}: loss ${loss}, theirs ${of.loss}`);
    const again = join(folder, `${name}-again`);
    const described = await readModelConfig(again);
    assert.deepEqual([described.task.kind, described.task.classes], [kind, classes]);
    const model = await loadModel(again);
    assert.deepEqual(logitsOf(model), own[name]);
    model.dispose();
  }
});

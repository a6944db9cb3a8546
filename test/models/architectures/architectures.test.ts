import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { before, test } from 'node:test';
import { UserError } from '../../../src/base/user-error.ts';
import { describeModel } from '../../../src/compare/describe-model.ts';
import { RandomGenerator } from '../../../src/device/random-generator.ts';
import { tf } from '../../../src/device/tensorflow.ts';
import { architectureRecords, architectures } from '../../../src/experiment/architectures/all.ts';
import { suggest } from '../../../src/experiment/parsing/suggestions.ts';
import { modelSchema } from '../../../src/experiment/schema/model-schema.ts';
import type { ModelConfig } from '../../../src/experiment/schema/schema.ts';
import { constructionOf } from '../../../src/models/architectures/all.ts';
import { buildModel } from '../../../src/models/build-model.ts';
import { readOwnConfig, writeOwnConfig } from '../../../src/models/checkpoint/own-config.ts';
import { planModel } from '../../../src/models/create-model.ts';
import { readHuggingFaceConfig, writeHuggingFaceConfig } from '../../../src/models/huggingface/config.ts';
import type { ModelInput } from '../../../src/models/model.ts';
import { truncatedConfig } from '../../../src/models/truncate.ts';
import { usePlainBackend } from '../backend.ts';
import { folder, modelTypes, type Sample, samples, students, tasks } from '../samples.ts';

/** What every architecture promises, whichever there are. */

before(usePlainBackend);

test('every architecture has samples, and every kind of model of transformers a student', () => {
  assert.deepEqual(readdirSync(folder).sort(), architectures.map((name) => `${name}.json`).sort());
  assert.deepEqual(
    new Set([...samples.values()].map(({ architecture }) => architecture)),
    new Set(architectures),
  );
  for (const type of modelTypes.keys()) assert.ok(students.has(type), type);
});

for (const architecture of architectures)
  test(`${architecture}: its record is about its own options`, () => {
    const { schema, sizes, synonyms = [] } = architectureRecords[architecture];
    assert.equal(schema.shape.architecture.value, architecture);
    assert.ok(sizes.length > 0);
    for (const option of sizes.flat()) assert.ok(Object.hasOwn(schema.shape, option), option);
    for (const synonym of synonyms) assert.equal(suggest(synonym, architectures), architecture);
  });

function inputOf({ task }: Sample): ModelInput {
  if (task.image) return { pixels: tf.randomUniform([2, ...task.image]) };
  const ids = tf.randomUniformInt([2, task.text!.length], 0, task.text!.vocabulary);
  return { ids, mask: tf.ones([2, task.text!.length]) };
}

const weightsOf = ({ config, task }: Pick<Sample, 'config' | 'task'>) => {
  const { parameters, buffers } = planModel(config, task);
  return new Map([...parameters, ...buffers]);
};

for (const [name, sample] of samples) {
  const { config, task } = sample;
  const { head, layerPrefixes, pruning, tables, huggingFace, withLayers, sharesLayers } =
    constructionOf(config);

  test(`${name}: it is told with its sizes`, () => {
    const [kind, ...sizes] = describeModel(config).split(' ');
    assert.equal(kind, config.architecture);
    assert.ok(sizes.length > 0 && sizes.every((size) => /\d/.test(size)), sizes.join(' '));
  });

  test(`${name}: it answers with logits and the hidden states of its plan, which pool to vectors`, () => {
    const model = buildModel(config, task, RandomGenerator.forUse(1, name));
    const input = inputOf(sample);
    const { logits, hiddenStates } = model.forward(input, { training: false });
    const places = head.answers === 'tokens' ? [2, task.text!.length] : [2];
    assert.deepEqual(logits.shape, [...places, task.classes]);
    const { hiddenShapes, layerCount } = planModel(config, task);
    assert.equal(hiddenShapes.length, layerCount + 1);
    assert.deepEqual(
      hiddenStates.map(({ shape }) => shape),
      hiddenShapes.map((shape) => [2, ...shape]),
    );
    for (const state of hiddenStates)
      assert.deepEqual(model.pool(state, input).shape, [2, state.shape.at(-1)]);
    model.dispose();
  });

  test(`${name}: its layers have weights of their own, apart from those of its head`, () => {
    const { layerCount } = planModel(config, task);
    const heads = head.answers === 'classes' ? head.weights : undefined;
    const names = [...weightsOf(sample).keys()].filter((weight) => !heads?.test(weight));
    for (let layer = 1; layer <= layerCount; layer++) {
      const prefixes = layerPrefixes(config, layer);
      assert.ok(
        names.some((weight) => prefixes.some((prefix) => weight.startsWith(prefix))),
        `layer ${layer}: ${prefixes.join()}`,
      );
    }
  });

  test(`${name}: the weights that its record names are there`, () => {
    const weights = weightsOf(sample);
    if (head.answers === 'classes') {
      const output = head.output(config);
      assert.equal(weights.get(`${output}.weight`)![0], task.classes);
      assert.ok(head.weights.test(`${output}.weight`));
    } else {
      assert.deepEqual(weights.get(head.embeddings)![0], task.classes);
      const untied = { ...config, tieEmbeddings: false } as ModelConfig;
      assert.deepEqual(weightsOf({ config: untied, task }).get(head.predictor)![0], task.classes);
    }
    if (tables) assert.ok([...weights.keys()].some((weight) => tables.test(weight)));
    if (huggingFace)
      assert.ok([...weights.keys()].some((weight) => weight.startsWith(huggingFace.prefix(config))));
  });

  test(`${name}: its first layer is a smaller classifier, if it classifies`, () => {
    if (head.answers === 'tokens') {
      assert.throws(() => truncatedConfig(config, 1, task), UserError);
      return;
    }
    const exit = modelSchema.parse(truncatedConfig(config, 1, task));
    const [plan, whole] = [planModel(exit, task), weightsOf(sample)];
    assert.equal(plan.layerCount, 1);
    for (const [weight, shape] of [...plan.parameters, ...plan.buffers])
      if (!head.weights.test(weight)) assert.deepEqual(whole.get(weight), shape, weight);
    const maps = plan.hiddenShapes[1]!.length === 3;
    assert.equal(head.readsMaps !== undefined, maps, 'feature maps are read, vectors are not');
  });

  test(`${name}: fewer layers are fewer weights, where all are alike and none shares them`, () => {
    if (!withLayers) return;
    const fewer = modelSchema.parse(withLayers(config, [1]));
    assert.equal(planModel(fewer, task).layerCount, 1);
    const [few, all] = [weightsOf({ config: fewer, task }).size, weightsOf(sample).size];
    assert.ok(sharesLayers?.(config) ? few === all : few < all, `${few} of ${all}`);
  });

  test(`${name}: pruned to half of its units it is a valid model with fewer weights`, () => {
    const smaller = modelSchema.parse(pruning.smaller(config, 0.5));
    assert.ok(planModel(smaller, task).parameterCount < planModel(config, task).parameterCount);
    assert.deepEqual([...weightsOf({ config: smaller, task }).keys()], [...weightsOf(sample).keys()]);
  });

  test(`${name}: its own config.json is read as it was written`, () => {
    const written = JSON.parse(JSON.stringify(writeOwnConfig(config, task, undefined)));
    const { config: read, task: readTask } = readOwnConfig(written, 'config.json');
    assert.deepEqual([read, readTask], [config, task]);
  });
}

for (const [name, { goal, written }] of students)
  test(`${name}: the config.json for transformers is read as it was written`, () => {
    const task = tasks[goal];
    const config = modelSchema.parse(written);
    const raw = writeHuggingFaceConfig(config, task)!;
    assert.ok(name === raw.model_type || name.startsWith(`${raw.model_type}-`), String(raw.model_type));
    const read = readHuggingFaceConfig(raw, 'config.json');
    assert.deepEqual(read.task, task);
    assert.deepEqual(writeHuggingFaceConfig(read.config, task), raw);
    assert.deepEqual(planModel(read.config, task).parameters, planModel(config, task).parameters);
  });

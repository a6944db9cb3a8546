import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import { Interruption } from '../../../src/base/interruption.ts';
import type { TaskShape } from '../../../src/data/dataset.ts';
import { openDevice } from '../../../src/device/open-device.ts';
import { RandomGenerator } from '../../../src/device/random-generator.ts';
import { tf } from '../../../src/device/tensorflow.ts';
import { modelSchema } from '../../../src/experiment/schema/model-schema.ts';
import { buildModel } from '../../../src/models/build-model.ts';
import type { Model } from '../../../src/models/model.ts';
import { type Prompt, TextGenerator } from '../../../src/training/generation/text-generator.ts';

const device = await openDevice('cpu', { threads: 1 });
after(() => device.dispose());

const vocabulary = 23;
const task: TaskShape = {
  classes: vocabulary,
  text: { goal: 'language-model', vocabulary, length: 24, padId: 0 },
};

/** Weights large enough that every text has its own continuation. */
function modelOf(architecture: 'gpt2' | 'llama', options: Record<string, unknown> = {}): Model {
  const config = { architecture, hiddenSize: 16, layers: 2, heads: 2, intermediateSize: 24, ...options };
  const model = buildModel(modelSchema.parse(config), task, RandomGenerator.forUse(1, 'weights'));
  const generator = RandomGenerator.forUse(5, 'large weights');
  for (const parameter of model.parameters.values())
    if (parameter.rank === 2)
      parameter.assign(
        tf.tensor(
          Float32Array.from({ length: parameter.size }, () => 0.6 * generator.normal()),
          parameter.shape,
        ),
      );
  return model;
}

const prompt = (ids: readonly number[], seed = 0): Prompt => ({
  ids,
  generator: RandomGenerator.forUse(seed, 'text'),
});

/** Token by token, one text alone, without padding: obviously right. */
async function plainly(
  model: Model,
  ids: readonly number[],
  length: number,
  endId?: number,
): Promise<number[]> {
  const text = [...ids];
  while (text.length < length && (text.length === ids.length || text.at(-1) !== endId)) {
    const best = tf.tidy(() => {
      const { logits } = model.forward({ ids: tf.tensor([text], undefined, 'int32') }, { training: false });
      const flat = tf.reshape(logits, [text.length, vocabulary]) as Tensor2D;
      return tf.argMax(tf.slice(flat, [text.length - 1, 0], [1, vocabulary]), 1);
    });
    text.push((await best.data())[0]!);
    best.dispose();
  }
  return text.slice(ids.length);
}

const plainlyAll = (model: Model, all: readonly number[][], length: number, endId?: number) =>
  Promise.all(all.map((ids) => plainly(model, ids, length, endId)));

const texts = [[3], [5, 7, 11, 2, 9, 4, 1, 8, 6, 10], [12, 13, 14]];

for (const [architecture, options] of [
  ['gpt2', {}],
  ['gpt2', { tieEmbeddings: false }],
  ['llama', { keyValueHeads: 1, tieEmbeddings: false }],
  ['llama', { tieEmbeddings: true }],
] as const)
  test(`${architecture} ${JSON.stringify(options)}: prompts of any length together go on as each does alone`, async () => {
    const model = modelOf(architecture, options);
    const generator = new TextGenerator(device, model);
    const together = await generator.continue(
      texts.map((ids) => prompt(ids)),
      { sampling: { temperature: 0 }, length: 24 },
    );
    assert.deepEqual(
      together.map((ids) => [...ids]),
      await plainlyAll(model, texts, 24),
    );
    assert.ok(new Set(together.map((ids) => ids.slice(0, 14).join())).size > 1, 'the texts differ');
    generator.dispose();
    model.dispose();
  });

test('a text ends with its end token, and those beside it go on', async () => {
  const model = modelOf('gpt2');
  const generator = new TextGenerator(device, model);
  const greedy = { sampling: { temperature: 0 }, length: 24 };
  const free = await generator.continue([prompt(texts[1]!), prompt(texts[2]!)], greedy);
  const endId = free[1]![3]!;
  const ended = await generator.continue([prompt(texts[1]!), prompt(texts[2]!)], { ...greedy, endId });
  assert.deepEqual(
    ended.map((ids) => [...ids]),
    await plainlyAll(model, [texts[1]!, texts[2]!], 24, endId),
  );
  assert.ok(ended[1]!.length <= 4 && ended[1]!.at(-1) === endId);
  generator.dispose();
  model.dispose();
});

test('what is drawn for a text follows from its own generator, not from the texts beside it', async () => {
  const model = modelOf('gpt2');
  const generator = new TextGenerator(device, model);
  const options = { sampling: { temperature: 1, topP: 0.95 }, length: 20 };
  const draw = (...prompts: Prompt[]) => generator.continue(prompts, options);
  const [alone] = await draw(prompt(texts[2]!, 7));
  const [, beside] = await draw(prompt(texts[0]!, 1), prompt(texts[2]!, 7));
  assert.deepEqual([...beside!], [...alone!]);
  const [other] = await draw(prompt(texts[2]!, 8));
  assert.notDeepEqual([...other!], [...alone!]);
  generator.dispose();
  model.dispose();
});

test('a prompt that fills the length gets nothing, and the model’s length is never passed', async () => {
  const model = modelOf('gpt2');
  const generator = new TextGenerator(device, model);
  const long = Array.from({ length: 24 }, (_, index) => index % vocabulary);
  const [none, some] = await generator.continue([prompt(long), prompt([1, 2])], {
    sampling: { temperature: 0 },
    length: 1000,
  });
  assert.equal(none!.length, 0);
  assert.equal(some!.length, 22);
  await assert.rejects(
    generator.continue([prompt([1])], {
      sampling: { temperature: 0 },
      length: 24,
      stopRequested: () => 'stop',
    }),
    Interruption,
  );
  generator.dispose();
  model.dispose();
});

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import { Interruption } from '../../../src/base/interruption.ts';
import type { TaskShape } from '../../../src/data/dataset.ts';
import { openDevice } from '../../../src/device/open-device.ts';
import { RandomGenerator } from '../../../src/device/random-generator.ts';
import { tf } from '../../../src/device/tensorflow.ts';
import { modelSchema } from '../../../src/experiment/schema/model-schema.ts';
import type { ModelConfig } from '../../../src/experiment/schema/schema.ts';
import { buildModel } from '../../../src/models/build-model.ts';
import type { Model } from '../../../src/models/model.ts';
import { type Prompt, TextGenerator } from '../../../src/training/generation/text-generator.ts';
import { samples } from '../../models/samples.ts';

const device = await openDevice('cpu', { threads: 1 });
after(() => device.dispose());

const vocabulary = 23;
const task: TaskShape = {
  classes: vocabulary,
  text: { goal: 'language-model', vocabulary, length: 40, padId: 0 },
};

const modelOf = (architecture: 'gpt2' | 'llama', options: Record<string, unknown> = {}): Model =>
  drawn(
    modelSchema.parse({
      architecture,
      hiddenSize: 16,
      layers: 2,
      heads: 2,
      intermediateSize: 24,
      ...options,
    }),
  );

/** Weights large enough that every text has its own continuation. */
function drawn(config: ModelConfig): Model {
  const model = buildModel(config, task, RandomGenerator.forUse(1, 'weights'));
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

/** What a text costs a model that remembers nothing of it: a pass for each token. */
const rereading = (model: Model) => new TextGenerator(device, model, { remember: false });

const plainlyAll = (model: Model, all: readonly number[][], length: number, endId?: number) =>
  Promise.all(all.map((ids) => plainly(model, ids, length, endId)));

const texts = [[3], [5, 7, 11, 2, 9, 4, 1, 8, 6, 10], [12, 13, 14]];

for (const remember of [true, false])
  for (const options of [{ tieEmbeddings: false }, { tieEmbeddings: true }])
    test(`${remember ? 'remembering' : 'rereading'}, ${JSON.stringify(options)}: prompts of any length together go on as each does alone`, async () => {
      const model = modelOf('gpt2', options);
      const generator = new TextGenerator(device, model, { remember });
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

const scaled = { architecture: 'llama', hiddenSize: 16, layers: 2, heads: 2, keyValueHeads: 1 };
const causal: [string, ModelConfig][] = [
  ...[...samples]
    .filter(([, { task }]) => task.text?.goal === 'language-model')
    .map(([name, { config }]): [string, ModelConfig] => [name, config]),
  ...[
    { kind: 'linear', factor: 2 },
    { kind: 'dynamic', factor: 2 },
    { kind: 'yarn', factor: 4, originalPositions: 8 },
    { kind: 'llama3', factor: 8, lowFrequencyFactor: 1, highFrequencyFactor: 4, originalPositions: 8 },
  ].map((ropeScaling): [string, ModelConfig] => [
    `rotary scaling ${ropeScaling.kind}`,
    modelSchema.parse({ ...scaled, ropeScaling }),
  ]),
];

for (const [name, config] of causal)
  test(`${name}: what is kept of a text leads to the tokens that the whole text does`, async () => {
    const model = drawn(config);
    const [kept, whole] = [new TextGenerator(device, model), rereading(model)];
    for (const sampling of [{ temperature: 0 }, { temperature: 1, topK: 12, topP: 0.95 }]) {
      const [found, expected] = [[], []] as [number[][], number[][]];
      for (const [generator, into] of [
        [kept, found],
        [whole, expected],
      ] as const) {
        // Of three lengths, so that memories of all sizes are come to; and a second call, which finds them used.
        const prompts = [texts[0]!, [...texts[1]!, ...texts[1]!, 4], texts[2]!];
        for (const length of [40, 19])
          into.push(
            ...(
              await generator.continue(
                prompts.map((ids, seed) => prompt(ids, seed)),
                { sampling, length },
              )
            ).map((ids) => [...ids]),
          );
      }
      assert.deepEqual(found, expected);
      assert.deepEqual(
        found.map(({ length }) => length),
        [39, 19, 37, 18, 0, 16],
      );
    }
    kept.dispose();
    whole.dispose();
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
  const long = Array.from({ length: 40 }, (_, index) => index % vocabulary);
  const [none, some] = await generator.continue([prompt(long), prompt([1, 2])], {
    sampling: { temperature: 0 },
    length: 1000,
  });
  assert.equal(none!.length, 0);
  assert.equal(some!.length, 38);
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

test('what was kept is given back, whatever texts came and however they ended', async () => {
  const read: number[] = [];
  const plain = modelOf('gpt2');
  const model: Model = {
    ...plain,
    proceed(tokens) {
      read.push(tokens.ids.shape[1]!);
      return plain.proceed!(tokens);
    },
  };
  const before = tf.memory().numTensors;
  const generator = new TextGenerator(device, model);
  const greedy = { sampling: { temperature: 0 }, length: 40 };
  await generator.continue([prompt(texts[1]!), prompt(texts[2]!)], greedy);
  assert.ok(read.length > 1 && read.slice(1).every((count) => count === 1), 'each further token alone');
  const held = tf.memory().numTensors;
  assert.ok(held > before);
  await generator.continue([prompt(texts[0]!), prompt(texts[2]!)], greedy);
  assert.equal(tf.memory().numTensors, held, 'further texts take the places of those before');
  let tokens = 0;
  await assert.rejects(
    generator.continue([prompt(texts[0]!)], {
      ...greedy,
      onToken: () => tokens++,
      stopRequested: () => (tokens === 20 ? 'stop' : undefined),
    }),
    Interruption,
  );
  assert.equal(tokens, 20, 'it stops before the next token');
  assert.ok(tf.memory().numTensors < held, 'fewer texts have fewer memories');
  generator.dispose();
  assert.equal(tf.memory().numTensors, before);
  model.dispose();
});

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import type { TaskShape } from '../../../src/data/dataset.ts';
import { RandomGenerator } from '../../../src/device/random-generator.ts';
import { tf } from '../../../src/device/tensorflow.ts';
import { architectureRecords } from '../../../src/experiment/architectures/all.ts';
import type { ModelGoal } from '../../../src/experiment/architectures/architecture-record.ts';
import { modelSchema } from '../../../src/experiment/schema/model-schema.ts';
import type { ModelConfig } from '../../../src/experiment/schema/schema.ts';
import { buildModel } from '../../../src/models/build-model.ts';
import { loadModel, saveModel } from '../../../src/models/checkpoint/checkpoint.ts';
import { classMismatch, classOrder } from '../../../src/models/checkpoint/class-order.ts';
import type { Model, ModelInput } from '../../../src/models/model.ts';
import { usePlainBackend } from '../backend.ts';
import { samples, students, tasks } from '../samples.ts';

await usePlainBackend();
const folder = mkdtempSync(join(tmpdir(), 'distillery-classes-'));
after(() => rmSync(folder, { recursive: true }));

describe('classes of a checkpoint are found among those of a dataset', () => {
  const orders: [string, string[] | undefined, string[], ReturnType<typeof classOrder>][] = [
    ['the same order', ['a', 'b'], ['a', 'b'], { kind: 'position' }],
    ['by name in another order', ['c', 'a', 'b'], ['a', 'b', 'c'], { kind: 'names', rows: [1, 2, 0] }],
    ['whatever the capitals', [' Berry', 'APPLE'], ['apple', 'berry'], { kind: 'names', rows: [1, 0] }],
    ['however accents are encoded', ['e\u0301clair', 'a'], ['a', 'éclair'], { kind: 'names', rows: [1, 0] }],
    [
      'where capitals alone tell two classes apart',
      ['apple', 'Apple'],
      ['Apple', 'apple'],
      { kind: 'names', rows: [1, 0] },
    ],
    ['by position where there are no names', undefined, ['b', 'a'], { kind: 'position' }],
    [
      'by position where LABEL_n stands for names',
      ['LABEL_0', 'LABEL_1'],
      ['yes', 'no'],
      { kind: 'position' },
    ],
    ['by number where the labels are numbers', ['NEGATIVE', 'POSITIVE'], ['0', '1'], { kind: 'position' }],
    [
      'by number though folders sort numbers as letters',
      ['zero', 'one', 'two'],
      ['0', '2', '1'],
      { kind: 'names', rows: [0, 2, 1] },
    ],
    [
      'by number where data calls its classes LABEL_n',
      ['LABEL_0', 'LABEL_1', 'LABEL_2'],
      ['LABEL_0', 'LABEL_2', 'LABEL_1'],
      { kind: 'names', rows: [0, 2, 1] },
    ],
    [
      'not by number where a number stands at another place',
      ['1', 'b', 'c'],
      ['0', '1', '2'],
      { kind: 'other', contradicts: true },
    ],
    ['not where the names are others', ['cat', 'dog'], ['no', 'yes'], { kind: 'other', contradicts: false }],
    [
      'not where numbers do not count from 0',
      ['bad', 'good'],
      ['1', '2'],
      { kind: 'other', contradicts: false },
    ],
    [
      'certainly not by position where a shared name moved',
      ['b', 'a', 'x'],
      ['a', 'b', 'c'],
      { kind: 'other', contradicts: true },
    ],
    [
      'perhaps by position where shared names stay',
      ['a', 'b', 'x'],
      ['a', 'b', 'c'],
      { kind: 'other', contradicts: false },
    ],
    [
      'not where two classes of the checkpoint share a name',
      ['a', 'a'],
      ['a', 'b'],
      { kind: 'other', contradicts: true },
    ],
  ];
  for (const [what, own, wanted, expected] of orders)
    test(what, () => assert.deepEqual(classOrder(own, wanted), expected));

  test('a mismatch is told with both lists', () => {
    const { message, certain } = classMismatch('The teacher', ['cat', 'dog'], ['no', 'yes'])!;
    assert.match(message, /"cat", "dog".*"no", "yes"/);
    assert.equal(certain, false);
    assert.equal(classMismatch('The teacher', ['dog', 'cat'], ['cat', 'dog']), undefined);
  });
});

const linearHead = modelSchema.parse({
  architecture: 'bert',
  hiddenSize: 8,
  layers: 1,
  heads: 2,
  head: 'linear',
});
/** Every kind of model that classifies. */
const models: readonly (readonly [name: string, config: ModelConfig, goal: ModelGoal])[] = [
  ...[...samples].map(
    ([name, { architecture, config }]) => [name, config, architectureRecords[architecture].goal] as const,
  ),
  ...[...students].map(
    ([name, { goal, written }]) => [`${name} of transformers`, modelSchema.parse(written), goal] as const,
  ),
  ['bert with a linear head', linearHead, 'classification'],
];

function answers(model: Model, { image: size }: TaskShape): number[][] {
  return tf.tidy(() => {
    const input: ModelInput = size
      ? { pixels: tf.randomNormal([2, ...size], 0, 1, 'float32', 1) }
      : {
          ids: tf.tensor2d(
            [
              [5, 6, 7, 8, 9, 10],
              [4, 9, 3, 2, 1, 1],
            ],
            undefined,
            'int32',
          ),
        };
    return model.forward(input, { training: false }).logits.arraySync() as number[][];
  });
}

for (const [name, config, goal] of models) {
  if (goal === 'language-model') continue;
  test(`the answers of a ${name} come in the order of the names that are asked for`, async () => {
    const task = { ...tasks[goal], classes: 3 };
    const model = buildModel(config, task, RandomGenerator.forUse(1, 'weights'));
    // Classifiers begin with equal biases, which would not tell whether they move along.
    for (const [weight, variable] of model.parameters)
      if (weight.endsWith('.bias')) variable.assign(tf.randomNormal(variable.shape, 0, 1, 'float32', 2));
    const directory = join(folder, name);
    await saveModel(model, directory, { classNames: ['one', 'two', 'three'] });
    const loaded = await loadModel(directory, { task, classNames: ['three', 'ONE', 'two'] });
    const expected = answers(model, task).map(([one, two, three]) => [three, one, two]);
    assert.deepEqual(answers(loaded, task), expected);
    // Saved again without a word about its classes, it names them as it now answers.
    await saveModel(loaded, `${directory} again`);
    const { id2label } = JSON.parse(readFileSync(join(`${directory} again`, 'config.json'), 'utf8'));
    if (loaded.origin) assert.deepEqual(id2label, { 0: 'three', 1: 'ONE', 2: 'two' });
  });
}

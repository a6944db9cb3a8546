import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tf } from '../../../src/device/tensorflow.ts';
import { strategySchema } from '../../../src/experiment/schema/strategy-schema.ts';
import type { Model } from '../../../src/models/model.ts';
import { createStrategy } from '../../../src/strategies/create-strategy.ts';
import { initializer } from '../../../src/training/initialize.ts';
import { assessAll, ensembleName } from '../../../src/worker/jobs/assess.ts';
import { brightRows, openTestDevice, smallModel } from '../../training/support.ts';

const device = await openTestDevice();
const data = brightRows({ train: 60, test: 90 });

const assess = (subjects: { name: string; model: Model; ensemble: boolean }[]) =>
  assessAll(subjects, {
    device,
    split: data.test,
    stopRequested: () => undefined,
    onProgress: () => {},
    onQuality: () => {},
  });

test('an ensemble answers with the mean of its members’ probabilities', async () => {
  const [one, other] = [smallModel(data, { seed: 1 }), smallModel(data, { seed: 2 })];
  const quality = await assess([
    { name: 'student', model: one, ensemble: true },
    { name: 'peer', model: other, ensemble: true },
    { name: 'teacher', model: smallModel(data, { seed: 3 }), ensemble: false },
  ]);
  assert.deepEqual([...quality.keys()], ['student', 'peer', 'teacher', ensembleName]);

  const positions = Int32Array.from({ length: 90 }, (_, at) => at);
  const { input, labels } = data.test.batch(positions, 90);
  const mean = tf.tidy(() => {
    const pixels = tf.tensor(input.pixels!.data, [...input.pixels!.shape]);
    const [first, second] = [one, other].map((model) =>
      tf.softmax(model.forward({ pixels }, { training: false }).logits),
    );
    return tf.div(tf.add(first!, second!), 2).arraySync() as number[][];
  });
  const loss = mean.reduce((sum, row, at) => sum - Math.log(row[labels.data[at]!]!), 0) / 90;
  const together = quality.get(ensembleName)!;
  assert.deepEqual(
    together.predictions,
    mean.map((row) => row.indexOf(Math.max(...row))),
  );
  assert.ok(Math.abs(together.loss - loss) < 1e-5);
});

test('the exits of a self-distilled student answer together with it', async () => {
  const student = smallModel(data, { hidden: [8, 8, 8] });
  const exits = createStrategy(strategySchema.parse({ kind: 'self', exits: 3 })).attach({
    student,
    task: student.task,
    initialize: initializer(0),
    buildModel: () => {
      throw new Error('not used');
    },
  }).candidates!();
  const quality = await assess([{ name: 'student', model: student, ensemble: true }, ...exits]);
  assert.deepEqual([...quality.keys()], ['student', ...exits.map(({ name }) => name), ensembleName]);
  assert.equal(exits.length, 2);

  const positions = Int32Array.from({ length: 90 }, (_, at) => at);
  const { pixels } = data.test.batch(positions, 90).input;
  const mean = tf.tidy(() => {
    const input = { pixels: tf.tensor(pixels!.data, [...pixels!.shape]) };
    const each = [student, ...exits.map(({ model }) => model)].map((model) =>
      tf.softmax(model.forward(input, { training: false }).logits),
    );
    return tf.div(tf.addN(each), 3).arraySync() as number[][];
  });
  assert.deepEqual(
    quality.get(ensembleName)!.predictions,
    mean.map((row) => row.indexOf(Math.max(...row))),
  );
});

test('a student alone is no ensemble', async () => {
  const quality = await assess([{ name: 'student', model: smallModel(data), ensemble: false }]);
  assert.deepEqual([...quality.keys()], ['student']);
});

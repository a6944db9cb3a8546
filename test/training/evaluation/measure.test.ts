import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Interruption } from '../../../src/base/interruption.ts';
import type { Device } from '../../../src/device/device.ts';
import { tf } from '../../../src/device/tensorflow.ts';
import { Evaluator } from '../../../src/training/evaluation/evaluate.ts';
import { measureSpeed, median } from '../../../src/training/evaluation/measure.ts';
import { brightRows, openTestDevice, smallModel } from '../support.ts';

const device = await openTestDevice();
const data = brightRows({ train: 60, test: 300 });

/** The device, and which step ran on how many samples. */
function watched(): { device: Device; runs: { step: number; samples: number }[] } {
  const runs: { step: number; samples: number }[] = [];
  let steps = 0;
  return {
    runs,
    device: {
      ...device,
      compile(step) {
        const compiled = device.compile(step);
        const number = steps++;
        return {
          run(inputs) {
            runs.push({ step: number, samples: inputs['input.pixels']!.shape[0]! });
            return compiled.run(inputs);
          },
          dispose: () => compiled.dispose(),
        };
      },
    },
  };
}

const models = [
  { name: 'student', model: smallModel(data) },
  { name: 'teacher', model: smallModel(data, { hidden: [64, 64] }) },
];

test('models are measured in turns, one sample and 32 at a time', async () => {
  const { device: counting, runs } = watched();
  const speeds = await measureSpeed(models, { device: counting, split: data.test, rounds: 3 });
  assert.deepEqual([...speeds.keys()], ['student', 'teacher']);
  for (const { latencyMs, throughput, rounds } of speeds.values()) {
    assert.ok(latencyMs > 0 && Number.isFinite(latencyMs));
    assert.ok(throughput > 0 && Number.isFinite(throughput));
    assert.equal(rounds, 3);
  }
  assert.deepEqual(runs.slice(-4), [
    { step: 0, samples: 1 },
    { step: 0, samples: 32 },
    { step: 1, samples: 1 },
    { step: 1, samples: 32 },
  ]);
  assert.equal(runs.length, (10 + 3) * 4);
});

/** A clock on which every pass, of one sample or of many, takes so long. */
function slowDevice(milliseconds: number): { device: Device; clock: () => number; runs: { step: number }[] } {
  const { device: counting, runs } = watched();
  let now = 0;
  return {
    runs,
    clock: () => now,
    device: {
      ...counting,
      compile(step) {
        const compiled = counting.compile(step);
        return {
          run(inputs) {
            now += milliseconds;
            return compiled.run(inputs);
          },
          dispose: () => compiled.dispose(),
        };
      },
    },
  };
}

test('of slow models fewer rounds are timed, but enough for a median', async () => {
  const measured = async (milliseconds: number) => {
    const { device: slow, clock, runs } = slowDevice(milliseconds);
    const speeds = await measureSpeed(models, { device: slow, split: data.test, clock });
    assert.equal(speeds.get('student')!.latencyMs, milliseconds);
    assert.equal(speeds.get('teacher')!.throughput, 32_000 / milliseconds);
    return { rounds: speeds.get('student')!.rounds, runs: runs.length };
  };
  assert.deepEqual(await measured(1), { rounds: 100, runs: 4 * (10 + 100) });
  // Two models for three seconds each, four passes a round.
  assert.deepEqual(await measured(50), { rounds: 30, runs: 4 * (10 + 30) });
  assert.deepEqual(await measured(1000), { rounds: 15, runs: 4 * (2 + 15) });
});

test('measuring ends when asked to', async () => {
  await assert.rejects(
    measureSpeed(models, { device, split: data.test, stopRequested: () => 'stop' }),
    Interruption,
  );
});

test('the median of an odd and of an even count', () => {
  assert.equal(median([3, 1, 2]), 2);
  assert.equal(median([4, 1, 2, 3]), 2.5);
});

test('evaluation counts each sample once, those that pad the last batch not at all', async () => {
  const model = smallModel(data, { dropout: 0.9 });
  const { device: counting, runs } = watched();
  const evaluator = new Evaluator(counting, model);
  const metrics = await evaluator.evaluate(data.test);
  assert.equal(metrics.predictions.length, 300);
  assert.deepEqual(
    runs.map(({ samples }) => samples),
    [256, 256],
  );
  const { input, labels } = data.test.batch(
    Int32Array.from({ length: 300 }, (_, at) => at),
    300,
  );
  const expected = tf.tidy(() => {
    const pixels = tf.tensor(input.pixels!.data, [...input.pixels!.shape]);
    return tf.argMax(model.forward({ pixels }, { training: false }).logits, 1).dataSync();
  });
  assert.deepEqual(metrics.predictions, [...expected], 'dropout is off');
  const correct = [...expected].filter((prediction, at) => prediction === labels.data[at]).length;
  assert.equal(metrics.accuracy, correct / 300);
});

test('evaluation of a split smaller than a batch', async () => {
  const evaluator = new Evaluator(device, smallModel(data));
  assert.equal((await evaluator.evaluate(data.validation)).predictions.length, data.validation.size);
  evaluator.dispose();
});

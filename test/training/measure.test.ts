import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Device } from '../../src/device/device.ts';
import { tf } from '../../src/device/tensorflow.ts';
import { Evaluator } from '../../src/training/evaluate.ts';
import { Interruption } from '../../src/training/interruption.ts';
import { measureSpeed, median } from '../../src/training/measure.ts';
import { brightRows, openTestDevice, smallModel } from './support.ts';

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

test('models are measured in turns, one sample and 32 at a time', async () => {
  const { device: counting, runs } = watched();
  const models = { student: smallModel(data), teacher: smallModel(data, { hidden: [64, 64] }) };
  const speeds = await measureSpeed(counting, models, data.test, { rounds: 3 });
  assert.deepEqual(Object.keys(speeds), ['student', 'teacher']);
  for (const { latencyMs, throughput } of Object.values(speeds)) {
    assert.ok(latencyMs > 0 && Number.isFinite(latencyMs));
    assert.ok(throughput > 0 && Number.isFinite(throughput));
  }
  assert.deepEqual(runs.slice(-4), [
    { step: 0, samples: 1 },
    { step: 0, samples: 32 },
    { step: 1, samples: 1 },
    { step: 1, samples: 32 },
  ]);
  assert.equal(runs.length, (10 + 3) * 4);
});

test('measuring ends when asked to', async () => {
  const models = { student: smallModel(data) };
  await assert.rejects(
    measureSpeed(device, models, data.test, { stopRequested: () => 'stop' }),
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

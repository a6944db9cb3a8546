import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { openDevice } from '../../../src/device/open-device.ts';
import { RandomGenerator } from '../../../src/device/random-generator.ts';
import { modelSchema } from '../../../src/experiment/schema/model-schema.ts';
import { buildModel } from '../../../src/models/build-model.ts';
import { saveModel } from '../../../src/models/checkpoint/checkpoint.ts';
import { preprocessorFile } from '../../../src/models/checkpoint/preprocessor.ts';
import { check, datasetFolder, told } from '../support.ts';

const mlp = { architecture: 'mlp', hidden: [4] };
const half = { mean: 0.5, std: 0.5 };

/** A folder with two models of its images: one that says how it saw their pixels, and one that does not. */
async function modelsFolder(): Promise<string> {
  await openDevice('cpu');
  const folder = await datasetFolder();
  const task = { classes: 3, image: [8, 8, 1] as const };
  const model = buildModel(modelSchema.parse(mlp), task, RandomGenerator.forUse(1, 'test'));
  const files = preprocessorFile(model, { pixelScale: { mean: [half.mean], std: [half.std] } });
  await saveModel(model, join(folder, 'saved'), { files });
  await saveModel(model, join(folder, 'silent'));
  model.dispose();
  return folder;
}

const pixels = async (folder: string, changes: Record<string, unknown>, options = {}) =>
  told(await check(folder, changes, options))
    .filter(({ code }) => code === 'pixels')
    .map(({ severity, path, message }) => [severity, path, message]);

const taught = (checkpoint: string) => ({
  teacher: { checkpoint },
  student: { model: mlp },
  strategy: { kind: 'response' },
});

test('a teacher that was trained on pixels of another scale is told before it teaches', async () => {
  const folder = await modelsFolder();
  assert.deepEqual(await pixels(folder, taught('saved')), [
    [
      'warning',
      'teacher.checkpoint',
      'The teacher was trained on pixels scaled by mean 0.5 and std 0.5, but the dataset scales them by mean 0.1307 and std 0.3081.',
    ],
  ]);
  assert.deepEqual(await pixels(folder, taught('saved'), half), []);
  assert.deepEqual(await pixels(folder, taught('silent')), []);
});

test('so are a checkpoint that a student begins as, and a model that is made smaller', async () => {
  const folder = await modelsFolder();
  const places = async (changes: Record<string, unknown>, options = {}) =>
    (await pixels(folder, changes, options)).map(([, path]) => path);
  const begun = { student: { checkpoint: 'saved' }, strategy: { kind: 'direct' } };
  assert.deepEqual(await places(begun), ['student.checkpoint']);
  assert.deepEqual(await places(begun, half), []);
  const smaller = { student: undefined, strategy: { kind: 'quantize', of: 'saved' } };
  assert.deepEqual(await places(smaller), ['strategy.of']);
  assert.deepEqual(await places(smaller, half), []);
});

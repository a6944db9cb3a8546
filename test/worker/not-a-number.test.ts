import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { openDevice } from '../../src/device/open-device.ts';
import { RandomGenerator } from '../../src/device/random-generator.ts';
import { tf } from '../../src/device/tensorflow.ts';
import { modelSchema } from '../../src/experiment/schema/model-schema.ts';
import type { ExperimentInput } from '../../src/experiment/schema/schema.ts';
import { buildModel } from '../../src/models/build-model.ts';
import { saveModel } from '../../src/models/checkpoint/checkpoint.ts';
import type { RunEvent } from '../../src/worker/directory/events.ts';
import { eventsOf, fewImages, makeRun, ofType, runToEnd, temporaryDirectory } from './support.ts';

const project = temporaryDirectory();
const images = fewImages(project);
const mlp = { architecture: 'mlp' as const, hidden: [24] };

await openDevice('cpu');
/** A model of the images' ten classes whose last layer holds such weights. */
async function save(name: string, value: number): Promise<string> {
  const task = { classes: 10, image: [28, 28, 1] as const };
  const model = buildModel(modelSchema.parse(mlp), task, RandomGenerator.forUse(1, 'weights'));
  const bias = model.parameters.get('classifier.bias')!;
  bias.assign(tf.fill(bias.shape, value));
  await saveModel(model, join(project, name));
  model.dispose();
  return join(project, name);
}

async function failed(
  name: string,
  changes: Partial<ExperimentInput>,
): Promise<{ message: string; remedy?: string; events: RunEvent[] }> {
  const directory = await makeRun(project, name, { teacher: undefined, ...changes });
  const { code, output } = await runToEnd(directory);
  const events = await eventsOf(directory);
  assert.equal(code, 2, output);
  assert.ok(!existsSync(directory.studentDirectory), 'no student is left that answers nothing');
  assert.deepEqual(ofType(events, 'result'), []);
  return { ...ofType(events, 'failed')[0]!, events };
}

/** All samples in one step, so that its loss is still that of the first weights; pixels make its gradients huge. */
const std = 1e-30;
const oneStep = { epochs: 1, batchSize: 240, learningRate: 10, optimizer: 'sgd', clipNorm: null } as const;

test('a student that the last step made infinite fails, and is not called half right', async () => {
  const { message, remedy } = await failed('last-step', {
    dataset: { ...images, std, validation: 0 },
    student: { model: mlp },
    strategy: { kind: 'direct' },
    training: oneStep,
  });
  assert.match(message, /^The student answers NaN .* to 80 of 80 test samples after 1 step of training/);
  assert.match(message, /grows beyond what 32 bits hold/);
  assert.match(remedy!, /learningRate/);
});

test('held-out samples tell after which epoch a student went wrong', async () => {
  const { message } = await failed('held-out', {
    dataset: { ...images, std },
    student: { model: mlp },
    strategy: { kind: 'direct' },
    training: { ...oneStep, epochs: 3 },
  });
  assert.match(message, /48 of 48 held-out samples after epoch 1 \(step 1 of 3\)/);
});

test('a model that fewer bits make infinite fails', async () => {
  const { message, remedy } = await failed('float16', {
    student: undefined,
    strategy: { kind: 'quantize', of: await save('large', 1e6), scheme: 'float16' },
  });
  assert.match(message, /The student answers NaN .* to 80 of 80 test samples/);
  assert.match(remedy!, /scheme/);
});

test('a model that is NaN before it is made smaller is refused before it is', async () => {
  const { message, remedy } = await failed('nan-before', {
    student: undefined,
    strategy: { kind: 'quantize', of: await save('nan', Number.NaN), scheme: 'int8-weights' },
  });
  assert.match(message, /no numbers or infinite: classifier\.bias/);
  assert.match(message, /^The model to be made smaller answers NaN/);
  assert.match(remedy!, /whole/);
});

test('a teacher whose answers are NaN teaches none, and is doubted beside a student that needs none', async () => {
  const teacher = { checkpoint: join(project, 'nan') };
  const { message, events } = await failed('nan-teacher', { teacher, strategy: { kind: 'response' } });
  assert.match(message, /^The teacher answers NaN .* to 80 of 80 test samples.*classifier\.bias/);
  assert.ok(!ofType(events, 'phase').some(({ phase }) => phase === 'train'), 'before anything is trained');
  const directory = await makeRun(project, 'nan-beside', { teacher, strategy: { kind: 'direct' } });
  const { code, output } = await runToEnd(directory);
  assert.equal(code, 0, output);
  const beside = await eventsOf(directory);
  const [doubt] = ofType(beside, 'warning').filter((event) => event.doubt === 'not-a-number');
  assert.match(doubt!.message, /The teacher answers NaN/);
  const { result } = ofType(beside, 'result')[0]!;
  assert.deepEqual(
    [result.teacher!.accuracy, result.teacher!.loss, result.teacher!.calibrationError],
    [null, null, null],
  );
  assert.equal(result.teacher!.unanswered, 80);
  assert.equal(result.agreement, 0);
  const card = readFileSync(join(directory.studentDirectory, 'README.md'), 'utf8');
  assert.match(card, /Answers that are NaN \| – \| 80/);
});

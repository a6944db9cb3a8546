import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { openDevice } from '../../../src/device/open-device.ts';
import { RandomGenerator } from '../../../src/device/random-generator.ts';
import { tf } from '../../../src/device/tensorflow.ts';
import { modelSchema } from '../../../src/experiment/schema/model-schema.ts';
import type { ExperimentInput } from '../../../src/experiment/schema/schema.ts';
import { buildModel } from '../../../src/models/build-model.ts';
import { saveModel } from '../../../src/models/checkpoint/checkpoint.ts';
import { eventsOf, makeRun, ofType, runToEnd, temporaryDirectory } from '../support.ts';

const project = temporaryDirectory();
await openDevice('cpu');

/** A model that names the same class whatever it sees. */
const constant = join(project, 'constant');
const task = { classes: 10, image: [28, 28, 1] as const };
const config = modelSchema.parse({ architecture: 'mlp', hidden: [8] });
const model = buildModel(config, task, RandomGenerator.forUse(1, 'weights'));
const bias = model.parameters.get('classifier.bias')!;
bias.assign(tf.tensor1d([0, 0, 0, 50, 0, 0, 0, 0, 0, 0]));
await saveModel(model, constant);

async function run(name: string, changes: Partial<ExperimentInput>) {
  const directory = await makeRun(project, name, changes);
  const { code, output } = await runToEnd(directory);
  assert.equal(code, 0, output);
  const events = await eventsOf(directory);
  const place = (type: string, fits: (event: never) => boolean = () => true) =>
    events.findIndex((event) => event.type === type && fits(event as never));
  return {
    doubts: ofType(events, 'warning').flatMap(({ doubt, message }) => (doubt ? [[doubt, message]] : [])),
    doubtPlace: place('warning', ({ doubt }: { doubt?: string }) => doubt !== undefined),
    trainPlace: place('phase', ({ phase }: { phase: string }) => phase === 'train'),
    asked: ofType(events, 'progress').some(({ phase, unit }) => phase === 'teacher' && unit === 'batches'),
    result: ofType(events, 'result')[0]!.result,
  };
}

test('a teacher at chance is said to be that before its student is trained, and asked once for all runs', async () => {
  const teacher = { checkpoint: constant };
  const first = await run('first', { teacher });
  const [[kind, message] = []] = first.doubts;
  assert.equal(kind, 'teacher-quality');
  assert.match(message!, /The teacher is right in .* no better than always naming the most frequent class/);
  assert.ok(first.doubtPlace < first.trainPlace);
  assert.equal(first.asked, true);
  const second = await run('second', { teacher, seeds: [2] });
  assert.deepEqual(second.doubts, first.doubts);
  assert.equal(second.asked, false, 'its answers are remembered');
  const { latencyMs: one, throughput: two, ...figures } = first.result.teacher!;
  const { latencyMs: three, throughput: four, ...again } = second.result.teacher!;
  assert.deepEqual(again, figures);
  assert.ok(one! > 0 && two! > 0 && three! > 0 && four! > 0, 'its speed is measured anew');
});

test('what is made smaller is looked at as well', async () => {
  const strategy = {
    kind: 'quantize' as const,
    of: constant,
    scheme: 'int8-weights' as const,
    keepEnds: false,
  };
  const { doubts } = await run('quantized', { teacher: undefined, student: undefined, strategy });
  assert.match(doubts[0]![1]!, /^The model to be made smaller is right in/);
});

test('of a teacher that knows something nothing is said', async () => {
  const { doubts } = await run('sound', {});
  assert.deepEqual(doubts, []);
});

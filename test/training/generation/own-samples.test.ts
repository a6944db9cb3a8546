import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { type HostBatch, ignoredLabel } from '../../../src/data/dataset.ts';
import { TextSplit } from '../../../src/data/text/text-split.ts';
import { TokenStore } from '../../../src/data/text/token-store.ts';
import { RandomGenerator } from '../../../src/device/random-generator.ts';
import { tf } from '../../../src/device/tensorflow.ts';
import { strategySchema } from '../../../src/experiment/schema/strategy-schema.ts';
import { onPolicySchema } from '../../../src/experiment/strategies/sequence/on-policy.ts';
import { loadModel, saveModel } from '../../../src/models/checkpoint/checkpoint.ts';
import { toStored } from '../../../src/models/checkpoint/kernel-layout.ts';
import type { Model } from '../../../src/models/model.ts';
import { createStrategy } from '../../../src/strategies/create-strategy.ts';
import { hiddenShapes } from '../../../src/strategies/hidden-shapes.ts';
import { stepTotals } from '../../../src/strategies/step-totals.ts';
import type { StepTotals } from '../../../src/strategies/strategy.ts';
import { learningOf } from '../../../src/strategies/tasks/all.ts';
import { OwnSamples } from '../../../src/training/generation/own-samples.ts';
import { liveTeacher } from '../../../src/training/teacher/teacher-source.ts';
import { temporaryDirectory } from '../../data/idx-files.ts';
import { pythonWith } from '../../machine/python.ts';
import { assertClose } from '../../models/backend.ts';
import { checkpointFolder, valuesOf } from '../../models/reference-checkpoint.ts';
import { openTestDevice } from '../support.ts';

const { python, skip } = pythonWith('torch', 'transformers');
const device = await openTestDevice();
const length = 12;

/** A student that is not its teacher. */
async function studentOf(name = 'gpt2'): Promise<Model> {
  const model = await loadModel(checkpointFolder(name));
  const generator = RandomGenerator.forUse(3, 'student');
  for (const variable of model.parameters.values())
    tf.tidy(() => {
      const noise = Float32Array.from({ length: variable.size }, () => 0.05 * generator.normal());
      variable.assign(tf.add(variable, tf.tensor(noise, variable.shape)));
    });
  return model;
}

/** The second of them has a prompt of its own, the third is too short for one. */
function batchOf(): HostBatch {
  const tokens = new TokenStore(40);
  tokens.add([5, 9, 13, 2, 7, 8, 30, 31]);
  tokens.add([7, 8, 20, 21, 22, 23], 4);
  tokens.add([11, 12]);
  const layout = { padId: 1, buckets: [8, length] };
  const split = new TextSplit('train', { tokens, idOffset: 0 }, Int32Array.of(0, 1, 2), layout);
  return split.batch(Int32Array.of(0, 1, 2), 4);
}

const samplesOf = (student: Model, config: object, seed = 1, endId?: number) =>
  new OwnSamples({
    device,
    student,
    config: onPolicySchema.parse(config)!,
    seed,
    endId,
    length,
    padId: 1,
  });

const rowsOf = ({ data, shape }: HostBatch['labels']): number[][] =>
  Array.from({ length: shape[0]! }, (_, row) => [...data.slice(row * shape[1]!, (row + 1) * shape[1]!)]);

test('the student goes on from beginnings, which are no targets, and draws the same at the same step', async () => {
  const student = await studentOf();
  const own = samplesOf(student, { share: 1, promptLength: 3, maxNewTokens: 5 });
  const [batch] = await own.of([batchOf()], 7);
  const [ids, labels] = [rowsOf(batch!.input.ids!), rowsOf(batch!.labels)];
  assert.deepEqual(ids[0]!.slice(0, 3), [5, 9, 13]);
  assert.deepEqual(ids[1]!.slice(0, 4), [7, 8, 20, 21]);
  for (const [row, prompt] of [
    [0, 3],
    [1, 4],
  ] as const) {
    const end = prompt + 5;
    assert.deepEqual(labels[row]!.slice(prompt, end), ids[row]!.slice(prompt, end));
    assert.ok(labels[row]!.slice(0, prompt).every((label) => label === ignoredLabel));
    assert.ok(labels[row]!.slice(end).every((label) => label === ignoredLabel));
  }
  // It leaves nothing to write, and stays as it was.
  assert.deepEqual(labels[2]!.slice(0, 2), [11, 12]);
  assert.deepEqual([...batch!.weights.data], [1, 1, 1, 0]);
  const again = samplesOf(student, { share: 1, promptLength: 3, maxNewTokens: 5 });
  await again.of([batchOf()], 6);
  assert.deepEqual(await again.of([batchOf()], 7), [batch]);
  assert.notDeepEqual(await again.of([batchOf()], 8), [batch]);
  // What ends a text is its last token.
  const endId = ids[0]![3]!;
  const [ended] = await samplesOf(student, { share: 1, promptLength: 3, maxNewTokens: 5 }, 1, endId).of(
    [batchOf()],
    7,
  );
  assert.deepEqual(
    rowsOf(ended!.labels)[0]!.filter((label) => label !== ignoredLabel),
    [endId],
  );
});

test('the share of batches is that of λ, and 0 leaves all as they are', async () => {
  const student = await studentOf();
  const batches = [batchOf()];
  const counted = async (share: number) => {
    const own = samplesOf(student, { share, promptLength: 3, maxNewTokens: 1, temperature: 0 });
    let written = 0;
    for (let step = 0; step < 60; step++) if ((await own.of(batches, step))[0] !== batches[0]) written++;
    return written;
  };
  assert.equal(await counted(0), 0);
  assert.equal(await counted(1), 60);
  const some = await counted(0.25);
  assert.ok(some > 5 && some < 26, `${some}`);
});

test('losses and gradients on own samples are those of PyTorch, for every β', { skip }, async (context) => {
  const folder = join(temporaryDirectory(context), 'student');
  await saveModel(await studentOf(), folder);
  const [student, teacher] = [await loadModel(folder), await loadModel(checkpointFolder('gpt2'))];
  const [batch] = await samplesOf(student, { share: 1, promptLength: 3, maxNewTokens: 6 }).of([batchOf()], 0);
  const real = batch!.sampleIds.length;
  const input = {
    student: folder,
    teacher: checkpointFolder('gpt2'),
    ids: rowsOf(batch!.input.ids!).slice(0, real),
    mask: rowsOf(batch!.input.mask!).slice(0, real),
    labels: rowsOf(batch!.labels).slice(0, real),
    betas: [0, 0.1, 0.5, 1],
  };
  const { stdout, stderr, status } = spawnSync(
    python,
    [join(import.meta.dirname, '../../reference/texts/gkd.py')],
    { input: JSON.stringify(input), encoding: 'utf8', maxBuffer: 1 << 26 },
  );
  assert.equal(status, 0, stderr);
  const theirs = JSON.parse(stdout) as { loss: number; gradients: Record<string, number[]> }[];
  for (const [at, beta] of input.betas.entries()) {
    const { loss, gradients } = lossOf(student, teacher, batch!, beta);
    assertClose([loss], [theirs[at]!.loss], 1e-5, `β = ${beta}`);
    for (const [name, values] of Object.entries(theirs[at]!.gradients)) {
      const own = toStored(Float32Array.from(gradients.get(name)!), student.parameters.get(name)!.shape);
      assertClose(own, values, 1e-5, `β = ${beta}, ${name}`);
    }
  }
});

function lossOf(student: Model, teacher: Model, batch: HostBatch, beta: number) {
  const strategy = createStrategy(
    strategySchema.parse({
      kind: 'sequence',
      weight: 1,
      temperature: 1,
      divergence: 'jsd',
      beta,
      onPolicy: {},
    }),
  );
  const shapes = { student: hiddenShapes(student), teacher: hiddenShapes(teacher) };
  const needs = strategy.needs(shapes);
  assert.ok(needs.ownSamples);
  const attached = strategy.attach({
    student,
    teacher: { hiddenShapes: shapes.teacher, classes: teacher.task.classes },
    task: student.task,
    initialize: () => assert.fail('nothing is to be made'),
    buildModel: () => assert.fail('nothing is to be made'),
  });
  const tensors = (record: HostBatch['input']) =>
    Object.fromEntries(
      Object.entries(record).map(([name, { data, shape, dtype }]) => [
        name,
        tf.tensor(data, [...shape], dtype),
      ]),
    );
  const { value, grads } = tf.variableGrads(() => {
    const input = tensors(batch.input);
    const { labels, weights } = tensors({ labels: batch.labels, weights: batch.weights });
    const totals = tensors(stepTotals([batch], student.task)) as unknown as StepTotals;
    const own = { input, labels: labels!, weights: weights! };
    const terms = attached.loss({
      batch: own,
      rows: learningOf(student.task).rows(own, totals),
      student: student.forward(input, { training: false }),
      teacher: liveTeacher(teacher, needs).signals(input, {}),
      totals,
      labelSmoothing: 0,
      random: undefined as never,
    });
    const [divergence] = Object.values(terms).filter(({ weight }) => weight > 0);
    assert.equal(divergence!.weight, 1);
    return divergence!.value;
  }, [...student.parameters.values()]);
  const gradients = new Map(
    [...student.parameters].map(([name, { name: key }]) => [name, valuesOf(grads[key]!)]),
  );
  return { loss: value.dataSync()[0]!, gradients };
}

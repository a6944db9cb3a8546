import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { type StrategyConfig, strategySchema } from '../../src/experiment/schema/strategy-schema.ts';
import { createStrategy } from '../../src/strategies/create-strategy.ts';
import { hiddenShapes } from '../../src/strategies/hidden-shapes.ts';
import { Checkpoints } from '../../src/training/checkpoint.ts';
import { initializer } from '../../src/training/initialize.ts';
import { liveTeacher } from '../../src/training/teacher/teacher-source.ts';
import { train } from '../../src/training/train-loop.ts';
import { brightRows, openTestDevice, smallModel, temporaryDirectory, trainingConfig } from './support.ts';

const device = await openTestDevice();

/** What is recorded at each step of a small student that learns from a teacher of four layers. */
async function recordedBy(strategy: object, accumulation = 1): Promise<Record<string, number>[]> {
  const data = brightRows({ train: 48 });
  const student = smallModel(data, { hidden: [6, 5] });
  const teacher = smallModel(data, { hidden: [8, 9, 10, 11], seed: 1 });
  const own = createStrategy(strategySchema.parse(strategy) as StrategyConfig);
  const shapes = { student: hiddenShapes(student), teacher: hiddenShapes(teacher) };
  const attached = own.attach({
    student,
    teacher: { hiddenShapes: shapes.teacher, classes: data.task.classes },
    task: data.task,
    initialize: initializer(0),
    buildModel: () => {
      throw new Error('not used');
    },
  });
  const recorded: Record<string, number>[] = [];
  await train({
    device,
    student,
    strategy: attached,
    teacher: liveTeacher(teacher, own.needs(shapes)),
    train: data.train,
    validation: data.validation,
    config: trainingConfig({ epochs: 2, batchSize: 8, accumulation, learningRate: 0.01 }),
    seed: 3,
    checkpoints: new Checkpoints(join(temporaryDirectory(), 'checkpoints')),
    identity: 'test',
    observer: { metrics: (values) => void ('loss' in values && recorded.push({ ...values })) },
  });
  attached.dispose();
  student.dispose();
  teacher.dispose();
  return recorded;
}

const near = (actual: number, expected: number) =>
  assert.ok(Math.abs(actual - expected) <= 1e-5 * Math.abs(expected), `${actual}, not ${expected}`);
const sumOf = (values: Record<string, number>, prefix: string) =>
  Object.entries(values).reduce((sum, [name, value]) => (name.startsWith(prefix) ? sum + value : sum), 0);

for (const accumulation of [1, 3])
  test(`the losses of the layers add up to their term, ${accumulation} batches a step`, async () => {
    const steps = await recordedBy({ kind: 'feature', weight: 3 }, accumulation);
    assert.deepEqual(
      Object.keys(steps[0]!).filter((name) => name.startsWith('layer.')),
      ['layer.feature.1-2', 'layer.feature.2-4'],
    );
    for (const values of steps) near(sumOf(values, 'layer.feature.'), values['loss.feature']!);
    // They are told beside the loss and are no part of it a second time.
    for (const values of steps) near(values.loss!, 3 * values['loss.feature']! + values['loss.labels']!);
    assert.ok(steps.at(-1)!['layer.feature.2-4']! < steps[0]!['layer.feature.2-4']!);
  });

test('each term of a combination has layers of its own, and a pair that is named twice is one', async () => {
  const layers = [
    { student: 1, teacher: 3 },
    { student: 1, teacher: 3 },
  ];
  const [first] = await recordedBy({
    kind: 'combined',
    terms: [{ kind: 'feature', layers }, { kind: 'cosine' }, { kind: 'feature' }, { kind: 'response' }],
  });
  const names = Object.keys(first!).filter((name) => name.startsWith('layer.'));
  assert.deepEqual(names, [
    'layer.feature.1-3',
    'layer.cosine.1-2',
    'layer.cosine.2-4',
    'layer.feature-2.1-2',
    'layer.feature-2.2-4',
  ]);
  for (const term of ['feature', 'cosine', 'feature-2'])
    near(sumOf(first!, `layer.${term}.`), first![`loss.${term}`]!);
});

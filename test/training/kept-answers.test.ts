import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { RandomGenerator } from '../../src/device/random-generator.ts';
import { modelSchema } from '../../src/experiment/schema/model-schema.ts';
import { strategySchema } from '../../src/experiment/schema/strategy-schema.ts';
import { buildModel } from '../../src/models/build-model.ts';
import { createStrategy } from '../../src/strategies/create-strategy.ts';
import { hiddenShapes } from '../../src/strategies/hidden-shapes.ts';
import { Checkpoints } from '../../src/training/checkpoint.ts';
import { Evaluator } from '../../src/training/evaluation/evaluate.ts';
import { initializer } from '../../src/training/initialize.ts';
import { cachedSignals } from '../../src/training/teacher/teacher-signals.ts';
import { liveTeacher } from '../../src/training/teacher/teacher-source.ts';
import { train } from '../../src/training/train-loop.ts';
import { cpu } from '../compression/models.ts';
import { languageOfSailors, temporaryDirectory, trainingConfig } from './support.ts';

const device = await cpu();
const data = await languageOfSailors();
const cacheDirectory = temporaryDirectory();

const decoder = (hiddenSize: number, seed: number) =>
  buildModel(
    modelSchema.parse({ architecture: 'gpt2', hiddenSize, layers: 1, heads: 2 }),
    data.task,
    RandomGenerator.forUse(seed, 'weights'),
  );

/** The loss on the test texts of a student that learned from a teacher's answers at a temperature. */
async function learned(
  { teacherWidth, ...options }: { teacherWidth: number; topK: number | null; temperature: number },
  seed: number,
  cached: boolean,
): Promise<number> {
  const [teacher, student] = [decoder(teacherWidth, 100), decoder(8, seed)];
  const strategy = createStrategy(strategySchema.parse({ kind: 'sequence', weight: 0.9, ...options }));
  const needs = strategy.needs({ student: hiddenShapes(student), teacher: hiddenShapes(teacher) });
  const attached = strategy.attach({
    student,
    teacher: { hiddenShapes: hiddenShapes(teacher), classes: teacher.task.classes },
    task: data.task,
    initialize: initializer(seed),
    buildModel: () => {
      throw new Error('Sequence distillation has no peers.');
    },
  });
  const source = cached
    ? await cachedSignals({
        device,
        teacher,
        teacherHash: `${teacherWidth}`,
        needs,
        split: data.train,
        fingerprint: data.fingerprint,
        cacheDirectory,
      })
    : liveTeacher(teacher, needs);
  await train({
    device,
    student,
    strategy: attached,
    teacher: source,
    train: data.train,
    validation: data.validation,
    config: trainingConfig({ epochs: 2, batchSize: 8, learningRate: 0.02 }),
    seed,
    checkpoints: new Checkpoints(join(temporaryDirectory(), 'checkpoints')),
    identity: 'test',
  });
  const evaluator = new Evaluator(device, student);
  const { loss } = await evaluator.evaluate(data.test);
  evaluator.dispose();
  attached.dispose();
  for (const model of [teacher, student]) model.dispose();
  return loss;
}

for (const temperature of [1, 2, 4])
  test(`students that learn from kept answers at temperature ${temperature} are those that learn from all, over three seeds`, async () => {
    for (const seed of [1, 2, 3]) {
      const all = await learned({ teacherWidth: 8, topK: null, temperature }, seed, false);
      for (const cached of [false, true]) {
        const kept = await learned({ teacherWidth: 8, topK: 4, temperature }, seed, cached);
        assert.ok(Math.abs(kept - all) < 1e-4, `seed ${seed}: ${kept}, not ${all}`);
      }
    }
  });

test('of a wider teacher, kept tokens teach the same from the cache as from the teacher at work', async () => {
  const few = { teacherWidth: 32, topK: 2, temperature: 2 };
  const live = await learned(few, 1, false);
  assert.ok(Math.abs((await learned(few, 1, true)) - live) < 1e-4);
  const all = await learned({ ...few, topK: null }, 1, true);
  assert.ok(Math.abs(all - live) > 1e-4, 'two tokens of a wider teacher are not all it knows');
});

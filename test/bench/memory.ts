import { readFileSync } from 'node:fs';
import type { HostBatch } from '../../src/data/dataset.ts';
import { HostRandom } from '../../src/device/host-random.ts';
import { openDevice } from '../../src/device/open-device.ts';
import { RandomGenerator } from '../../src/device/random-generator.ts';
import { modelSchema } from '../../src/experiment/schema/model-schema.ts';
import { strategySchema } from '../../src/experiment/schema/strategy-schema.ts';
import { buildModel } from '../../src/models/build-model.ts';
import type { Model } from '../../src/models/model.ts';
import { createStrategy } from '../../src/strategies/create-strategy.ts';
import { hiddenShapes } from '../../src/strategies/hidden-shapes.ts';
import { initializer } from '../../src/training/initialize.ts';
import { createOptimizer } from '../../src/training/optimizers/optimizer.ts';
import { type TeacherSource, toSignals } from '../../src/training/teacher/teacher-source.ts';
import { TrainingStep } from '../../src/training/training-step.ts';

const gibibyte = 2 ** 30;
const limit = 8 * gibibyte;

const vocabulary = 50_257;
const length = 256;
const topK = 64;
const temperature = 2;
const steps = 3;

/**
 * Peak memory of a process that trains a language model of GPT-2's vocabulary by sequence distillation from cached
 * signals. Printed beside it: the logits alone, of which a training step could hold several.
 * @returns whether it stays below 8 GiB
 */
export async function memory(threads: number, batchSize: number): Promise<boolean> {
  const device = await openDevice('cpu', { threads });
  const generator = RandomGenerator.forUse(1, 'memory');
  const task = {
    classes: vocabulary,
    text: { goal: 'language-model' as const, vocabulary, length, padId: 0 },
  };
  const config = modelSchema.parse({
    architecture: 'gpt2',
    hiddenSize: 384,
    layers: 6,
    heads: 6,
    dropout: 0.1,
  });
  const student = buildModel(config, task, generator);
  const strategy = createStrategy(strategySchema.parse({ kind: 'sequence', topK, temperature })).attach({
    student,
    teacher: { hiddenShapes: hiddenShapes(student), classes: vocabulary },
    task,
    initialize: initializer(1),
    buildModel: () => {
      throw new Error('Sequence distillation has no peers.');
    },
  });
  const parameters = new Map([...student.parameters, ...strategy.parameters]);
  const optimizer = createOptimizer(
    {
      optimizer: 'adamw',
      momentum: 0,
      beta1: 0.9,
      beta2: 0.999,
      epsilon: 1e-8,
      weightDecay: 0.01,
      weightDecayKind: 'decoupled',
    },
    parameters,
  );
  const step = new TrainingStep({
    device,
    student,
    strategy,
    teacher: drawnSignals(generator, batchSize, student),
    parameters,
    optimizer,
    random: new HostRandom(generator),
    config: { clipNorm: 1, labelSmoothing: 0 },
  });
  const numbers = [...student.parameters.values()].reduce((sum, { size }) => sum + size, 0);
  console.log(
    `GPT-2 of 6 layers of 384, ${(numbers / 1e6).toFixed(1)} million parameters; vocabulary ${vocabulary}, ${batchSize} texts of ${length} tokens,\n` +
      `sequence distillation from the ${topK} likeliest tokens, AdamW; ${device.name}.`,
  );
  const seconds: number[] = [];
  for (let index = 0; index < steps; index++) {
    const started = performance.now();
    await step.run([textBatch(generator, batchSize)], index, 1e-4);
    seconds.push((performance.now() - started) / 1000);
  }
  const { loss } = await step.metrics.take();
  const peak = peakBytes();
  console.log(
    `peak resident memory: ${inGibibytes(peak)} (limit ${inGibibytes(limit)}); logits of one step: ${inGibibytes(4 * batchSize * length * vocabulary)}\n` +
      `seconds a step: ${seconds.map((time) => time.toFixed(1)).join(', ')}; loss ${loss?.toFixed(3)}`,
  );
  step.dispose();
  optimizer.dispose();
  strategy.dispose();
  student.dispose();
  await device.dispose();
  if (!Number.isFinite(loss)) throw new Error(`The loss is ${loss}.`);
  return peak < limit;
}

const inGibibytes = (bytes: number) => `${(bytes / gibibyte).toFixed(2)} GiB`;

/** Of this process since its start. Linux tells it by itself; elsewhere by getrusage, in KiB. */
function peakBytes(): number {
  try {
    return 1024 * Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))![1]);
  } catch {
    return 1024 * process.resourceUsage().maxRSS;
  }
}

function textBatch(generator: RandomGenerator, batchSize: number): HostBatch {
  const shape = [batchSize, length];
  const ids = Int32Array.from({ length: batchSize * length }, () => generator.below(vocabulary));
  return {
    input: {
      ids: { data: ids, shape, dtype: 'int32' },
      mask: { data: new Float32Array(ids.length).fill(1), shape, dtype: 'float32' },
    },
    labels: { data: ids, shape, dtype: 'int32' },
    weights: { data: new Float32Array(batchSize).fill(1), shape: [batchSize], dtype: 'float32' },
    sampleIds: Int32Array.from({ length: batchSize }, (_, index) => index),
  };
}

/** What a cache of teacher signals gives, with tokens drawn by chance: the size of a step does not depend on them. */
function drawnSignals(generator: RandomGenerator, batchSize: number, teacher: Model): TeacherSource {
  const positions = batchSize * length;
  const first = Int32Array.from({ length: positions }, () => generator.below(vocabulary - topK));
  const indices = Int32Array.from(
    { length: positions * topK },
    (_, at) => first[Math.floor(at / topK)]! + (at % topK),
  );
  const logProbabilities = new Float32Array(positions * topK).fill(Math.log(0.9 / topK));
  const rest = new Float32Array(positions).fill(Math.log(0.1));
  const shape = [batchSize, length, topK];
  return {
    inputs: () => ({
      'top.indices': { data: indices, shape, dtype: 'int32' },
      'top.logProbabilities': { data: logProbabilities, shape, dtype: 'float32' },
      [`top.rest.${temperature}`]: { data: rest, shape: [batchSize, length], dtype: 'float32' },
    }),
    signals: (_input, cached) => toSignals(teacher, cached),
  };
}

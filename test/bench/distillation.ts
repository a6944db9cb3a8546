import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Table from 'cli-table3';
import type { Device } from '../../src/device/device.ts';
import { openDevice } from '../../src/device/open-device.ts';
import { RandomGenerator } from '../../src/device/random-generator.ts';
import { type ModelConfig, trainingSchema } from '../../src/experiment/schema/schema.ts';
import { buildModel } from '../../src/models/build-model.ts';
import { parameterCount } from '../../src/models/model.ts';
import { createStrategy } from '../../src/strategies/create-strategy.ts';
import { hiddenShapes } from '../../src/strategies/hidden-shapes.ts';
import { Checkpoints } from '../../src/training/checkpoint.ts';
import { initializer } from '../../src/training/initialize.ts';
import { cachedSignals } from '../../src/training/teacher/teacher-signals.ts';
import { train } from '../../src/training/train-loop.ts';
import { type Mails, openMails } from './mails.ts';

interface Shape {
  readonly layers: number;
  readonly width: number;
  readonly heads: number;
}

const recipe = {
  length: 512,
  vocabulary: 4096,
  classes: 2,
  batch: 16,
  epochs: 3,
  learningRate: 1e-3,
  temperature: 2,
  alpha: 0.5,
  teacher: { layers: 6, width: 256, heads: 8 },
  student: { layers: 3, width: 128, heads: 4 },
} as const;

/** What one side took from built models to a trained student, and what its student came to. */
interface Outcome {
  readonly elapsed: number;
  readonly processor: number;
  /** Seconds of it that the teacher took, where they can be told. */
  readonly teacher: number;
  /** Of the last steps. */
  readonly loss: number;
}

/**
 * A whole response distillation over mails of all lengths, ours and the plain PyTorch loop: the teacher's forward pass
 * in every step, and every mail padded to the longest. Ours begins without cached signals, and writes its checkpoints.
 * @param python a Python with PyTorch; without one only our own times are printed.
 */
export async function distillation(
  python: string | undefined,
  threadCounts: readonly number[],
  count: number,
): Promise<void> {
  const mails = await openMails(count, recipe.length);
  const directory = await mkdtemp(join(tmpdir(), 'distillery-bench-'));
  const head = ['threads', 'ours', 'of that teacher', 'PyTorch', 'ratio', 'of processor time', 'losses'];
  const table = new Table({ head, style: { head: [], border: [] } });
  try {
    for (const threads of threadCounts) {
      const ours = await distil(mails, threads, join(directory, String(threads)));
      const theirs = python && (await distilInPyTorch(python, mails, threads, directory));
      table.push([
        String(threads),
        `${ours.elapsed.toFixed(1)} s`,
        `${ours.teacher.toFixed(1)} s`,
        theirs ? `${theirs.elapsed.toFixed(1)} s` : '–',
        theirs ? (ours.elapsed / theirs.elapsed).toFixed(2) : '–',
        theirs ? (ours.processor / theirs.processor).toFixed(2) : '–',
        `${ours.loss.toFixed(3)}${theirs ? ` and ${theirs.loss.toFixed(3)}` : ''}`,
      ]);
    }
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
  const tokens = mails.samples.reduce((sum, { length }) => sum + length, 0) / mails.samples.length;
  const { teacher, student, epochs, batch, length } = recipe;
  console.log(
    `Response distillation of ${mails.samples.length} mails of ${tokens.toFixed(0)} tokens on average, at most ${length}: teacher ` +
      `${teacher.layers} × ${teacher.width}, student ${student.layers} × ${student.width}, ${epochs} epochs, batches of ${batch}.`,
  );
  console.log(table.toString());
}

const bert = ({ layers, width, heads }: Shape): ModelConfig => ({
  ...({ architecture: 'bert', layout: 'bert', layers, heads, hiddenSize: width } as const),
  ...({ activation: 'gelu', dropout: 0, attentionDropout: 0, layerNormEpsilon: 1e-5 } as const),
});

async function distil(mails: Mails, threads: number, directory: string): Promise<Outcome> {
  const device = await openDevice('cpu', { threads });
  try {
    return await distilOn(device, mails, directory);
  } finally {
    await device.dispose();
  }
}

async function distilOn(device: Device, { dataset, samples }: Mails, directory: string): Promise<Outcome> {
  const model = (shape: Shape, use: string) =>
    buildModel(bert(shape), dataset.task, RandomGenerator.forUse(1, use));
  const [teacher, student] = [model(recipe.teacher, 'teacher'), model(recipe.student, 'student')];
  if (parameterCount(student) >= parameterCount(teacher))
    throw new Error('The student is to be the smaller.');
  const strategy = createStrategy({
    kind: 'response',
    temperature: recipe.temperature,
    alpha: recipe.alpha,
  });
  const teacherShapes = hiddenShapes(teacher);
  const needs = strategy.needs({ student: hiddenShapes(student), teacher: teacherShapes });
  const attached = strategy.attach({
    student,
    teacher: { hiddenShapes: teacherShapes, classes: teacher.task.classes },
    task: dataset.task,
    initialize: initializer(1),
    buildModel: () => student,
  });
  const losses: number[] = [];
  const started = performance.now();
  const before = process.cpuUsage();
  const signals = await cachedSignals({
    device,
    teacher,
    teacherHash: 'untrained',
    needs,
    split: dataset.train,
    fingerprint: dataset.fingerprint,
    cacheDirectory: join(directory, 'cache'),
  });
  const teacherSeconds = (performance.now() - started) / 1000;
  await train({
    device,
    student,
    strategy: attached,
    teacher: signals,
    train: dataset.train,
    validation: dataset.validation,
    config: trainingSchema.parse({
      ...{ epochs: recipe.epochs, batchSize: recipe.batch, learningRate: recipe.learningRate },
      ...{ schedule: 'constant', warmupRatio: 0, clipNorm: null },
    }),
    seed: 1,
    checkpoints: new Checkpoints(join(directory, 'checkpoints')),
    identity: 'bench',
    observer: {
      metrics: ({ loss }) => {
        losses.push(loss!);
      },
    },
  });
  const elapsed = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(before);
  signals.close();
  attached.dispose();
  student.dispose();
  teacher.dispose();
  const steps = Math.ceil(samples.length / recipe.batch);
  return {
    elapsed,
    processor: (user + system) / 1e6,
    teacher: teacherSeconds,
    loss: mean(losses.slice(-steps)),
  };
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

async function distilInPyTorch(
  python: string,
  { samples, labels }: Mails,
  threads: number,
  directory: string,
): Promise<Outcome> {
  const request = join(directory, `pytorch-${threads}.json`);
  await writeFile(request, JSON.stringify({ ...recipe, threads, samples, labels }));
  const script = join(import.meta.dirname, 'distillation.py');
  const child = spawn(python, [script, request], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.on('data', (text) => {
    output += text;
  });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`${script} ended with ${code}.`);
  return JSON.parse(output) as Outcome;
}

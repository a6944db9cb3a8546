import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { experimentIdentity } from '../../../src/experiment/parsing/identity.ts';
import { type ExperimentInput, experimentSchema } from '../../../src/experiment/schema/schema.ts';
import { newRunId } from '../../../src/runs/run-id.ts';
import { openStore } from '../../../src/runs/store.ts';
import type {
  ModelFigures,
  RunEvent,
  RunEventBody,
  RunResult,
} from '../../../src/worker/directory/events.ts';
import { RunDirectory } from '../../../src/worker/directory/run-directory.ts';
import type { RunRequest } from '../../../src/worker/directory/run-request.ts';

/** Runs of one experiment differ by seed; a sweep over learning rates makes the groups. */
const seedsPerGroup = 5;
const epochs = 20;
const classes = 10;

const strategies: readonly NonNullable<ExperimentInput['strategy']>[] = [
  { kind: 'direct' },
  { kind: 'response', temperature: 4, alpha: 0.9 },
  { kind: 'response', temperature: 20, alpha: 0.7 },
  { kind: 'self' },
  { kind: 'online' },
];

/** What a step reports; with the values of an epoch they add up to the points of a run. */
const stepValues = ['loss', 'loss.labels', 'loss.response', 'learningRate', 'gradientNorm'];
const epochValues = ['accuracy', 'validation.accuracy', 'validation.loss'];

/**
 * Fills the data directory of a project with runs that have ended, each with this many points in its curves. They go
 * through the store as if they had been read from logs; only the logs themselves are not written.
 */
export async function makeRuns(project: string, count: number, points: number): Promise<void> {
  const store = await openStore(join(project, '.distillery'));
  try {
    const begin = Date.now() - count * 60_000;
    for (let index = 0; index < count; index++) {
      const createdAt = begin + index * 60_000;
      const request = requestOf(project, store.dataDirectory, index);
      const { experiment, seed } = request;
      const named = { experiment: experiment.name, strategy: experiment.strategy.kind, seed };
      const id = newRunId(named, new Date(createdAt));
      await new RunDirectory(store.directoryOf(id)).create(request);
      await store.add(id, request);
      await store.ingest(id, eventsOf(index, createdAt, points));
      if (index % 7 === 0) await store.tag(id, index % 2 === 0 ? 'paper' : 'sweep');
    }
  } finally {
    await store.close();
  }
  await writeFile(join(project, 'sweep.distill.json'), JSON.stringify(experimentOf(0), null, 2));
}

/** Makes runs that a worker of the bench reports; their ids. */
export async function makeQueued(project: string, count: number): Promise<string[]> {
  const store = await openStore(join(project, '.distillery'));
  try {
    const ids: string[] = [];
    for (let index = 0; index < count; index++) {
      const request = requestOf(project, store.dataDirectory, index * seedsPerGroup + 1);
      const { experiment, seed } = request;
      const id = newRunId({ experiment: experiment.name, strategy: experiment.strategy.kind, seed });
      await new RunDirectory(store.directoryOf(id)).create(request);
      ids.push(id);
    }
    return ids;
  } finally {
    await store.close();
  }
}

function experimentOf(group: number): ExperimentInput {
  return {
    name: `Sweep ${1 + Math.floor(group / strategies.length / 5)}`,
    dataset: { kind: 'mnist', labelledSubset: 1000 },
    teacher: { model: { architecture: 'mlp', hidden: [1200, 1200], dropout: 0.5 } },
    student: { model: { architecture: 'mlp', hidden: [64] } },
    strategy: strategies[group % strategies.length]!,
    training: { epochs, learningRate: 1e-3 * (1 + Math.floor(group / strategies.length)) },
  };
}

function requestOf(project: string, dataDirectory: string, index: number): RunRequest {
  const seed = index % seedsPerGroup;
  const experiment = experimentSchema.parse({
    ...experimentOf(Math.floor(index / seedsPerGroup)),
    seeds: [seed],
  });
  return {
    experiment,
    file: join(project, 'sweep.distill.json'),
    directory: project,
    dataDirectory,
    seed,
    device: 'cpu',
    name: experiment.name,
    group: experimentIdentity(experiment, project),
  };
}

function eventsOf(index: number, createdAt: number, points: number): RunEvent[] {
  const events: RunEvent[] = [];
  const noise = numbers(index + 1);
  const add = (body: RunEventBody, seconds: number) =>
    events.push({ seq: events.length, time: createdAt + seconds * 1000, ...body });
  add(startedBody(), 1);
  add({ type: 'phase', phase: 'train' }, 2);
  const steps = Math.floor((points - epochs * epochValues.length) / stepValues.length);
  for (let step = 1; step <= steps; step++)
    add(
      {
        type: 'metric',
        model: 'student',
        step,
        epoch: (step / steps) * epochs,
        values: stepOf(step / steps, noise),
      },
      2 + (step / steps) * 40,
    );
  for (let epoch = 1; epoch <= epochs; epoch++) {
    const accuracy = 0.93 - 0.5 * Math.exp(-epoch / 3) + 0.004 * noise();
    const values = { accuracy, 'validation.accuracy': accuracy - 0.01, 'validation.loss': 1 - accuracy };
    add({ type: 'metric', model: 'student', step: (epoch / epochs) * steps, epoch, values }, 42);
  }
  add({ type: 'result', result: resultOf(noise) }, 50);
  add({ type: 'completed' }, 51);
  return events;
}

export const startedBody = (): RunEventBody => ({
  type: 'started',
  pid: process.pid,
  host: 'bench',
  device: 'ONNX Runtime on CPU, 2 threads',
  deviceKind: 'cpu',
  versions: { node: process.versions.node, 'onnxruntime-node': '1.30.0' },
});

/** @param t how far the run is, 0…1 */
export const stepOf = (t: number, noise: () => number): Record<string, number> => {
  const loss = 0.3 + 2 * Math.exp(-6 * t) + 0.06 * noise();
  return {
    loss,
    'loss.labels': loss * 0.4,
    'loss.response': loss * 0.6,
    learningRate: 1e-3 * (1 - t),
    gradientNorm: 1 + noise(),
  };
};

function resultOf(noise: () => number): RunResult {
  const accuracy = 0.92 + 0.01 * noise();
  return {
    student: figuresOf(accuracy, 50_890, 0.18 + 0.01 * noise()),
    teacher: figuresOf(0.9842, 2_395_210, 1.42 + 0.05 * noise()),
    agreement: accuracy + 0.01,
    bestEpoch: 14,
    trainingSeconds: 40 + noise(),
    teacherSeconds: 3.1,
    savedSeconds: 12.2,
  };
}

function figuresOf(accuracy: number, parameters: number, latencyMs: number): ModelFigures {
  const right = Math.round(accuracy * 1000);
  const confusion = Array.from({ length: classes }, (_, label) =>
    Array.from({ length: classes }, (__, other) =>
      other === label ? right : Math.round((1000 - right) / 9),
    ),
  );
  return {
    accuracy,
    loss: 0.34 - (accuracy - 0.9) * 3,
    parameters,
    bytes: parameters * 4 + 80,
    latencyMs,
    throughput: 64_000,
    macroF1: accuracy - 0.002,
    calibrationError: 0.021,
    confusion,
  };
}

/** Numbers in 0…1 that look random and are the same each time (Park & Miller 1988). */
export function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 16_807) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

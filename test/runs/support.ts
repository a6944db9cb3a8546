import { existsSync, rmSync } from 'node:fs';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { experimentSchema } from '../../src/experiment/schema/schema.ts';
import { newRunId } from '../../src/runs/run-id.ts';
import { openStore, type RunStore } from '../../src/runs/store.ts';
import type { ModelFigures, RunEvent, RunEventBody } from '../../src/worker/directory/events.ts';
import type { RunRequest } from '../../src/worker/directory/run-request.ts';

const temporary: string[] = [];
process.once('exit', () => {
  for (const directory of temporary) removeWhole(directory);
});

/** A worker that is at its end may write a file after those beside it were deleted: then all is deleted once more. */
function removeWhole(directory: string): void {
  for (let tries = 1; ; tries++)
    try {
      rmSync(directory, { recursive: true, force: true, maxRetries: 3 });
      return;
    } catch (error) {
      if (tries === 10) throw error;
    }
}

/** A folder of its own, removed with the process: hooks of a test run in order, and what still writes closes later. */
export async function temporaryDirectory(_context: TestContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'distillery-test-'));
  temporary.push(directory);
  return directory;
}

export async function temporaryStore(context: TestContext, dataDirectory?: string): Promise<RunStore> {
  const store = await openStore(dataDirectory ?? join(await temporaryDirectory(context), '.distillery'));
  context.after(() => store.close());
  return store;
}

/** A request as the run directory holds it; the data it names is never read here. */
export function request(dataDirectory: string, seed = 0, name = 'Two by two'): RunRequest {
  const experiment = experimentSchema.parse({
    name,
    dataset: { kind: 'mnist' },
    teacher: { model: { architecture: 'mlp', hidden: [64] } },
    student: { model: { architecture: 'mlp', hidden: [8] } },
    strategy: { kind: 'response' },
    seeds: [seed],
  });
  return {
    experiment,
    file: '/experiments/two.distill.json',
    directory: '/experiments',
    dataDirectory,
    seed,
    device: 'cpu',
    name,
    group: 'two-response',
  };
}

/** Puts a run that never was launched into the store; its id. */
export async function addRun(
  store: RunStore,
  seed = 0,
  name = 'Two by two',
  more: Partial<RunRequest> = {},
): Promise<string> {
  const content = { ...request(store.dataDirectory, seed, name), ...more };
  // As whoever makes runs: others take a directory without its request for one that was left behind.
  const id = await store.transaction(async () => {
    let id: string;
    // Many runs of one second, as a property makes them, may draw the same letters.
    do id = newRunId({ experiment: name, strategy: 'response', seed });
    while (existsSync(store.directoryOf(id)));
    await mkdir(store.directoryOf(id));
    await writeFile(join(store.directoryOf(id), 'experiment.json'), JSON.stringify(content));
    return id;
  });
  await store.add(id, content);
  return id;
}

/** Events numbered from `first`, a second apart. */
export const numbered = (bodies: readonly RunEventBody[], first = 0): RunEvent[] =>
  bodies.map((body, index) => ({ ...body, seq: first + index, time: 1000 * (first + index) }) as RunEvent);

export const started: Extract<RunEventBody, { type: 'started' }> = {
  type: 'started',
  pid: 1,
  host: 'here',
  device: 'CPU',
  deviceKind: 'cpu',
  versions: { node: '20' },
};

export const metric = (step: number, values: Record<string, number | null>): RunEventBody => ({
  type: 'metric',
  model: 'student',
  step,
  epoch: step / 10,
  values,
});

export const figures = (accuracy: number, bytes: number): ModelFigures => ({
  accuracy,
  loss: 0.1,
  parameters: Math.round(bytes / 4),
  bytes,
  latencyMs: 1,
  throughput: 100,
  macroF1: accuracy,
  calibrationError: 0.01,
});

export const result = (accuracy: number): RunEventBody => ({
  type: 'result',
  result: {
    student: figures(accuracy, 400),
    teacher: figures(0.98, 4000),
    agreement: 0.9,
    bestEpoch: 1,
    trainingSeconds: 2,
  },
});

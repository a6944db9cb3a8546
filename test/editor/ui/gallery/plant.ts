import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ExclusiveLock } from '../../../../src/base/locks/exclusive-lock.ts';
import { experimentIdentity } from '../../../../src/experiment/parsing/identity.ts';
import { newRunId } from '../../../../src/runs/run-id.ts';
import { openStore, type RunStore } from '../../../../src/runs/store.ts';
import { EventLog } from '../../../../src/worker/directory/event-log.ts';
import type { RunEventBody } from '../../../../src/worker/directory/events.ts';
import { RunDirectory } from '../../../../src/worker/directory/run-directory.ts';
import type { RunRequest } from '../../../../src/worker/directory/run-request.ts';
import type { RunState } from '../../../../src/worker/directory/run-states.ts';
import { languageRuns } from '../../../page/harness/language-runs.ts';
import { curvesOfRun } from '../../../page/harness/sample-curves.ts';
import { type SampleRun, sampleRuns } from '../../../page/harness/sample-data.ts';

/** States by the number of a run of MNIST; the others are completed. */
const states: Readonly<Record<number, RunState>> = {
  15: 'cancelled',
  19: 'failed',
  20: 'interrupted',
  25: 'running',
  26: 'running',
  28: 'queued',
  29: 'queued',
};

export interface Planted {
  /** Lets go of the runs that are shown as running. */
  end(): Promise<void>;
}

/**
 * A project with runs of every kind: MNIST under five strategies with three seeds and two learning rates, some stopped,
 * failed, queued and running, some in doubt; and language models. What they say is made up, and written as workers write.
 */
export async function plantProject(folder: string): Promise<Planted> {
  await mkdir(folder, { recursive: true });
  const runs = [
    ...languageRuns(),
    ...sampleRuns({ count: 30, stateOf: (index) => states[index] ?? 'completed' }),
  ];
  const files = new Map<string, string>();
  for (const { experiment, config } of runs)
    if (!files.has(experiment)) {
      const file = join(folder, `${experiment.toLowerCase().replace(/[^a-z0-9]+/g, '-')}.distill.json`);
      files.set(experiment, file);
      await writeFile(file, `${JSON.stringify({ ...config, seeds: [0, 1, 2] }, null, 2)}\n`);
    }
  const store = await openStore(join(folder, '.distillery'));
  const held: { readonly log: EventLog; readonly lock: ExclusiveLock }[] = [];
  try {
    // The newest last, a quarter of an hour apart.
    const begin = Date.now() - runs.length * 900_000;
    for (const [index, run] of runs.entries()) {
      const one = await plant(store, folder, files.get(run.experiment)!, run, begin + index * 900_000);
      if (one) held.push(one);
    }
  } finally {
    await store.close();
  }
  let done = 0.3;
  const timer = setInterval(() => {
    done = Math.min(0.95, done + 0.002);
    for (const { log } of held) log.append(progress(done));
  }, 1000);
  return {
    async end() {
      clearInterval(timer);
      for (const { log, lock } of held) {
        log.close();
        await lock.release();
      }
    },
  };
}

const progress = (done: number): RunEventBody => ({
  type: 'progress',
  phase: 'train',
  done: Math.round(done * 1500),
  total: 1500,
  unit: 'steps',
  rate: 9,
});

async function plant(
  store: RunStore,
  folder: string,
  file: string,
  run: SampleRun,
  createdAt: number,
): Promise<{ readonly log: EventLog; readonly lock: ExclusiveLock } | undefined> {
  const { dataDirectory } = store;
  const { config: experiment, seed, state } = run;
  const request: RunRequest = {
    ...{ experiment, file, directory: folder, dataDirectory, seed, device: 'cpu' },
    name: run.experiment,
    group: experimentIdentity(experiment, folder),
  };
  const named = { experiment: run.experiment, strategy: run.strategy, seed };
  const id = newRunId(named, new Date(createdAt));
  const directory = new RunDirectory(store.directoryOf(id));
  await directory.create(request);
  await store.add(id, request);
  if (run.tags.length > 0) await store.tag(id, ...run.tags);
  if (run.note !== '') await store.setNote(id, run.note);
  if (state === 'queued') return undefined;
  const lock = state === 'running' ? await ExclusiveLock.tryAcquire(directory.lockFile) : undefined;
  const log = EventLog.open(directory.eventsFile);
  const now = state === 'running' ? Date.now() - 40_000 : createdAt;
  const bodies = eventsOf({ ...run, createdAt: now });
  for (const body of bodies) log.append(body);
  await store.ingest(
    id,
    bodies.map((body, seq) => ({ ...body, seq, time: now + seq })),
  );
  if (lock instanceof ExclusiveLock) return { log, lock };
  log.close();
  return undefined;
}

const inDoubt = (run: SampleRun) =>
  run.config.strategy.kind === 'response' && run.config.strategy.temperature === 20;

function eventsOf(run: SampleRun): RunEventBody[] {
  const bodies: RunEventBody[] = [
    {
      ...{ type: 'started', pid: process.pid, host: 'lab-3', device: run.device!, deviceKind: 'cpu' },
      versions: { ...run.versions },
    },
    { type: 'phase', phase: 'train' },
  ];
  const share = run.state === 'completed' ? null : (run.progress ?? 0.4);
  for (const { model, metric, steps, epochs, values } of curvesOfRun({ ...run, progress: share }, 200))
    for (const [index, step] of steps.entries())
      bodies.push({
        type: 'metric',
        model,
        step,
        epoch: epochs[index]!,
        values: { [metric]: values[index]! },
      });
  if (inDoubt(run))
    bodies.push({
      type: 'warning',
      doubt: 'teacher-quality',
      message: 'The teacher answers 11.3 % of the test samples correctly, which is what chance would do.',
    });
  return [...bodies, ...endOf(run)];
}

function endOf({ state, result }: SampleRun): RunEventBody[] {
  switch (state) {
    case 'completed':
      return [{ type: 'result', result: result! }, { type: 'completed' }];
    case 'failed':
      return [
        {
          ...{ type: 'failed', userError: true },
          message:
            'data/train-images-idx3-ubyte.gz is truncated: it promises 60,000 images and holds 41,200.',
          remedy: 'Download it again.',
        },
      ];
    case 'interrupted':
      return [{ type: 'interrupted', message: 'The worker ended without a word; it may have been killed.' }];
    case 'cancelled':
      return [{ type: 'cancelled', reason: 'stop' }];
    default:
      return [progress(0.3)];
  }
}
